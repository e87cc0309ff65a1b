/* SPDX-License-Identifier: MIT */
/* Every cap that protects us from hostile input, in one place; each has a test. */
#pragma once

#define LIMIT_LINE_SHOWN                                                                                     \
  65536u /* bytes of a line kept for showing; the rest is counted and marked truncated */
#define LIMIT_FRAME_BYTES 262144u    /* the largest captured frame we accept in a record; larger is damage */
#define LIMIT_VLAN_TAGS 8u           /* 802.1Q tags in a stack */
#define LIMIT_IPV6_EXTENSIONS 16u    /* extension headers in a chain */
#define LIMIT_TUNNELS 16u            /* IP headers inside one another */
#define LIMIT_PENDING_COMMANDS 1024u /* commands awaiting a reply in one session */
#define LIMIT_REASSEMBLY_BYTES 4194304u  /* bytes held out of order for one direction of a stream */
#define LIMIT_REASSEMBLY_TOTAL 67108864u /* the same, over all streams */
#define LIMIT_STREAMS_OPEN 65536u        /* streams followed at a time; the oldest quiet one goes first */
#define LIMIT_RECOGNITION_BYTES 4096u    /* bytes looked at before a stream is given up as "not mail" */
