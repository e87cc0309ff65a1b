/* SPDX-License-Identifier: MIT */
/* What a listener must see of HTTP: dialogues, floods, and other protocols. */
#include "protocol/http/http-decoder.h"
#include "protocol/http/http-vocabulary.h"
#include "support/decoder-listener.h"
#include "support/dialogue-file.h"

static void test_floods(void)
{
  static const Flood floods[] = {
      {DIRECTION_TO_SERVER, "GET / HTTP/1.1\r\n", "X: y\r\n", 100000},
      {DIRECTION_TO_SERVER, "GET / HTTP/1.1\r\nCookie: ", "x", 2000000},
      {DIRECTION_TO_SERVER, "", "GET / HTTP/1.1\r\n\r\n", 20000},
      {DIRECTION_TO_CLIENT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 100000},
      {DIRECTION_TO_CLIENT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1", ";x=y", 100000},
      {DIRECTION_TO_CLIENT, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", 100000},
      {DIRECTION_TO_CLIENT, "HTTP/1.1 200 OK\r\n\r\n", "\n", 2000000},
      {DIRECTION_TO_CLIENT, "", "HTTP/1.1 100 Continue\r\n\r\n", 20000},
      {DIRECTION_TO_SERVER,
       "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
       "99999999\r\n\r\n",
       "a=b&", 200000},
  };
  decoder_listener_check_floods(&http_decoder_class, floods, G_N_ELEMENTS(floods));
}

static void test_recognition(void)
{
  static const RecognitionCase cases[] = {
      {"GET / HTTP/1.1\r\n", "", 8080, true, RECOGNISED_YES},
      {"POST /login HTTP/1.0\r\n", "HTTP/1.0 200 OK\r\n", 8080, true, RECOGNISED_YES},
      {"CONNECT mail.example:443 HTTP/1.1\r\n", "", 3128, true, RECOGNISED_YES},
      {"GE", "", 80, true, RECOGNISED_MAYBE},
      {"GET /very/long", "", 80, true, RECOGNISED_MAYBE},
      {"GET files", "", 80, true, RECOGNISED_NO},
      {"GET / HTTP/2.0\r\n", "", 80, true, RECOGNISED_NO},
      {"PRI * HTTP/2.0\r\n", "", 80, true, RECOGNISED_NO},
      {"EHLO a\r\n", "", 80, true, RECOGNISED_NO},
      {"", "HTTP/1.1 200 OK\r\n", 9999, false, RECOGNISED_YES},
      {"", "220 smtp\r\n", 80, true, RECOGNISED_NO},
      {"", "", 80, true, RECOGNISED_MAYBE},
  };
  decoder_listener_check_recognition(&http_decoder_class, cases, G_N_ELEMENTS(cases));
}

static void test_vocabulary(void)
{
  decoder_listener_check_vocabulary(&http_vocabulary);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  dialogue_file_add_tests("dialogues/decoders/http.txt", "/http-decoder", &http_decoder_class);
  g_test_add_func("/hardening/72-floods of fields, chunks and cookies cost linear time and little memory",
                  test_floods);
  g_test_add_func("/http-decoder/other protocols are not taken for HTTP", test_recognition);
  g_test_add_func("/http-vocabulary/every word is explained in few words", test_vocabulary);
  return g_test_run();
}
