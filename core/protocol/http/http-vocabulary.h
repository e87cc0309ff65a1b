/* SPDX-License-Identifier: MIT */
/* The methods and status codes of HTTP (RFC 9110). */
#pragma once

#include "protocol/vocabulary.h"

typedef enum {
  HTTP_GET,
  HTTP_HEAD,
  HTTP_POST,
  HTTP_PUT,
  HTTP_DELETE,
  HTTP_CONNECT,
  HTTP_OPTIONS,
  HTTP_TRACE,
  HTTP_PATCH,
  HTTP_WORD_COUNT,
} HttpWord;

extern const Vocabulary http_vocabulary;
