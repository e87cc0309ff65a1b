/* SPDX-License-Identifier: MIT */
/* Reads pcap (µs, ns, both byte orders, modified) and pcapng (both byte orders, several interfaces), plain or
 * gzip-compressed, from a file or a pipe: own reader, one reused window, nothing copied in between. */
#pragma once

#include "wire/frame.h"

typedef struct CaptureFile CaptureFile;

typedef enum {
  CAPTURE_ERROR_OPEN, /* no such file, no permission, a directory */
  CAPTURE_ERROR_EMPTY,
  CAPTURE_ERROR_FOREIGN, /* not a capture; the message names what it seems to be */
  CAPTURE_ERROR_DAMAGED, /* cut or lying; everything before it was delivered */
  CAPTURE_ERROR_READ,
} CaptureError;

#define CAPTURE_ERROR (capture_error_quark())
GQuark capture_error_quark(void);

typedef struct {
  uint16_t link_type;
  uint32_t snap_length;
  char *name;        /* pcapng if_name, or NULL */
  char *description; /* or NULL */
} CaptureInterface;

/* Opens path, or standard input for "-", and reads the header. Returns NULL with *error set: the message is
 * one line for a person and says what and why, without the path. */
CaptureFile *capture_file_open(const char *path, GError **error);

/* The same from an open descriptor, which is then owned. */
CaptureFile *capture_file_open_fd(int fd, GError **error);

/* Returns "pcap", "pcap-ns", "pcap-modified" or "pcapng". Static. */
const char *capture_file_get_format(const CaptureFile *file);

/* Returns the interfaces known so far (pcapng may add some later); of CaptureInterface, borrowed. */
const GPtrArray *capture_file_get_interfaces(const CaptureFile *file);

/* Returns the comments of the section header, of char *, borrowed, UTF-8. */
const GPtrArray *capture_file_get_comments(const CaptureFile *file);

typedef enum { CAPTURE_FRAME, CAPTURE_END, CAPTURE_FAILED } CaptureStep;

/* Reads the next frame; its bytes are valid until the next call. CAPTURE_FAILED sets *error (DAMAGED names
 * frame and byte); a later call then returns CAPTURE_END. */
CaptureStep capture_file_next(CaptureFile *file, Frame *frame, GError **error);

/* Before the first frame: sees to it that the bytes can be read by position later, also of a pipe or a
 * compressed file, which are copied to a file without a name. Returns false with *error set where there is no
 * room for that. */
bool capture_file_keep_spool(CaptureFile *file, GError **error);

/* Returns the descriptor for reading by position: of a seekable source, or of the copy kept; -1 where there
 * is neither. Borrowed. */
int capture_file_get_fd(const CaptureFile *file);

/* Returns bytes read so far and, in *total, the size of the source (0: unknown), for progress. */
uint64_t capture_file_get_progress(const CaptureFile *file, uint64_t *total);

/* Returns the IP-address-to-name pairs of pcapng name resolution blocks so far: table of "ip text" → "name",
 * borrowed. */
GHashTable *capture_file_get_names(const CaptureFile *file);

/* Returns how many Decryption Secrets Blocks were met so far: keys that somebody put into the file. */
uint32_t capture_file_get_secret_blocks(const CaptureFile *file);

void capture_file_free(CaptureFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureFile, capture_file_free)
