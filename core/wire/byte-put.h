/* SPDX-License-Identifier: MIT */
/* Numbers in network order, written for the builders; the caller has made room. */
#pragma once

#include <stdint.h>

static inline void byte_put_be16(uint8_t *out, uint16_t value)
{
  out[0] = (uint8_t)(value >> 8);
  out[1] = (uint8_t)value;
}

static inline void byte_put_be32(uint8_t *out, uint32_t value)
{
  byte_put_be16(out, (uint16_t)(value >> 16));
  byte_put_be16(out + 2, (uint16_t)value);
}
