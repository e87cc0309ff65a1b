/* SPDX-License-Identifier: MIT */
/* HTML, read. */
#include "agent/web/web-page.h"

#include <stdlib.h>

/* A tag as it stands in the text. */
typedef struct {
  char name[16]; /* lower case; "" for what is none: comment, doctype */
  bool closing;
  const char *attributes, *end; /* up to the ">" */
} Tag;

typedef struct {
  WebPage *page;
  GString *text;
  GString *link_text, *title, *area; /* where words go besides, or NULL */
  WebLink *link;
  WebForm *form;
  WebField *field; /* of area */
  guint items;
  guint pre; /* depth */
} Reader;

static void field_free(gpointer data)
{
  WebField *field = data;
  explicit_bzero(field->value, strlen(field->value));
  g_free(field->name);
  g_free(field->type);
  g_free(field->value);
  g_free(field);
}

static void form_free(gpointer data)
{
  WebForm *form = data;
  g_free(form->id);
  g_free(form->action);
  g_ptr_array_unref(form->fields);
  g_free(form);
}

static void link_free(gpointer data)
{
  WebLink *link = data;
  g_free(link->id);
  g_free(link->class);
  g_free(link->href);
  g_free(link->text);
  g_free(link);
}

void web_page_free(WebPage *page)
{
  if (page == NULL) return;
  g_free(page->title);
  g_free(page->text);
  g_ptr_array_unref(page->links);
  g_ptr_array_unref(page->forms);
  g_free(page);
}

/* Appends the character that an entity at text ("&...") stands for; returns what follows it. */
static const char *take_entity(GString *out, const char *text, const char *end)
{
  static const struct {
    const char *name, *character;
  } entities[] = {{"&amp;", "&"},   {"&lt;", "<"},     {"&gt;", ">"},   {"&quot;", "\""},
                  {"&apos;", "'"},  {"&nbsp;", " "},   {"&copy;", "©"}, {"&middot;", "·"},
                  {"&ndash;", "–"}, {"&hellip;", "…"}, {"&mdash;", "—"}};
  for (size_t i = 0; i < G_N_ELEMENTS(entities); i++) {
    size_t length = strlen(entities[i].name);
    if ((size_t)(end - text) < length || memcmp(text, entities[i].name, length) != 0) continue;
    g_string_append(out, entities[i].character);
    return text + length;
  }
  if (end - text > 3 && text[1] == '#') {
    bool hexadecimal = text[2] == 'x' || text[2] == 'X';
    char *after;
    guint64 number = g_ascii_strtoull(text + (hexadecimal ? 3 : 2), &after, hexadecimal ? 16 : 10);
    if (after < end && *after == ';' && number > 0 && number < 0x110000 &&
        g_unichar_validate((gunichar)number)) {
      g_string_append_unichar(out, (gunichar)number);
      return after + 1;
    }
  }
  g_string_append_c(out, '&');
  return text + 1;
}

/* Returns the text from start to end with its entities resolved. */
static char *resolve(const char *start, const char *end)
{
  GString *out = g_string_new(NULL);
  while (start < end) {
    if (*start == '&')
      start = take_entity(out, start, end);
    else
      g_string_append_c(out, *start++);
  }
  return g_string_free(out, FALSE);
}

static bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Cuts the next attribute off *at. Returns false at the end. */
static bool next_attribute(const char **at, const char *end, Bytes *name, char **value)
{
  const char *c = *at;
  while (c < end && (is_space(*c) || *c == '/'))
    c++;
  const char *start = c;
  while (c < end && !is_space(*c) && *c != '=' && *c != '/')
    c++;
  if (c == start) return false;
  *name = (Bytes){(const uint8_t *)start, (size_t)(c - start)};
  while (c < end && is_space(*c))
    c++;
  *value = NULL;
  if (c < end && *c == '=') {
    c++;
    while (c < end && is_space(*c))
      c++;
    char quote = c < end && (*c == '"' || *c == '\'') ? *c++ : '\0';
    start = c;
    while (c < end && (quote != '\0' ? *c != quote : !is_space(*c)))
      c++;
    *value = resolve(start, c);
    if (quote != '\0' && c < end) c++;
  } else {
    *value = g_strdup("");
  }
  *at = c;
  return true;
}

