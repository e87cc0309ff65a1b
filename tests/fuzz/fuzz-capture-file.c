/* SPDX-License-Identifier: MIT */
/* Hostile capture files: opened, read to their end, and inspected. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz-dialogue.h"
#include "fuzz/fuzz-rows.h"
#include "observe/capture-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  int fd = memfd_create("capture", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
    g_error("no memory file");
  g_autoptr(GError) error = NULL;
  g_autoptr(CaptureFile) file = capture_file_open_fd(fd, &error);
  if (file == NULL) {
    g_assert(error != NULL && g_utf8_validate(error->message, -1, NULL));
    return 0;
  }
  FuzzRows rows;
  fuzz_rows_init(&rows);
  RowSink sink = fuzz_rows_get_sink(&rows);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  Frame frame;
  CaptureStep step;
  while ((step = capture_file_next(file, &frame, &error)) == CAPTURE_FRAME)
    inspector_push(inspector, &frame);
  g_assert((step == CAPTURE_FAILED) == (error != NULL));
  inspector_finish(inspector);
  fuzz_rows_check(&rows);
  fuzz_rows_clear(&rows);
  return 0;
}
