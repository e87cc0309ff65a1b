/* SPDX-License-Identifier: MIT */
/* Finer words for a line, and its data told. */
#include "observe/row-meaning.h"

#include "base/i18n.h"
#include "observe/row-text.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

/* Lines of a tree of items. */
#define ITEMS_SHOWN 60u
#define ITEM_SHOWN 400u /* characters of one */

void row_append_count(GString *text, const char *singular, const char *plural, uint64_t count)
{
  char number[I18N_NUMBER_TEXT];
  i18n_format_number(count, number);
  g_string_append_printf(text, g_dngettext(GETTEXT_PACKAGE, singular, plural, (gulong)count), number);
}

bool row_refine(const RowEvent *event, const DissectedLine *parts, ReplyRefinement *out)
{
  const DecoderClass *class = registry_get((ProtocolId)event->row->protocol);
  /* of commands only those of a log-in have finer words: most rows are spared the work */
  if (event->row->kind == LINE_COMMAND && event->row->sasl_step == 0) return false;
  DecodedLine line;
  row_line(event, &line);
  return class != NULL && class->refine != NULL && class->refine(&line, parts, out);
}

char *row_explain_items(const char *explanation, const DissectedLine *parts)
{
  LineItem item;
  Bytes items = parts->items;
  GString *told = g_string_new(explanation);
  if (parts->mailbox.length > 0) {
    g_autoptr(GString) name = g_string_new(NULL);
    text_append_visible(name, parts->mailbox, ITEM_SHOWN);
    g_string_append(told, "\n\n");
    g_string_append_printf(told, _("The mailbox's name reads: %s"), name->str);
  }
  if (items.length > 0) g_string_append_c(told, '\n');
  for (unsigned lines = 0; lines < ITEMS_SHOWN && line_items_next(&items, &item); lines++) {
    g_string_append_printf(told, "\n%*s", (int)(item.depth * 2), "");
    text_append_visible(told, item.name, ITEM_SHOWN);
    if (item.value.length > 0 || item.has_bytes) g_string_append(told, ": ");
    text_append_visible(told, item.value, ITEM_SHOWN);
    if (!item.has_bytes) continue;
    if (item.value.length > 0) g_string_append(told, ", ");
    row_append_count(told, COUNTED("%s byte", "%s bytes"), item.bytes);
  }
  return g_string_free(told, FALSE);
}