/* Returns the attribute's value, the caller's to free; NULL where the tag has it not. */
static char *find_attribute(const Tag *tag, const char *wanted)
{
  Bytes name;
  char *value;
  for (const char *at = tag->attributes; next_attribute(&at, tag->end, &name, &value);) {
    if (bytes_equal_ignore_case(name, wanted)) return value;
    g_free(value);
  }
  return NULL;
}

static char *attribute_or_empty(const Tag *tag, const char *wanted)
{
  char *value = find_attribute(tag, wanted);
  return value == NULL ? g_strdup("") : value;
}

/* Returns the end of the tag that begins at text ("<"), its ">" or the end of all; quotes may hold one. */
static const char *find_tag_end(const char *text, const char *end)
{
  char quote = '\0';
  for (; text < end; text++) {
    if (quote != '\0')
      quote = *text == quote ? '\0' : quote;
    else if ((*text == '"' || *text == '\'') && text[-1] == '=')
      quote = *text;
    else if (*text == '>')
      return text;
  }
  return end;
}

/* Reads the tag at text ("<"); returns what follows it. */
static const char *take_tag(const char *text, const char *end, Tag *tag)
{
  *tag = (Tag){0};
  if (end - text >= 4 && memcmp(text, "<!--", 4) == 0) {
    const char *close = g_strstr_len(text + 4, end - text - 4, "-->");
    return close == NULL ? end : close + 3;
  }
  const char *c = text + 1;
  tag->closing = c < end && *c == '/';
  if (tag->closing) c++;
  const char *name = c;
  while (c < end && g_ascii_isalnum(*c))
    c++;
  for (size_t i = 0; i < (size_t)(c - name) && i < sizeof tag->name - 1; i++)
    tag->name[i] = g_ascii_tolower(name[i]);
  tag->attributes = c;
  tag->end = find_tag_end(c, end);
  return tag->end < end ? tag->end + 1 : end;
}

static void append_character(Reader *reader, const char *character, size_t length)
{
  GString *places[] = {reader->title != NULL ? reader->title : reader->text, reader->link_text, reader->area};
  bool space = length == 1 && is_space(*character);
  bool kept = reader->pre > 0 || reader->area != NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
    GString *place = places[i];
    if (place == NULL || (i == 0 && reader->area != NULL)) continue;
    bool at_start = place->len == 0 || is_space(place->str[place->len - 1]);
    if (space && !kept && at_start) continue;
    if (*character == '\r') continue;
    if (space && !kept)
      g_string_append_c(place, ' ');
    else
      g_string_append_len(place, character, (gssize)length);
  }
}

static void append_words(Reader *reader, const char *start, const char *end)
{
  g_autofree char *text = resolve(start, end);
  for (const char *c = text; *c != '\0';) {
    const char *next = g_utf8_next_char(c);
    append_character(reader, c, (size_t)(next - c));
    c = next;
  }
}

static void break_line(Reader *reader)
{
  GString *text = reader->text;
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate(text, text->len - 1);
  if (text->len > 0 && text->str[text->len - 1] != '\n') g_string_append_c(text, '\n');
}

static void end_link(Reader *reader)
{
  if (reader->link == NULL) return;
  g_free(reader->link->text);
  reader->link->text = g_string_free(reader->link_text, FALSE);
  g_strstrip(reader->link->text);
  reader->link = NULL;
  reader->link_text = NULL;
}

static void begin_link(Reader *reader, const Tag *tag)
{
  end_link(reader);
  char *href = find_attribute(tag, "href");
  if (href == NULL || reader->items++ >= WEB_PAGE_ITEMS_MAX) {
    g_free(href);
    return;
  }
  WebLink *link = g_new0(WebLink, 1);
  link->id = attribute_or_empty(tag, "id");
  link->class = attribute_or_empty(tag, "class");
  link->href = href;
  link->text = g_strdup("");
  reader->link = link;
  reader->link_text = g_string_new(NULL);
  g_ptr_array_add(reader->page->links, link);
}

