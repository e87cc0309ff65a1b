/* SPDX-License-Identifier: MIT */
/* File choosers and the About dialog. */
#include "app/desktop/dialogs.h"

#include "app/desktop/application.h"
#include "base/i18n.h"

static void add_filters(GtkFileChooser *chooser)
{
  static const char *const patterns[] = {"*.pcap", "*.pcapng", "*.cap", "*.ntar", "*.dmp"};
  GtkFileFilter *captures = gtk_file_filter_new();
  GtkFileFilter *all = gtk_file_filter_new();
  gtk_file_filter_set_name(captures, _("Captures (pcap, pcapng)"));
  for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
    gtk_file_filter_add_pattern(captures, patterns[i]);
  gtk_file_filter_add_mime_type(captures, "application/vnd.tcpdump.pcap");
  gtk_file_filter_set_name(all, _("All files"));
  gtk_file_filter_add_pattern(all, "*");
  gtk_file_chooser_add_filter(chooser, captures);
  gtk_file_chooser_add_filter(chooser, all);
}

GFile *dialogs_choose_capture(GtkWindow *parent)
{
  g_autoptr(GtkFileChooserNative) dialog = gtk_file_chooser_native_new(
      _("Open a Capture"), parent, GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));
  add_filters(GTK_FILE_CHOOSER(dialog));
  if (gtk_native_dialog_run(GTK_NATIVE_DIALOG(dialog)) != GTK_RESPONSE_ACCEPT) return NULL;
  return gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
}

char *dialogs_choose_save(GtkWindow *parent, const char *name)
{
  g_autoptr(GtkFileChooserNative) dialog = gtk_file_chooser_native_new(
      _("Save Capture As"), parent, GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
  gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
  gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
  if (gtk_native_dialog_run(GTK_NATIVE_DIALOG(dialog)) != GTK_RESPONSE_ACCEPT) return NULL;
  return gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));
}

void dialogs_show_about(GtkWindow *parent)
{
  gtk_show_about_dialog(parent, "program-name", "Carteiro", "version", CARTEIRO_VERSION, "logo-icon-name",
                        CARTEIRO_APPLICATION_ID, "comments", _("See how e-mail works, line by line"),
                        "license-type", GTK_LICENSE_MIT_X11, "copyright", "© 2026 Carteiro", NULL);
}
