/* SPDX-License-Identifier: MIT */
/* A letter in transfer is kept in memory while it is short, and in a file of its own once it is not; it gets
 * its name at its end. Files are open only while they are written: thousands may be under way at a time. */
#include "letter-files.h"

#include "base/i18n.h"
#include "mail/content-type.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#define HELD_MOST 262144u       /* bytes of one letter in memory */
#define HELD_TOGETHER 16777216u /* and of all */

typedef struct {
  GByteArray *held;
  char *path; /* of what is in the file already; NULL while nothing is */
} Letter;

struct LetterFiles {
  char *folder;
  GHashTable *letters; /* MessageRecord (borrowed, as a key only) → Letter */
  size_t held;         /* bytes in memory, over all letters */
  uint32_t begun, count;
  GError *error;
};

static void free_letter(gpointer data)
{
  Letter *letter = data;
  if (letter->path != NULL) g_unlink(letter->path);
  g_free(letter->path);
  g_byte_array_unref(letter->held);
  g_free(letter);
}

LetterFiles *letter_files_new(const char *folder, GError **error)
{
  if (g_mkdir_with_parents(folder, 0777) != 0) {
    int reason = errno;
    g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(reason), g_strerror(reason));
    return NULL;
  }
  LetterFiles *files = g_new0(LetterFiles, 1);
  files->folder = g_strdup(folder);
  files->letters = g_hash_table_new_full(NULL, NULL, NULL, free_letter);
  return files;
}

void letter_files_free(LetterFiles *files)
{
  if (files == NULL) return;
  g_hash_table_unref(files->letters);
  g_clear_error(&files->error);
  g_free(files->folder);
  g_free(files);
}

const GError *letter_files_get_error(const LetterFiles *files)
{
  return files->error;
}

uint32_t letter_files_count(const LetterFiles *files)
{
  return files->count;
}

static void fail(LetterFiles *files, const char *path, int reason)
{
  if (files->error != NULL) return;
  g_autofree char *name = g_filename_display_name(path);
  g_set_error(&files->error, G_FILE_ERROR, (gint)g_file_error_from_errno(reason), "%s: %s", name,
              g_strerror(reason));
}

static bool write_all(int fd, const GByteArray *bytes)
{
  for (size_t at = 0; at < bytes->len;) {
    ssize_t written = write(fd, bytes->data + at, bytes->len - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += (size_t)written;
  }
  return true;
}

/* Moves what is held into the letter's file. */
static void spill(LetterFiles *files, Letter *letter)
{
  if (files->error != NULL) return;
  bool new = letter->path == NULL;
  if (new)
    letter->path = g_strdup_printf("%s/.carteiro-%d-%u.part", files->folder, (int)getpid(), ++files->begun);
  int fd = g_open(letter->path, O_WRONLY | O_APPEND | O_CLOEXEC | (new ? O_CREAT | O_EXCL : 0), 0666);
  bool written = fd >= 0 && write_all(fd, letter->held);
  if (!written) fail(files, letter->path, errno);
  if (fd >= 0 && close(fd) != 0 && written) fail(files, letter->path, errno);
  files->held -= letter->held->len;
  g_byte_array_set_size(letter->held, 0);
}

static void spill_all(LetterFiles *files)
{
  GHashTableIter iterator;
  gpointer letter;
  g_hash_table_iter_init(&iterator, files->letters);
  while (g_hash_table_iter_next(&iterator, NULL, &letter))
    spill(files, letter);
}

static void take_content(void *owner, const MessageRecord *message, Bytes bytes)
{
  LetterFiles *files = owner;
  if (files->error != NULL) return;
  if (bytes.length == 0) {
    /* one that turned out to be none may have lain at the same place */
    Letter *letter = g_new0(Letter, 1);
    letter->held = g_byte_array_new();
    Letter *old = g_hash_table_lookup(files->letters, message);
    if (old != NULL) files->held -= old->held->len;
    g_hash_table_insert(files->letters, (gpointer)(uintptr_t)message, letter);
    return;
  }
  Letter *letter = g_hash_table_lookup(files->letters, message);
  g_byte_array_append(letter->held, bytes.data, (guint)bytes.length);
  files->held += bytes.length;
  if (letter->held->len >= HELD_MOST) spill(files, letter);
  if (files->held >= HELD_TOGETHER) spill_all(files);
}

/* "0001-vamos estudar redes.eml" */
static char *choose_name(const LetterFiles *files, const MessageRecord *message)
{
  g_autofree char *subject = content_type_safe_name(message->subject);
  g_autofree char *begin =
      subject == NULL ? NULL : g_utf8_substring(subject, 0, MIN(60, g_utf8_strlen(subject, -1)));
  return g_strdup_printf("%04u%s%s%s.eml", files->count + 1, begin != NULL ? "-" : "",
                         begin != NULL ? begin : "", message->truncated ? ".partial" : "");
}

/* Gives the finished file its name; one that is there already is left alone. */
static void name_file(LetterFiles *files, Letter *letter, const char *name)
{
  g_autofree char *path = g_build_filename(files->folder, name, NULL);
  if (link(letter->path, path) != 0) {
    fail(files, path, errno);
    return;
  }
  files->count++;
  printf("%s\n", name);
}

static void take_row(void *owner, const RowEvent *event)
{
  LetterFiles *files = owner;
  if (event->message == NULL || files->error != NULL) return;
  Letter *letter = g_hash_table_lookup(files->letters, event->message);
  if (letter == NULL) return;
  spill(files, letter);
  g_autofree char *name = choose_name(files, event->message);
  if (files->error == NULL) name_file(files, letter, name);
  g_hash_table_remove(files->letters, event->message);
}

RowSink letter_files_get_sink(LetterFiles *files)
{
  return (RowSink){.row = take_row, .owner = files, .content = take_content};
}