static void begin_form(Reader *reader, const Tag *tag)
{
  if (reader->form != NULL || reader->items++ >= WEB_PAGE_ITEMS_MAX) return;
  WebForm *form = g_new0(WebForm, 1);
  g_autofree char *method = attribute_or_empty(tag, "method");
  form->id = attribute_or_empty(tag, "id");
  form->action = attribute_or_empty(tag, "action");
  form->post = g_ascii_strcasecmp(method, "post") == 0;
  form->fields = g_ptr_array_new_with_free_func(field_free);
  reader->form = form;
  g_ptr_array_add(reader->page->forms, form);
}

static WebField *add_field(Reader *reader, const Tag *tag, const char *type, bool sent)
{
  if (reader->form == NULL || reader->items++ >= WEB_PAGE_ITEMS_MAX) return NULL;
  WebField *field = g_new0(WebField, 1);
  field->name = attribute_or_empty(tag, "name");
  field->type = g_ascii_strdown(type, -1);
  field->value = attribute_or_empty(tag, "value");
  field->sent = sent && *field->name != '\0';
  g_ptr_array_add(reader->form->fields, field);
  return field;
}

static void begin_input(Reader *reader, const Tag *tag)
{
  static const char *const untouched[] = {"submit", "button", "reset", "image", "file"};
  g_autofree char *type = attribute_or_empty(tag, "type");
  g_autofree char *checked = find_attribute(tag, "checked");
  bool box = g_ascii_strcasecmp(type, "checkbox") == 0 || g_ascii_strcasecmp(type, "radio") == 0;
  bool sent = !box || checked != NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(untouched); i++)
    sent = sent && g_ascii_strcasecmp(type, untouched[i]) != 0;
  add_field(reader, tag, *type == '\0' ? "text" : type, sent);
}

static void begin_area(Reader *reader, const Tag *tag)
{
  reader->field = add_field(reader, tag, "textarea", true);
  reader->area = g_string_new(NULL);
}

static void end_area(Reader *reader)
{
  if (reader->area == NULL) return;
  char *value = g_string_free(g_steal_pointer(&reader->area), FALSE);
  /* the first line end belongs to the tag (HTML Standard §13.1.2) */
  if (reader->field != NULL) web_field_set(reader->field, *value == '\n' ? value + 1 : value);
  reader->field = NULL;
  g_free(value);
}

static void end_title(Reader *reader)
{
  if (reader->title == NULL) return;
  g_free(reader->page->title);
  reader->page->title = g_strstrip(g_string_free(g_steal_pointer(&reader->title), FALSE));
}

static bool is_one_of(const char *name, const char *const *names)
{
  for (; *names != NULL; names++)
    if (g_str_equal(name, *names)) return true;
  return false;
}

static void take_element(Reader *reader, const Tag *tag)
{
  static const char *const blocks[] = {
      "p",   "div",   "br",     "h1",   "h2",  "h3",   "ul", "ol",         "li",      "dl",     "dt", "tr",
      "pre", "table", "header", "main", "nav", "form", "hr", "blockquote", "section", "footer", NULL};
  bool term_ends = tag->closing && g_str_equal(tag->name, "dt"); /* what it means stands beside it */
  if (is_one_of(tag->name, blocks) && !term_ends) break_line(reader);
  if (g_str_equal(tag->name, "td") || g_str_equal(tag->name, "th") || g_str_equal(tag->name, "dd"))
    append_character(reader, " ", 1);
  if (g_str_equal(tag->name, "pre")) reader->pre = tag->closing ? 0 : 1;
  if (g_str_equal(tag->name, "a")) tag->closing ? end_link(reader) : begin_link(reader, tag);
  if (g_str_equal(tag->name, "form")) {
    if (tag->closing)
      reader->form = NULL;
    else
      begin_form(reader, tag);
  }
  if (tag->closing) return;
  if (g_str_equal(tag->name, "input")) begin_input(reader, tag);
  if (g_str_equal(tag->name, "textarea")) begin_area(reader, tag);
  if (g_str_equal(tag->name, "title")) reader->title = g_string_new(NULL);
}

