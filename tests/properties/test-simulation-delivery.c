/* SPDX-License-Identifier: MIT */
/* Whatever the links do to the frames, a letter that its server took arrives exactly once. */
#include "simulate/world.h"

static char *setting(const char *format, guint value)
{
  g_auto(GStrv) parts = g_strsplit(format, "#", 2);
  g_autofree char *number = g_strdup_printf("%u", value);
  return g_strjoinv(number, parts);
}

static void a_thousand_worlds_deliver_exactly_once(void)
{
  guint lost = 0;
  for (guint32 seed = 0; seed < 1000; seed++) {
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(GPtrArray) settings = g_ptr_array_new_with_free_func(g_free);
    static const char *const links[] = {"Link alice mail.alpha", "Link mail.alpha ns",
                                        "Link mail.alpha mail.beta", "Link mail.beta bob"};
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
      g_autofree char *loss = g_strdup_printf("%s/Loss=# %%", links[i]);
      g_autofree char *delay = g_strdup_printf("%s/Delay=# ms", links[i]);
      g_autofree char *rate = g_strdup_printf("%s/Bandwidth=# kbit/s", links[i]);
      g_ptr_array_add(settings, setting(loss, (guint)g_rand_int_range(random, 0, 25)));
      g_ptr_array_add(settings, setting(delay, (guint)g_rand_int_range(random, 0, 700)));
      if (g_rand_boolean(random))
        g_ptr_array_add(settings, setting(rate, (guint)g_rand_int_range(random, 5, 5000)));
    }
    g_ptr_array_add(settings, g_strdup("Act 2/At=3 d"));
    g_ptr_array_add(settings, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load("walk", (const char *const *)settings->pdata, &error);
    g_assert_no_error(error);
    g_autoptr(World) world = world_new(scenario, seed, NULL, &error);
    g_assert_true(world_run(world, NANOSECONDS_NEVER));
    guint host = world_get_host_count(world);
    while (g_strcmp0(world_get_host(world, --host)->id, "bob-computer") != 0)
      ;
    if (world_get_inbox(world, host)->len != 1)
      g_error("seed %u: %u letters", seed, world_get_inbox(world, host)->len);
    for (guint i = 0; i < world_get_event_count(world); i++)
      lost += world_get_event(world, i)->type == WORLD_FRAME && world_get_event(world, i)->new_state == 1;
  }
  g_assert_cmpuint(lost, >, 5000);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/simulation/a thousand worlds deliver exactly once",
                  a_thousand_worlds_deliver_exactly_once);
  return g_test_run();
}
