/* SPDX-License-Identifier: MIT */
/* Every cap that protects us from hostile input, in one place; each has a test. */
#pragma once

#define LIMIT_LINE_SHOWN                                                                                     \
  65536u /* bytes of a line kept for showing; the rest is counted and marked truncated */
#define LIMIT_FRAME_BYTES 262144u    /* the largest captured frame we accept in a record; larger is damage */
#define LIMIT_VLAN_TAGS 8u           /* 802.1Q tags in a stack */
#define LIMIT_MPLS_LABELS 16u        /* labels in a stack */
#define LIMIT_IPV6_EXTENSIONS 16u    /* extension headers in a chain */
#define LIMIT_TUNNELS 16u            /* IP headers inside one another */
#define LIMIT_PENDING_COMMANDS 1024u /* commands awaiting a reply in one session */
#define LIMIT_REASSEMBLY_BYTES 4194304u  /* bytes held out of order for one direction of a stream */
#define LIMIT_REASSEMBLY_TOTAL 67108864u /* the same, over all streams */
#define LIMIT_STREAMS_OPEN 65536u        /* streams followed at a time; the oldest quiet one goes first */
#define LIMIT_SERVERS_REMEMBERED 4096u   /* servers of which something is known over all conversations */
#define LIMIT_FRAGMENTED_DATAGRAMS 256u  /* put together at a time; the oldest goes first */
#define LIMIT_FRAGMENTS 1024u            /* of one datagram */
#define LIMIT_FRAGMENT_BYTES 4194304u    /* held for all of them */
#define LIMIT_FRAGMENT_SECONDS 60       /* after its first fragment a datagram is given up (RFC 8200 §4.5) */
#define LIMIT_INFLATE_START 1048576u    /* bytes that a compressed stream may become at once */
#define LIMIT_INFLATE_RATIO 200u        /* and for each packed byte so many more */
#define LIMIT_DERIVED_BYTES 67108864u   /* unpacked bytes that a window keeps, over all streams */
#define LIMIT_REDACTED_BYTES 402653184u /* of conversations held while they are redacted */
#define LIMIT_RECOGNITION_BYTES 4096u   /* bytes looked at before a stream is given up as "not mail" */
#define LIMIT_HEADER_BYTES 1048576u     /* of one header field kept; the rest is dropped */
#define LIMIT_HEADERS_BYTES 10485760u   /* of all header fields of a message */
#define LIMIT_HEADERS 10000u            /* header fields kept of one message */
#define LIMIT_MIME_DEPTH 100u           /* parts inside parts */
#define LIMIT_MIME_PARTS 10000u         /* parts of one message */
#define LIMIT_MIME_PARAMETERS 128u      /* parameters of one header field (RFC 2231 splits them) */
#define LIMIT_BOUNDARY_BYTES 250u       /* of a boundary; RFC 2046 §5.1.1 allows 70 */
#define LIMIT_ENVELOPE_RECIPIENTS 10000u /* kept of one envelope */
#define LIMIT_FILTER_BYTES 16384u        /* of a filter's text */
#define LIMIT_FILTER_NESTING 64u         /* parentheses inside one another in a filter */
#define LIMIT_PATTERN_STEPS 200000u      /* a pattern's steps over one line; then it does not match */
#define LIMIT_PATTERN_SURRENDERS 32u     /* lines that were too much for a pattern, before it is given up */
#define LIMIT_STATISTICS_PAIRS 4096u     /* pairs of hosts counted apart */
#define LIMIT_STATISTICS_CODES 256u      /* kinds of refusal counted apart */
#define LIMIT_STATISTICS_RECENT                                                                              \
  16384u /* commands whose time is remembered for their reply; streams likewise */

/* HTTP, where we take part */
#define LIMIT_HTTP_LINE 8192u  /* bytes of a request line (RFC 9112 §3 asks for 8000), or of a field's */
#define LIMIT_HTTP_HEAD 65536u /* of all lines of a head, or of a trailer */
#define LIMIT_HTTP_FIELDS 100u /* fields of a head */
#define LIMIT_HTTP_CHUNK_LINE 1024u   /* bytes of a chunk's size line, extensions included */
#define LIMIT_HTTP_CHUNK_WASTE 65536u /* bytes of size lines, beyond as many as the chunks hold */
#define LIMIT_HTTP_REQUEST 1048576u   /* bytes of a request's body */
#define LIMIT_HTTP_RESPONSE 16777216u /* of a response's */
