/* SPDX-License-Identifier: MIT */
/* What is remembered of each server over all its conversations: a bounded table by address and port. */
#pragma once

#include "protocol/decoder.h"
#include "wire/ip-address.h"

typedef struct ServerTable ServerTable;

/* Returns an empty table, the caller's to free. */
ServerTable *server_table_new(void);
void server_table_free(ServerTable *table);

/* Returns the memory of a server, all zero the first time; it lives as long as the table. NULL where
 * LIMIT_SERVERS_REMEMBERED others are remembered already: of this one nothing is claimed then. */
ServerMemory *server_table_find(ServerTable *table, const IpAddress *address, uint16_t port);

/* Returns it only where it is there already, else NULL. */
const ServerMemory *server_table_look(const ServerTable *table, const IpAddress *address, uint16_t port);
