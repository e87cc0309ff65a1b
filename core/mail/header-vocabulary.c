/* SPDX-License-Identifier: MIT */
/* The words of a message. */
#include "mail/header-vocabulary.h"

#include "base/i18n.h"

#include <string.h>

static const MailWord headers[] = {
    {"From", "RFC 5322 §3.6.2",
     N_("Who wrote the letter, as the letter itself claims; nothing on the way proves it.")},
    {"Sender", "RFC 5322 §3.6.2",
     N_("Who really sent it, where that is another than the author: a secretary, a list.")},
    {"To", "RFC 5322 §3.6.3", N_("Whom it is for. The servers do not look here: they go by the envelope.")},
    {"Cc", "RFC 5322 §3.6.3", N_("Who gets a copy, for all to see.")},
    {"Bcc", "RFC 5322 §3.6.3",
     N_("Who gets a copy without the others knowing. Most programs take this field out before sending; the "
        "envelope still names these recipients.")},
    {"Reply-To", "RFC 5322 §3.6.2", N_("Where answers should go, if not to From.")},
    {"Subject", "RFC 5322 §3.6.5", N_("What it is about. It travels inside DATA, not in the envelope.")},
    {"Date", "RFC 5322 §3.6.1", N_("When the author's program finished it, by that machine's clock.")},
    {"Message-ID", "RFC 5322 §3.6.4",
     N_("A name that no other letter in the world has; answers refer to it.")},
    {"In-Reply-To", "RFC 5322 §3.6.4", N_("The Message-ID of the letter that this one answers.")},
    {"References", "RFC 5322 §3.6.4",
     N_("The thread so far: Message-IDs from its first letter to the one answered here.")},
    {"Keywords", "RFC 5322 §3.6.5", N_("Catchwords that the author chose.")},
    {"Comments", "RFC 5322 §3.6.5", N_("A remark of the author on the text.")},
    {"Received", "RFC 5321 §4.4",
     N_("A postmark: each server writes one on top. Read from below, they tell the way; those below the "
        "first "
        "server you trust may be forged.")},
    {"Return-Path", "RFC 5321 §4.4",
     N_("The envelope's sender, kept by the last server at delivery: notices of failure go there.")},
    {"Delivered-To", "RFC 9228", N_("The mailbox into which the server put it.")},
    {"Resent-", "RFC 5322 §3.6.6",
     N_("Someone sent the letter on as it was; these fields tell who, when and to whom.")},
    {"MIME-Version", "RFC 2045 §4",
     N_("The letter follows MIME: its body may have types, parts and encodings.")},
    {"Content-Type", "RFC 2045 §5",
     N_("What the body is: text and its characters, a picture, several parts…")},
    {"Content-Transfer-Encoding", "RFC 2045 §6",
     N_("How the body was made fit for a way that only takes 7-bit text.")},
    {"Content-Disposition", "RFC 2183",
     N_("To be shown in place, or kept as an attachment, with its file name.")},
    {"Content-Description", "RFC 2045 §8", N_("What the part shows, in words.")},
    {"Content-ID", "RFC 2045 §7",
     N_("A name by which another part refers to this one, such as a picture inside HTML.")},
    {"Content-Language", "RFC 3282", N_("In which human language it is written.")},
    {"DKIM-Signature", "RFC 6376",
     N_("A signature by the domain in d= over the fields in h= and the body (bh=). If it verifies, these "
        "were not changed since, and the domain vouches. v is the version, a the method, c how text was made "
        "uniform before signing, s which key, b the signature.")},
    {"ARC-", "RFC 8617",
     N_("What earlier servers found about the sender, sealed by each that passed the letter on.")},
    {"Authentication-Results", "RFC 8601",
     N_("What the receiving server found about the sender: SPF, DKIM, and DMARC, which asks that one of the "
        "two "
        "fits the From header. Only worth as much as the server that wrote it.")},
    {"Received-SPF", "RFC 7208 §9.1",
     N_("Whether the sending machine may send for the envelope's domain, as that domain says in DNS.")},
    {"List-", "RFC 2369", N_("Written by a mailing list: how to leave it, write to it or get help.")},
    {"Auto-Submitted", "RFC 3834",
     N_("Tells whether a machine wrote this, as an answer or notice; \"no\" means a person did. No machine "
        "should answer a machine.")},
    {"Precedence", "RFC 3834 §3.1.8",
     N_("An old custom that marks mass mail, so that machines do not answer it.")},
    {"Disposition-Notification-To", "RFC 8098",
     N_("The author asks for a read receipt; the reader's program decides whether it sends one.")},
    {"Original-Recipient", "RFC 3798 §2.3", N_("The address to which it was sent first.")},
    {"User-Agent", "RFC 5536 §3.2.13", N_("The program that wrote it, as it names itself.")},
    {"X-Mailer", "RFC 2076 §3.4",
     N_("The program that wrote it, as it names itself: a custom, no standard.")},
    {"Importance", "RFC 2156", N_("How urgent the author finds it.")},
    {"X-", "RFC 6648", N_("A field that some program made up; no standard says what it means.")},
};

