/* SPDX-License-Identifier: MIT */
/* How connections end, in words. */
#include "agent/agent-host.h"

#include "base/i18n.h"

const char *agent_end_words(AgentEnd end)
{
  static const char *const words[] = {
      [AGENT_CLOSED] = N_("The connection was closed"),
      [AGENT_REFUSED] = N_("Connection refused: nothing listens there"),
      [AGENT_RESET] = N_("The connection was cut"),
      [AGENT_TIMED_OUT] = N_("No answer in time"),
      [AGENT_UNREACHABLE] = N_("There is no way to that server"),
      [AGENT_STOPPED] = N_("The program was stopped"),
  };
  return words[end];
}
