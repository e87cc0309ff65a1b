#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Proves that check.py bites: each planted fault is found at its file and line, and a clean tree passes."""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check  # noqa: E402

HEAD = "/* SPDX-License-Identifier: MIT */\n/* A sentence. */\n"
LONG_FUNCTION = HEAD + "int f(void)\n{\n" + "  ;\n" * 100 + "}\n"

# name of the file, its text, what must be said ("" for nothing)
CASES = [
    ("core/observe/a.c", HEAD + '#include "simulate/world.h"\n', "core/observe/a.c:3: observe may not include simulate/"),
    ("core/simulate/a.c", HEAD + '#include "observe/row.h"\n', "core/simulate/a.c:3: simulate may not include observe/"),
    ("core/wire/a.c", HEAD + '#include "mail/address.h"\n', "core/wire/a.c:3: wire may not include mail/"),
    ("core/observe/a.c", HEAD + '#include "protocol/smtp/smtp-syntax.h"\n', "observe may not include protocol/smtp/smtp-syntax.h"),
    ("core/protocol/smtp/a.c", HEAD + '#include "protocol/imap/imap-syntax.h"\n', "protocol/smtp may not include protocol/imap"),
    ("core/protocol/smtp/a.c", HEAD + '#include "protocol/sasl/sasl.h"\n', ""),
    ("core/protocol/registry.c", HEAD + '#include "protocol/imap/imap-decoder.h"\n', ""),
    ("core/mail/a.c", HEAD + '#include "address.h"\n', "is written without its layer"),
    ("core/agent/a.c", HEAD + "#include <gtk/gtk.h>\n", "core/agent/a.c:3: <gtk/gtk.h> belongs to"),
    ("core/wire/a.c", HEAD + "#include <pcap.h>\n", "<pcap.h> belongs to"),
    ("core/wire/a.c", HEAD + "#include <pcap/pcap.h>\n", "<pcap/pcap.h> belongs to"),
    ("core/agent/a.c", HEAD + "#include <openssl/ssl.h>\n", "<openssl/ssl.h> belongs to"),
    ("core/simulate/a.c", HEAD + "#include <sys/socket.h>\n", "<sys/socket.h> belongs to"),
    ("ui/scene/a.c", HEAD + '#include "agent/agent-host.h"\n', "ui may not include agent/"),
    ("ui/scene/a.c", HEAD + '#include "simulate/host.h"\n', "ui may include simulate/world.h"),
    ("core/base/a.c", HEAD + "void f(char *a)\n{\n  strcpy(a, a);\n}\n", "core/base/a.c:5: forbidden call strcpy()"),
    ("core/base/a.c", HEAD + 'const char *a = "strcpy(";\n/* system("x") */\n', ""),
    ("core/simulate/a.c", HEAD + "void f(void)\n{\n  time(0);\n}\n", "forbidden call time()"),
    ("core/simulate/a.c", HEAD + "void f(struct host *h)\n{\n  h->connect(h);\n}\n", ""),
    ("core/simulate/a.c", HEAD + "int f(void)\n{\n  return rand();\n}\n", "forbidden call rand()"),
    ("core/agent/a.c", HEAD + "void f(void)\n{\n  getrandom(0, 0, 0);\n}\n", "forbidden call getrandom()"),
    ("core/loopback/a.c", HEAD + "void f(void)\n{\n  getrandom(0, 0, 0);\n}\n", ""),
    ("core/loopback/a.c", HEAD + "long f(void)\n{\n  return time(0);\n}\n", "forbidden call time()"),
    ("core/loopback/a.c", HEAD + '#include "simulate/host.h"\n', "core/loopback/a.c:3: loopback may not include simulate/"),
    ("core/loopback/a.c", HEAD + '#include "protocol/smtp/smtp-server.h"\n', "loopback may not include protocol/smtp/smtp-server.h"),
    ("core/simulate/a.c", HEAD + "#include <sys/epoll.h>\n", "<sys/epoll.h> belongs to"),
    ("core/base/a.c", HEAD + "\n" * 799, "801 lines: at most 800"),
    ("core/base/a.c", HEAD + "\n" * 798, ""),
    ("core/base/a.c", LONG_FUNCTION, "a function of 102 lines"),
    ("core/base/a.c", "int a;\n", "the head must be the SPDX line"),
    ("extra/a.txt", "", "extra:1: unexpected name at the top level"),
    (".hidden", "", ""),
]


def main():
    failed = 0
    for number, (name, text, wanted) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            for parent in file.parents:
                if parent != root and root in parent.parents:
                    (parent / "README.md").touch()
            said = check.check(root)
        good = (not said) if not wanted else any(wanted in line for line in said)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} {name}: {wanted or 'nothing'}" + ("" if good else f" — said {said}"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
