/* SPDX-License-Identifier: MIT */
/* The files that go with a scenario's letters: found, read, and their types. */
#include "simulate/scenario-files.h"

#include "simulate/boxed-scenarios.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *type_of(const char *name)
{
  static const struct {
    const char *ending, *type;
  } types[] = {{".jpeg", "image/jpeg"},    {".jpg", "image/jpeg"}, {".png", "image/png"},
               {".gif", "image/gif"},      {".txt", "text/plain"}, {".html", "text/html"},
               {".xml", "text/xml"},       {".css", "text/css"},   {".pdf", "application/pdf"},
               {".zip", "application/zip"}};
  for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
    if (g_str_has_suffix(name, types[i].ending)) return types[i].type;
  return "application/octet-stream";
}

static void file_free(gpointer data)
{
  ScenarioFile *file = data;
  g_free(file->name);
  g_bytes_unref(file->content);
  g_free(file);
}

static GBytes *read_boxed(const char *name)
{
  for (size_t i = 0; i < boxed_file_count; i++)
    if (g_str_equal(boxed_files[i].name, name))
      return g_bytes_new_static(boxed_files[i].text, boxed_files[i].length);
  return NULL;
}

/* A name is one word without slashes, so it stays in folder; a link could lead out of it. */
static GBytes *read_beside(const char *folder, const char *name)
{
  if (folder == NULL || strchr(name, '/') != NULL || name[0] == '.') return NULL;
  g_autofree char *path = g_build_filename(folder, name, NULL);
  GStatBuf about;
  char *content = NULL;
  gsize length = 0;
  if (g_lstat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > SCENARIO_FILE_MAX) return NULL;
  if (!g_file_get_contents(path, &content, &length, NULL)) return NULL;
  return g_bytes_new_take(content, length);
}

GPtrArray *scenario_files_load(const char *folder, const char *names)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);
  g_auto(GStrv) parts = g_strsplit_set(names, " ,", -1);
  for (char **name = parts; *name != NULL; name++) {
    if (**name == '\0') continue;
    GBytes *content = read_beside(folder, *name);
    if (content == NULL) content = read_boxed(*name);
    if (content == NULL) return NULL;
    ScenarioFile *file = g_new(ScenarioFile, 1);
    *file = (ScenarioFile){g_strdup(*name), type_of(*name), content};
    g_ptr_array_add(files, file);
  }
  return files->len == 0 ? NULL : g_steal_pointer(&files);
}
