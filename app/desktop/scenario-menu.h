/* SPDX-License-Identifier: MIT */
/* The scenarios in the box, as a menu. */
#pragma once

#include <gtk/gtk.h>

/* Appends to menu a submenu whose items activate app.watch-scenario with a scenario's name. */
void scenario_menu_append(GMenu *menu);
