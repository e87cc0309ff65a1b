/* SPDX-License-Identifier: MIT */
/* What leaves a host: segments and datagrams made into frames. */
#include "simulate/host-private.h"
#include "wire/packet-build.h"

