/* SPDX-License-Identifier: MIT */
/* tshark, asked. */
#include "support/tshark-judge.h"

#define SEVERITY_NOTE 0x00400000 /* tshark's numbers of its expert items */

char **tshark_judge(const char *path)
{
  const char *arguments[] = {
      "tshark", "-n",
      "-r",     path,
      "-o",     "ip.check_checksum:TRUE",
      "-o",     "tcp.check_checksum:TRUE",
      "-o",     "udp.check_checksum:TRUE",
      "-o",     "smtp.decryption:TRUE", /* else it warns of base64 that it was not told to read */
      "-T",     "fields",
      "-E",     "separator=|",
      "-e",     "_ws.expert.severity",
      "-e",     "frame.protocols",
      "-e",     "_ws.expert.message",
      NULL};
  g_autofree char *output = NULL, *complaints = NULL;
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaints, &status,
               &error);
  g_assert_no_error(error);
  if (status != 0) g_error("tshark: %s", complaints);
  return g_strsplit(output, "\n", -1);
}

void tshark_assert_no_warning(const char *line, guint frame)
{
  g_auto(GStrv) columns = g_strsplit(line, "|", 3);
  g_auto(GStrv) severities = g_strsplit(columns[0], ",", -1);
  for (char **severity = severities; *severity != NULL; severity++)
    if (g_ascii_strtoll(*severity, NULL, 10) > SEVERITY_NOTE) g_error("frame %u: %s", frame, columns[2]);
}
