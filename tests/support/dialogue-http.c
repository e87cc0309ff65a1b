/* SPDX-License-Identifier: MIT */
/* HTTP's part of a dialogue. */
#include "support/dialogue-http.h"

#include "protocol/http/http-client.h"
#include "protocol/http/http-server.h"

Endpoint *dialogue_http_server_new(const EndpointDialogue *file)
{
  return http_server_new(&(HttpServerConfig){
      .software = endpoint_dialogue_get(file, "Software"),
      .no_date = true,
      .body_limit = endpoint_dialogue_get_number(file, "Size-Limit"),
  });
}

Endpoint *dialogue_http_client_new(const EndpointDialogue *file)
{
  Endpoint *client = http_client_new(&(HttpClientConfig){0});
  const GPtrArray *requests = endpoint_dialogue_get_all(file, "Request");
  for (guint i = 0; i < requests->len; i++) {
    g_auto(GStrv) fields = g_strsplit(g_ptr_array_index(requests, i), "; ", -1);
    g_auto(GStrv) words = g_strsplit(fields[0], " ", 2);
    HttpRequest request = {
        .method = words[0], .target = words[1], .host = endpoint_dialogue_get(file, "Host")};
    static const HttpHeader form = {"Content-Type", "application/x-www-form-urlencoded"};
    for (guint f = 1; fields[f] != NULL; f++) {
      if (g_str_has_prefix(fields[f], "body ")) request.body = bytes_from_string(fields[f] + 5);
      if (g_str_has_prefix(fields[f], "body ")) request.fields = &form;
      if (g_str_equal(fields[f], "chunked")) request.chunked = true;
    }
    request.field_count = request.fields == NULL ? 0 : 1;
    g_assert_true(http_client_request(client, &request));
  }
  http_client_finish(client);
  return client;
}

char *dialogue_http_describe(const Endpoint *client, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_FAILED) return g_strdup("failed");
  g_assert_cmpint(event->type, ==, ENDPOINT_RESPONSE);
  const HttpMessage *response = http_client_get_response(client);
  g_autofree char *body = bytes_dup_string(response->body);
  return g_strdup_printf("%d%s%s", response->code, *body == '\0' ? "" : " ", g_strchomp(body));
}

EndpointVerdict dialogue_http_judge(const EndpointDialogue *file, Bytes target)
{
  const GPtrArray *answers = endpoint_dialogue_get_all(file, "Answer");
  for (guint i = 0; i < answers->len; i++) {
    const char *answer = g_ptr_array_index(answers, i);
    size_t length = strcspn(answer, " ");
    if (!bytes_equal(target, (Bytes){(const uint8_t *)answer, length})) continue;
    char *words;
    int code = (int)g_ascii_strtoull(answer + length, &words, 10);
    return (EndpointVerdict){.accepted = true, .code = code, .text = *words == '\0' ? NULL : words + 1};
  }
  return (EndpointVerdict){.accepted = false};
}
