/* SPDX-License-Identifier: MIT */
/* GMime, made ready on first use. */
#include "mail/gmime-start.h"

void gmime_start(void)
{
  static gsize done;
  if (!g_once_init_enter(&done)) return;
  g_mime_init();
  g_once_init_leave(&done, 1);
}
