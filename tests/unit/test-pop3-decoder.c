/* SPDX-License-Identifier: MIT */
/* What a listener must see of POP3: dialogues, floods, and other protocols. */
#include "protocol/pop3/pop3-decoder.h"
#include "protocol/pop3/pop3-vocabulary.h"
#include "support/decoder-listener.h"
#include "support/dialogue-file.h"

static void test_floods(void)
{
  static const Flood floods[] = {
      {DIRECTION_TO_SERVER, "", "NOOP\r\n", 40000},
      {DIRECTION_TO_SERVER, "", "PASS x\r\n", 20000},
      {DIRECTION_TO_SERVER, "AUTH PLAIN\r\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 20000},
      {DIRECTION_TO_SERVER, "PASS ", "x", 2000000},
      {DIRECTION_TO_CLIENT, "", "+OK\r\n", 40000},
      {DIRECTION_TO_CLIENT, "+OK\r\n", "nonsense\r\n", 40000},
      {DIRECTION_TO_CLIENT, "", "+", 2000000},
      {DIRECTION_TO_CLIENT, "+OK", " .\r\n", 40000},
  };
  decoder_listener_check_floods(&pop3_decoder_class, floods, G_N_ELEMENTS(floods));
}

static void test_endless_listing(void)
{
  DecoderListener listener;
  decoder_listener_start(&listener, &pop3_decoder_class);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "+OK\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "UIDL\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "+OK\r\n");
  decoder_listener_hear_many(&listener, DIRECTION_TO_CLIENT, "1 unique\r\n", 500000);
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 1);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, ".\r\n");
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 2);
  decoder_listener_stop(&listener);
}

static void test_recognition(void)
{
  static const RecognitionCase cases[] = {
      {"", "+OK ready\r\n", 2110, true, RECOGNISED_YES},
      {"", "-ERR busy\r\n", 2110, true, RECOGNISED_YES},
      {"", "+O", 2110, true, RECOGNISED_MAYBE},
      {"", "+ POP2 ready\r\n", 110, true, RECOGNISED_NO},
      {"", "220 smtp\r\n", 110, true, RECOGNISED_NO},
      {"", "* OK imap\r\n", 110, true, RECOGNISED_NO},
      {"*1\r\n$4\r\nPING\r\n", "+OK\r\n", 6379, true, RECOGNISED_NO},
      {"USER bob\r\nPASS x\r\n", "", 110, true, RECOGNISED_YES},
      {"USER bob\r\nPASS x\r\n", "", 21, true, RECOGNISED_MAYBE},
      {"USER bob\r\nPASS x\r\n", "220 ftp\r\n", 21, true, RECOGNISED_NO},
      {"UIDL\r\n", "", 9999, false, RECOGNISED_YES},
      {"RETR 7\r\n", "text\r\n.\r\n+OK\r\n", 9999, false, RECOGNISED_YES},
      {"RETR file.txt\r\n", "", 21, false, RECOGNISED_MAYBE},
      {"GET / HTTP/1.1\r\n", "", 80, true, RECOGNISED_NO},
      {"", "", 110, true, RECOGNISED_MAYBE},
  };
  decoder_listener_check_recognition(&pop3_decoder_class, cases, G_N_ELEMENTS(cases));
}

static void test_vocabulary(void)
{
  decoder_listener_check_vocabulary(&pop3_vocabulary);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  dialogue_file_add_tests("dialogues/decoders/pop3.txt", "/pop3-decoder", &pop3_decoder_class);
  dialogue_file_add_tests("dialogues/decoders/letters-pop3.txt", "/pop3-decoder/letters",
                          &pop3_decoder_class);
  dialogue_file_add_tests("dialogues/decoders/hardening-pop3.txt", "/hardening", &pop3_decoder_class);
  g_test_add_func("/hardening/42-floods-of-commands-cost-linear-time-and-little-memory", test_floods);
  g_test_add_func("/pop3-decoder/an endless listing is one reply", test_endless_listing);
  g_test_add_func("/pop3-decoder/POP3 is recognised by what is said", test_recognition);
  g_test_add_func("/pop3-vocabulary/every word is explained in few words", test_vocabulary);
  return g_test_run();
}
