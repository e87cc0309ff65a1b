/* SPDX-License-Identifier: MIT */
/* Open addressing with linear probing in a table that is never more than half full and never grows. */
#include "observe/server-table.h"

#include "base/limits.h"
#include "observe/flow-table.h"

#define SLOTS (2 * LIMIT_SERVERS_REMEMBERED)
G_STATIC_ASSERT((SLOTS & (SLOTS - 1)) == 0);

typedef struct {
  IpAddress address;
  uint16_t port;
  bool used;
  ServerMemory memory;
} Slot;

struct ServerTable {
  uint32_t count;
  Slot slots[SLOTS];
};

ServerTable *server_table_new(void)
{
  return g_new0(ServerTable, 1);
}

void server_table_free(ServerTable *table)
{
  g_free(table);
}

/* Returns the server's slot, or the free one where it would be. */
static const Slot *find_slot(const ServerTable *table, const IpAddress *address, uint16_t port)
{
  uint64_t hash = flow_endpoint_hash((uint64_t)(uintptr_t)table, address, port);
  for (size_t i = hash & (SLOTS - 1);; i = (i + 1) & (SLOTS - 1)) {
    const Slot *slot = &table->slots[i];
    if (!slot->used || (slot->port == port && ip_address_equal(&slot->address, address))) return slot;
  }
}

ServerMemory *server_table_find(ServerTable *table, const IpAddress *address, uint16_t port)
{
  Slot *slot = &table->slots[find_slot(table, address, port) - table->slots];
  if (slot->used) return &slot->memory;
  if (table->count == LIMIT_SERVERS_REMEMBERED) return NULL;
  table->count++;
  *slot = (Slot){.address = *address, .port = port, .used = true};
  return &slot->memory;
}

const ServerMemory *server_table_look(const ServerTable *table, const IpAddress *address, uint16_t port)
{
  const Slot *slot = find_slot(table, address, port);
  return slot->used ? &slot->memory : NULL;
}
