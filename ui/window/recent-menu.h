/* SPDX-License-Identifier: MIT */
/* The captures opened last, as a menu that follows the person's list of recent files. */
#pragma once

#include <gtk/gtk.h>

/* Returns a menu whose items activate app.open-recent with a URI; one greyed item where there are none. */
GMenuModel *recent_menu_new(void);
