/* SPDX-License-Identifier: MIT */
/* Decimal numbers, written where others format millions of them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_DIGITS 20u /* of the longest number */

/* Writes number at `at`, where there must be room for it. Returns how many digits it has. */
size_t decimal_put(uint8_t *at, uint64_t number);

/* Writes the last count digits of number at `at`, zeros in front. */
void decimal_put_padded(uint8_t *at, uint32_t number, size_t count);