/* Returns where "</name" stands from text on, or end. */
static const char *find_closing(const char *text, const char *end, const char *name)
{
  size_t length = strlen(name);
  while (text < end && (text = memchr(text, '<', (size_t)(end - text))) != NULL) {
    if ((size_t)(end - text) >= length + 2 && text[1] == '/' &&
        g_ascii_strncasecmp(text + 2, name, length) == 0)
      return text;
    text++;
  }
  return end;
}

/* What stands in these elements is no markup; of scripts and styles it is no text either. */
static const char *take_raw(Reader *reader, const Tag *tag, const char *text, const char *end)
{
  static const char *const silent[] = {"script", "style", "iframe", "noembed", NULL};
  static const char *const plain[] = {"textarea", "title", NULL};
  bool quiet = is_one_of(tag->name, silent);
  if (tag->closing || (!quiet && !is_one_of(tag->name, plain))) return text;
  const char *close = find_closing(text, end, tag->name);
  if (!quiet) append_words(reader, text, close);
  end_area(reader);
  end_title(reader);
  return close;
}

static void read_all(Reader *reader, const char *text, const char *end)
{
  while (text < end) {
    const char *mark = memchr(text, '<', (size_t)(end - text));
    if (mark == NULL) mark = end;
    append_words(reader, text, mark);
    text = mark;
    if (text == end) break;
    bool markup =
        text + 1 < end && (g_ascii_isalpha(text[1]) || text[1] == '/' || text[1] == '!' || text[1] == '?');
    if (!markup) {
      append_character(reader, "<", 1);
      text++;
      continue;
    }
    Tag tag;
    text = take_tag(text, end, &tag);
    take_element(reader, &tag);
    text = take_raw(reader, &tag, text, end);
  }
  end_link(reader);
}

WebPage *web_page_parse(Bytes html)
{
  WebPage *page = g_new0(WebPage, 1);
  page->title = g_strdup("");
  page->links = g_ptr_array_new_with_free_func(link_free);
  page->forms = g_ptr_array_new_with_free_func(form_free);
  g_autofree char *text =
      g_utf8_make_valid(html.length == 0 ? "" : (const char *)html.data, (gssize)html.length);
  Reader reader = {.page = page, .text = g_string_new(NULL)};
  read_all(&reader, text, text + strlen(text));
  page->text = g_strstrip(g_string_free(reader.text, FALSE));
  return page;
}

const WebLink *web_page_find_link(const WebPage *page, const char *id)
{
  for (guint i = 0; i < page->links->len; i++) {
    const WebLink *link = g_ptr_array_index(page->links, i);
    if (g_str_equal(link->id, id)) return link;
  }
  return NULL;
}

WebForm *web_page_find_form(const WebPage *page, const char *id)
{
  for (guint i = 0; i < page->forms->len; i++) {
    WebForm *form = g_ptr_array_index(page->forms, i);
    if (g_str_equal(form->id, id)) return form;
  }
  return NULL;
}

WebForm *web_page_find_form_with(const WebPage *page, const char *type)
{
  for (guint i = 0; i < page->forms->len; i++) {
    WebForm *form = g_ptr_array_index(page->forms, i);
    if (web_form_find_type(form, type) != NULL) return form;
  }
  return NULL;
}

WebField *web_form_find(const WebForm *form, const char *name)
{
  for (guint i = 0; i < form->fields->len; i++) {
    WebField *field = g_ptr_array_index(form->fields, i);
    if (g_str_equal(field->name, name)) return field;
  }
  return NULL;
}

WebField *web_form_find_type(const WebForm *form, const char *type)
{
  for (guint i = 0; i < form->fields->len; i++) {
    WebField *field = g_ptr_array_index(form->fields, i);
    if (g_str_equal(field->type, type)) return field;
  }
  return NULL;
}

void web_field_set(WebField *field, const char *value)
{
  char *old = field->value;
  field->value = g_strdup(value);
  explicit_bzero(old, strlen(old));
  g_free(old);
}
