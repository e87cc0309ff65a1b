/* SPDX-License-Identifier: MIT */
/* What a listener must see of POP2: dialogues, floods, and other protocols. */
#include "protocol/pop2/pop2-decoder.h"
#include "protocol/pop2/pop2-vocabulary.h"
#include "support/decoder-listener.h"
#include "support/dialogue-file.h"

static void test_floods(void)
{
  static const Flood floods[] = {
      {DIRECTION_TO_SERVER, "", "HELO a b\r\n", 20000},
      {DIRECTION_TO_SERVER, "HELO a ", "x", 2000000},
      {DIRECTION_TO_CLIENT, "+ POP2\r\n", "=10\r\n", 40000},
      {DIRECTION_TO_CLIENT, "+ POP2\r\n", "nonsense\r\n", 40000},
      {DIRECTION_TO_CLIENT, "=", "9", 2000000},
  };
  decoder_listener_check_floods(&pop2_decoder_class, floods, G_N_ELEMENTS(floods));
}

static void test_recognition(void)
{
  static const RecognitionCase cases[] = {
      {"", "+ POP2 mail.beta.example\r\n", 9999, true, RECOGNISED_YES},
      {"HELO bob builder\r\n", "+ ready\r\n", 9999, true, RECOGNISED_YES},
      {"HELO bob builder\r\n", "", 109, false, RECOGNISED_YES},
      {"", "+ ready\r\n", 109, true, RECOGNISED_YES},
      {"", "+", 109, true, RECOGNISED_MAYBE},
      {"HELO mail.alpha\r\n", "220 smtp\r\n", 25, true, RECOGNISED_NO},
      {"HELO mail.alpha\r\n", "", 25, false, RECOGNISED_NO},
      {"", "+OK pop3\r\n", 110, true, RECOGNISED_NO},
      {"USER bob\r\n", "+ hello\r\n", 110, true, RECOGNISED_NO},
      {"", "* OK imap\r\n", 143, true, RECOGNISED_NO},
      {"GET / HTTP/1.1\r\n", "", 80, true, RECOGNISED_NO},
  };
  decoder_listener_check_recognition(&pop2_decoder_class, cases, G_N_ELEMENTS(cases));
}

static void test_vocabulary(void)
{
  decoder_listener_check_vocabulary(&pop2_vocabulary);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  dialogue_file_add_tests("dialogues/decoders/pop2.txt", "/pop2-decoder", &pop2_decoder_class);
  g_test_add_func("/pop2-decoder/hostile floods cost linear time and little memory", test_floods);
  g_test_add_func("/pop2-decoder/other protocols are not taken for POP2", test_recognition);
  g_test_add_func("/pop2-vocabulary/every word is explained in few words", test_vocabulary);
  return g_test_run();
}
