/* SPDX-License-Identifier: MIT */
/* Log-ins waiting for their outcome. */
#include "protocol/login-queue.h"

#include "protocol/decoder-support.h"

static void set(ByteBuffer *buffer, Bytes value)
{
  byte_buffer_reset(buffer);
  byte_buffer_append(buffer, bytes_slice(value, 0, LOGIN_QUEUE_FIELD_BYTES));
}

static void tell(PendingLogin *login, const DecoderSink *sink, int accepted)
{
  Credential credential = {.mechanism = login->mechanism,
                           .user = byte_buffer_view(&login->user),
                           .secret = byte_buffer_view(&login->secret),
                           .challenge = byte_buffer_view(&login->challenge),
                           .digest = byte_buffer_view(&login->digest),
                           .accepted = accepted};
  decoder_emit_credential(sink, login->id, login->offset, &credential);
  login->id = 0;
  byte_buffer_reset(&login->secret);
}

void login_queue_add(LoginQueue *queue, const DecoderSink *sink, uint32_t id, uint64_t offset,
                     const Credential *credential)
{
  if (queue->items == NULL) queue->items = g_new0(PendingLogin, LOGIN_QUEUE_SIZE);
  PendingLogin *login = &queue->items[queue->next];
  if (login->id != 0) tell(login, sink, -1);
  queue->next = (queue->next + 1) % LOGIN_QUEUE_SIZE;
  login->id = id;
  login->offset = offset;
  login->mechanism = credential->mechanism;
  set(&login->user, credential->user);
  set(&login->secret, credential->secret);
  set(&login->challenge, credential->challenge);
  set(&login->digest, credential->digest);
}

void login_queue_decide(LoginQueue *queue, const DecoderSink *sink, uint32_t id, int accepted)
{
  if (id == 0 || queue->items == NULL) return;
  for (uint32_t i = 0; i < LOGIN_QUEUE_SIZE; i++)
    if (queue->items[i].id == id) tell(&queue->items[i], sink, accepted);
}

void login_queue_finish(LoginQueue *queue, const DecoderSink *sink)
{
  for (uint32_t i = 0; i < LOGIN_QUEUE_SIZE && queue->items != NULL; i++) {
    PendingLogin *login = &queue->items[(queue->next + i) % LOGIN_QUEUE_SIZE];
    if (login->id != 0) tell(login, sink, -1);
  }
}

void login_queue_clear(LoginQueue *queue)
{
  for (uint32_t i = 0; i < LOGIN_QUEUE_SIZE && queue->items != NULL; i++) {
    PendingLogin *login = &queue->items[i];
    byte_buffer_clear(&login->user);
    byte_buffer_clear(&login->secret);
    byte_buffer_clear(&login->challenge);
    byte_buffer_clear(&login->digest);
  }
  g_clear_pointer(&queue->items, g_free);
}
