#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What Python's email package reads in a letter on standard input: decoded headers, then each part with its type, name,
disposition, Content-ID and the digest of its content. Defects are told too. For test-message-build."""
import email
import email.policy
import hashlib
import sys

HEADERS = ["From", "Sender", "To", "Cc", "Bcc", "Reply-To", "Subject", "In-Reply-To", "References", "Keywords",
           "Disposition-Notification-To", "Auto-Submitted", "MIME-Version"]


def tell(part, depth):
    indent = "  " * depth
    words = [part.get_content_type()]
    for value in (part.get_filename(), part.get_content_disposition(), part["Content-ID"], part["Content-Description"]):
        words.append("-" if value is None else str(value))
    if part.get_content_type() == "message/rfc822":
        content = part.get_payload()[0].as_bytes(policy=email.policy.default.clone(linesep="\r\n"))
    elif part.is_multipart():
        content = b""
    else:
        content = part.get_payload(decode=True)
        if part.get_content_maintype() == "text":
            content = content.decode(part.get_content_charset()).replace("\r\n", "\n").encode()
    if content:
        words.append(hashlib.md5(content).hexdigest())
    print(indent + " | ".join(words))
    for defect in part.defects:
        print(indent + "defect: " + type(defect).__name__)
    if part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            tell(inner, depth + 1)


letter = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
for name in HEADERS:
    if letter[name] is not None:
        print(f"{name}: {letter[name]}".replace("\t", " "))  # a fold may be a tab
        for defect in letter[name].defects:
            print("defect: " + type(defect).__name__)
tell(letter, 0)
