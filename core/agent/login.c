/* SPDX-License-Identifier: MIT */
/* A log-in judged. */
#include "agent/login.h"

EndpointVerdict login_judge(const MailStore *store, const EndpointEvent *event, Digest *proof)
{
  bool accepted = mail_store_authenticate(store,
                                          &(MailStoreLogin){
                                              .mechanism = event->mechanism,
                                              .user = event->user,
                                              .secret = event->secret,
                                              .challenge = event->challenge,
                                              .salt = event->salt,
                                              .iterations = event->iterations,
                                          },
                                          proof);
  return (EndpointVerdict){.accepted = accepted, .proof = digest_view(proof)};
}
