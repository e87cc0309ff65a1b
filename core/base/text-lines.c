/* SPDX-License-Identifier: MIT */
/* Loops without branches over a number of bytes known beforehand: compilers make them take many bytes at a
 * time, and more of them where the processor is known to have wide registers. */
#include "base/text-lines.h"

enum { BLOCK = 64 };

/* Returns true where the block at data, before which stands one more byte, is plain. */
static inline __attribute__((always_inline)) bool is_plain(const uint8_t *data, uint8_t *line_ends)
{
  uint8_t odd = 0, ends = 0;
  for (size_t i = 0; i < BLOCK; i++) {
    uint8_t byte = data[i], before = data[(ptrdiff_t)i - 1];
    uint8_t ends_line = byte == '\n', after_cr = before == '\r';
    uint8_t dot = (uint8_t)((before == '\n') & (byte == '.'));
    odd = (uint8_t)(odd | (ends_line ^ after_cr) | dot | (byte == 0));
    ends = (uint8_t)(ends + ends_line);
  }
  *line_ends = ends;
  return odd == 0;
}

static inline __attribute__((always_inline)) size_t pass(Bytes view, size_t start, uint64_t *line_ends)
{
  size_t at = start;
  uint8_t ends;
  for (; view.length - at >= BLOCK && is_plain(view.data + at, &ends); at += BLOCK)
    *line_ends += ends;
  return at - start;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static size_t pass_wide(Bytes view, size_t start, uint64_t *line_ends)
{
  return pass(view, start, line_ends);
}
#endif

size_t text_lines_pass(Bytes view, size_t start, uint64_t *line_ends)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return pass_wide(view, start, line_ends);
#endif
  return pass(view, start, line_ends);
}

bool text_lines_have_bare_cr(Bytes view)
{
  uint64_t unused = 0;
  for (size_t at = 0;;) {
    ptrdiff_t cr = bytes_find(bytes_skip(view, at), '\r');
    size_t next = at + (size_t)cr + 1;
    if (cr < 0 || next >= view.length) return false;
    if (view.data[next] != '\n') return true;
    size_t passed = text_lines_pass(view, next, &unused);
    at = next + passed;
    /* what follows the last byte passed is not known yet */
    if (passed > 0 && view.data[at - 1] == '\r') at--;
  }
}
