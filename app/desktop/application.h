/* SPDX-License-Identifier: MIT */
/* The desktop program: actions, files, the simulated walk. The only place that joins sources, worlds and
 * views. */
#pragma once

#include <gtk/gtk.h>

#define CARTEIRO_APPLICATION_ID "io.github.carteiro.Carteiro"

#define CARTEIRO_TYPE_APPLICATION (carteiro_application_get_type())
G_DECLARE_FINAL_TYPE(CarteiroApplication, carteiro_application, CARTEIRO, APPLICATION, GtkApplication)

GtkApplication *carteiro_application_new(void);
