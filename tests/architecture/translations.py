#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fails when a string that a person may read lacks its Portuguese: untranslated, fuzzy, or not in the catalogue at all.
Also where a translation loses a placeholder or uses a word that is not Brazilian. Usage: translations.py [ROOT]"""
import pathlib
import re
import subprocess
import sys
import tempfile

FORBIDDEN = ["utilizador", "palavra-passe", "ficheiro", "afixar", "suprimir"]


def entries(text):
    """Yields (first line of the entry, msgid, msgid_plural, [msgstr...], fuzzy) of a .po text."""
    for block in re.split(r"\n\n+", text):
        fuzzy = bool(re.search(r"^#,.*\bfuzzy\b", block, re.M))
        parts = {}
        key = None
        for line in block.split("\n"):
            match = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d+\])?|msgctxt) "(.*)"$', line)
            if match:
                key = match.group(1)
                parts[key] = match.group(2)
            elif key and line.startswith('"'):
                parts[key] += line[1:-1]
        if parts.get("msgid"):
            yield parts["msgid"], parts.get("msgid_plural"), [v for k, v in parts.items() if k.startswith("msgstr")], fuzzy


def placeholders(text):
    return sorted(re.findall(r"%(?:<PRI[a-z]+\d+>|(?:\d+\$)?[-+ 0#]*\d*(?:\.\d+)?(?:l|ll|z)?[diouxXcsfg%])", text))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    po = root / "app/packaging/po/pt_BR.po"
    with tempfile.TemporaryDirectory() as folder:
        pot = pathlib.Path(folder) / "carteiro.pot"
        subprocess.run([root / "app/packaging/po/extract", pot], check=True)
        wanted = {msgid for msgid, _, _, _ in entries(pot.read_text(encoding="utf-8"))}
    faults, found = [], set()
    for msgid, plural, strings, fuzzy in entries(po.read_text(encoding="utf-8")):
        found.add(msgid)
        if fuzzy:
            faults.append(f"fuzzy: {msgid}")
        if not strings or not all(strings):
            faults.append(f"no Portuguese: {msgid}")
        for string in strings:
            if string and placeholders(string) not in (placeholders(msgid), placeholders(plural or msgid)):
                faults.append(f"placeholders differ: {msgid} → {string}")
            faults += [f"not Brazilian usage ({word}): {string}" for word in FORBIDDEN if word in string.lower()]
    faults += [f"not in the catalogue: {msgid}" for msgid in sorted(wanted - found)]
    for scenario in sorted((root / "lessons/scenarios").glob("*.ini")):
        text = scenario.read_text(encoding="utf-8")
        faults += [f"{scenario.name}: no {key}[pt_BR]" for key in ("Title", "Summary") if f"{key}[pt_BR]=" not in text.replace(" ", "")]
    print("\n".join(faults) if faults else f"translations: all {len(wanted)} strings have their Portuguese")
    return 1 if faults or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
