/* SPDX-License-Identifier: MIT */
/* A switcher over the pages of the detail. */
#include "ui/detail/detail-view.h"

#include "base/i18n.h"
#include "ui/detail/bytes-page.h"
#include "ui/detail/explanation-page.h"
#include "ui/detail/message-page.h"

struct _DetailView {
  GtkBox parent;
  GtkStack *stack;
  ExplanationPage *explanation;
  MessagePage *message;
  BytesPage *bytes;
};

G_DEFINE_TYPE(DetailView, detail_view, GTK_TYPE_BOX)

static const char *const page_names[DETAIL_PAGE_COUNT] = {"explanation", "message", "bytes"};
static guint line_linked;

static void pass_link(ExplanationPage *page, guint id, gpointer data)
{
  (void)page;
  g_signal_emit(data, line_linked, 0, id);
}

static void detail_view_class_init(DetailViewClass *class)
{
  (void)class;
  line_linked = g_signal_new("line-linked", DETAIL_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void detail_view_init(DetailView *view)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(view), GTK_ORIENTATION_VERTICAL);
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(view)), "carteiro-detail");
  view->stack = GTK_STACK(gtk_stack_new());
  view->explanation = EXPLANATION_PAGE(explanation_page_new());
  view->message = MESSAGE_PAGE(message_page_new());
  view->bytes = BYTES_PAGE(bytes_page_new());
  gtk_stack_add_titled(view->stack, GTK_WIDGET(view->explanation), page_names[DETAIL_EXPLANATION],
                       _("Explanation"));
  gtk_stack_add_titled(view->stack, GTK_WIDGET(view->message), page_names[DETAIL_MESSAGE], _("Letter"));
  gtk_stack_add_titled(view->stack, GTK_WIDGET(view->bytes), page_names[DETAIL_BYTES], _("Bytes"));
  GtkWidget *switcher = gtk_stack_switcher_new();
  gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), view->stack);
  gtk_style_context_add_class(gtk_widget_get_style_context(switcher), "carteiro-tabs");
  gtk_box_pack_start(GTK_BOX(view), switcher, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(view), GTK_WIDGET(view->stack), TRUE, TRUE, 0);
  g_signal_connect(view->explanation, "line-linked", G_CALLBACK(pass_link), view);
  gtk_widget_show_all(GTK_WIDGET(view));
}

GtkWidget *detail_view_new(void)
{
  return g_object_new(DETAIL_TYPE_VIEW, NULL);
}

void detail_view_set(DetailView *view, const DetailLine *line)
{
  explanation_page_set(view->explanation, line);
  message_page_set(view->message, line);
  bytes_page_set(view->bytes, line);
}

void detail_view_show_page(DetailView *view, DetailPage page)
{
  gtk_stack_set_visible_child_name(view->stack, page_names[page]);
}