static const MailWord media[] = {
    {"text/plain", "RFC 2046 §4.1.3", N_("Plain text: what you see is all there is.")},
    {"text/html", "RFC 2854", N_("Text as a web page; links may lead elsewhere than they say.")},
    {"text/xml", "RFC 7303", N_("XML, readable as text.")},
    {"text/css", "RFC 2318", N_("A style sheet for HTML.")},
    {"text/calendar", "RFC 5545", N_("An appointment.")},
    {"text", "RFC 2046 §4.1", N_("Some kind of text.")},
    {"image/gif", "RFC 2046 §4.2", N_("A picture with few colours, maybe moving.")},
    {"image/jpeg", "RFC 2046 §4.2", N_("A photograph.")},
    {"image/png", "RFC 2083", N_("A picture without loss.")},
    {"image/tiff", "RFC 3302", N_("A scanned picture.")},
    {"image", "RFC 2046 §4.2", N_("A picture.")},
    {"audio/basic", "RFC 2046 §4.3", N_("Sound in telephone quality.")},
    {"audio/mpeg", "RFC 3003", N_("Sound, as in MP3.")},
    {"audio/mp4", "RFC 4337", N_("Sound, as in M4A.")},
    {"audio", "RFC 2046 §4.3", N_("Sound.")},
    {"video/mpeg", "RFC 2046 §4.4", N_("A film.")},
    {"video/mp4", "RFC 4337", N_("A film, as in MP4.")},
    {"video/quicktime", "RFC 6381", N_("A film, as in MOV.")},
    {"video", "RFC 2046 §4.4", N_("A film.")},
    {"model/vrml", "RFC 2077", N_("A model in three dimensions.")},
    {"model", "RFC 2077", N_("A model in several dimensions.")},
    {"application/octet-stream", "RFC 2046 §4.5.1",
     N_("Any bytes at all: the type says nothing, so be careful.")},
    {"application/pdf", "RFC 8118", N_("A PDF document.")},
    {"application/javascript", "RFC 9239", N_("A program: do not open it without need.")},
    {"application/zip", "RFC 6838", N_("A packed archive; what is inside shows only when unpacked.")},
    {"application/pkcs7-signature", "RFC 8551", N_("An S/MIME signature over the other part.")},
    {"application/pgp-signature", "RFC 3156", N_("A PGP signature over the other part.")},
    {"application/pgp-encrypted", "RFC 3156", N_("Sealed with PGP: only the reader's key opens it.")},
    {"application", "RFC 2046 §4.5", N_("Data for some program.")},
    {"message/rfc822", "RFC 2046 §5.2.1", N_("A whole letter inside this one, headers and all.")},
    {"message/delivery-status", "RFC 3464", N_("A delivery report in a form that machines read.")},
    {"message/disposition-notification", "RFC 8098", N_("A read receipt in a form that machines read.")},
    {"message/http", "RFC 9112 §10", N_("An HTTP request or response, whole.")},
    {"message/partial", "RFC 2046 §5.2.2", N_("A piece of a letter too long for one.")},
    {"message", "RFC 2046 §5.2", N_("Some kind of message inside this one.")},
    {"multipart/mixed", "RFC 2046 §5.1.3", N_("Several parts, one after another: text and attachments.")},
    {"multipart/alternative", "RFC 2046 §5.1.4",
     N_("The same thing in several forms, the best last; the reader's program chooses one.")},
    {"multipart/related", "RFC 2387", N_("Parts that belong together, such as a page and its pictures.")},
    {"multipart/parallel", "RFC 2046 §5.1.6", N_("Parts to be shown at the same time.")},
    {"multipart/digest", "RFC 2046 §5.1.5", N_("A collection of letters.")},
    {"multipart/report", "RFC 6522",
     N_("A report, such as a notice of failure: words, facts for machines, the letter.")},
    {"multipart/signed", "RFC 1847 §2.1", N_("A part and a signature over it.")},
    {"multipart/encrypted", "RFC 1847 §2.2",
     N_("A part that is sealed end to end: the servers cannot read it.")},
    {"multipart", "RFC 2046 §5.1", N_("Several parts with a boundary between them.")},
};

static const MailWord encodings[] = {
    {"7bit", "RFC 2045 §6.2", N_("Not encoded: short lines of plain ASCII.")},
    {"8bit", "RFC 2045 §6.2", N_("Not encoded: bytes above 127 inside; the server has to offer 8BITMIME.")},
    {"binary", "RFC 2045 §6.2", N_("Not encoded, lines of any length: only BDAT carries that.")},
    {"quoted-printable", "RFC 2045 §6.7",
     N_("Almost readable: “á” in UTF-8 becomes =C3=A1; most of the rest stays as it is.")},
    {"base64", "RFC 2045 §6.8",
     N_("Three bytes become four characters. That hides nothing: anyone can turn it back.")},
};

static const MailWord *find(const MailWord *rows, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(rows[i].name);
    bool family = length > 0 && rows[i].name[length - 1] == '-';
    if (family ? g_ascii_strncasecmp(name, rows[i].name, length) == 0
               : g_ascii_strcasecmp(name, rows[i].name) == 0)
      return &rows[i];
  }
  return NULL;
}

const MailWord *header_vocabulary_find(const char *name)
{
  return find(headers, G_N_ELEMENTS(headers), name);
}

const MailWord *media_vocabulary_find(const char *type)
{
  const MailWord *exact = find(media, G_N_ELEMENTS(media), type);
  const char *slash = strchr(type, '/');
  if (exact != NULL || slash == NULL) return exact;
  g_autofree char *kind = g_strndup(type, (gsize)(slash - type));
  return find(media, G_N_ELEMENTS(media), kind);
}

const MailWord *encoding_vocabulary_find(const char *encoding)
{
  return find(encodings, G_N_ELEMENTS(encodings), encoding);
}

const MailWord *header_vocabulary_rows(size_t *count)
{
  *count = G_N_ELEMENTS(headers);
  return headers;
}

const MailWord *media_vocabulary_rows(size_t *count)
{
  *count = G_N_ELEMENTS(media);
  return media;
}

const MailWord *encoding_vocabulary_rows(size_t *count)
{
  *count = G_N_ELEMENTS(encodings);
  return encodings;
}
