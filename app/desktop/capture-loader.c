/* SPDX-License-Identifier: MIT */
/* One thread a capture. What the window asks for is behind a lock or an atomic; the rest is the thread's
 * until it has ended. */
#include "app/desktop/capture-loader.h"

#include "observe/capture-file.h"

#define PUBLISH_EVERY 16000 /* µs */
#define FRAMES_PER_LOOK 64u /* between looks at the clock */

struct CaptureLoader {
  GThread *thread;
  char *path;
  gint cancelled;
  gint state;
  gint permille; /* read so far; -1: not known */
  GMutex lock;   /* guards timeline and new_names */
  Timeline *timeline;
  GHashTable *new_names; /* address → name, not yet taken by the window */
  /* the thread's */
  guint names_seen;
  GError *error;
  InspectorCounts counts;
};

static void share_names(CaptureLoader *loader, CaptureFile *file)
{
  GHashTable *names = capture_file_get_names(file);
  if (names == NULL || g_hash_table_size(names) == loader->names_seen) return;
  loader->names_seen = g_hash_table_size(names);
  GHashTableIter iter;
  gpointer address, name;
  g_mutex_lock(&loader->lock);
  g_hash_table_iter_init(&iter, names);
  while (g_hash_table_iter_next(&iter, &address, &name))
    g_hash_table_replace(loader->new_names, g_strdup(address), g_strdup(name));
  g_mutex_unlock(&loader->lock);
}

static void publish(CaptureLoader *loader, CaptureFile *file)
{
  uint64_t total = 0, done = capture_file_get_progress(file, &total);
  share_names(loader, file);
  timeline_publish(loader->timeline);
  g_atomic_int_set(&loader->permille, total == 0 ? -1 : (gint)(done * 1000 / total));
}

/* Reads to the end, an error or a cancel. */
static void read_frames(CaptureLoader *loader, CaptureFile *file, Inspector *inspector)
{
  gint64 published = 0;
  Frame frame;
  for (unsigned count = 0; !g_atomic_int_get(&loader->cancelled); count++) {
    CaptureStep step = capture_file_next(file, &frame, &loader->error);
    if (step != CAPTURE_FRAME) break;
    if (count == 0) timeline_set_start(loader->timeline, frame.time);
    inspector_push(inspector, &frame);
    if (count % FRAMES_PER_LOOK != 0) continue;
    gint64 now = g_get_monotonic_time();
    if (now - published < PUBLISH_EVERY) continue;
    published = now;
    publish(loader, file);
  }
}

static gpointer run(gpointer data)
{
  CaptureLoader *loader = data;
  g_autoptr(CaptureFile) file = capture_file_open(loader->path, &loader->error);
  if (file != NULL && capture_file_keep_spool(file, &loader->error)) {
    Timeline *timeline = timeline_new(capture_file_get_fd(file));
    g_mutex_lock(&loader->lock);
    loader->timeline = timeline;
    g_mutex_unlock(&loader->lock);
    RowSink sink = timeline_get_sink(timeline);
    g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
    g_atomic_int_set(&loader->state, LOADING_ROWS);
    read_frames(loader, file, inspector);
    inspector_finish(inspector);
    publish(loader, file);
    loader->counts = *inspector_get_counts(inspector);
  }
  g_atomic_int_set(&loader->state, LOADING_DONE);
  return NULL;
}

CaptureLoader *capture_loader_new(const char *path)
{
  CaptureLoader *loader = g_new0(CaptureLoader, 1);
  loader->path = g_strdup(path);
  loader->new_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init(&loader->lock);
  loader->thread = g_thread_new("capture", run, loader);
  return loader;
}

void capture_loader_cancel(CaptureLoader *loader)
{
  g_atomic_int_set(&loader->cancelled, TRUE);
}

LoadingState capture_loader_get_state(CaptureLoader *loader)
{
  return (LoadingState)g_atomic_int_get(&loader->state);
}

bool capture_loader_was_opened(CaptureLoader *loader)
{
  return capture_loader_get_timeline(loader) != NULL;
}

Timeline *capture_loader_get_timeline(CaptureLoader *loader)
{
  g_mutex_lock(&loader->lock);
  Timeline *timeline = loader->timeline;
  g_mutex_unlock(&loader->lock);
  return timeline;
}

double capture_loader_get_fraction(CaptureLoader *loader)
{
  gint permille = g_atomic_int_get(&loader->permille);
  return permille < 0 ? -1 : permille / 1000.0;
}

bool capture_loader_take_names(CaptureLoader *loader, NameTable *names)
{
  GHashTableIter iter;
  gpointer address, name;
  g_mutex_lock(&loader->lock);
  bool any = g_hash_table_size(loader->new_names) > 0;
  g_hash_table_iter_init(&iter, loader->new_names);
  while (g_hash_table_iter_next(&iter, &address, &name))
    name_table_set(names, address, name);
  g_hash_table_remove_all(loader->new_names);
  g_mutex_unlock(&loader->lock);
  return any;
}

const GError *capture_loader_get_error(CaptureLoader *loader)
{
  g_assert(capture_loader_get_state(loader) == LOADING_DONE);
  return loader->error;
}

const InspectorCounts *capture_loader_get_counts(CaptureLoader *loader)
{
  g_assert(capture_loader_get_state(loader) == LOADING_DONE);
  return &loader->counts;
}

bool capture_loader_was_cancelled(CaptureLoader *loader)
{
  return g_atomic_int_get(&loader->cancelled) != 0;
}

void capture_loader_free(CaptureLoader *loader)
{
  if (loader == NULL) return;
  capture_loader_cancel(loader);
  g_thread_join(loader->thread);
  g_clear_error(&loader->error);
  timeline_unref(loader->timeline);
  g_hash_table_unref(loader->new_names);
  g_mutex_clear(&loader->lock);
  g_free(loader->path);
  g_free(loader);
}
