# SPDX-License-Identifier: MIT
"""The language: chosen by --lang, else by the environment, on a machine that may have no locale at all."""
import gettext
import pathlib

from frames import pcap, smtp_capture
from support import CAPTURES, PROGRAM, case, decode, environment, expect, expect_quiet, run

CATALOGUES = pathlib.Path(PROGRAM).parents[1] / "share/locale"
PLAIN = [path for path in CAPTURES if path.name == "smtp-plain.pcap"][0]
WORDS = ("Goodbye", "Envelope: who sends", "Conversation %u", "the file is empty", "there is no such file", "no such command; see carteiro --help")


def portuguese(text):
    return gettext.translation("carteiro", CATALOGUES, ["pt_BR"]).gettext(text)


def language_of(**variables):
    """Returns the language in which a person with this environment is answered."""
    out = run("decode", PLAIN, language=None, env=environment(**variables)).out
    english, foreign = "Envelope: who sends" in out, portuguese("Envelope: who sends") in out
    expect(english != foreign, "neither language, or both:", out)
    return "en" if english else "pt_BR"


@case
def the_catalogue_is_there():
    """The Portuguese catalogue lies beside the program and has its own words for these."""
    for word in WORDS:
        expect(portuguese(word) != word, "no Portuguese for", word)


@case
def the_option_chooses():
    """--lang changes thoughts, headings and messages, before the command or after it, with a space or an equals sign."""
    for words in (["--lang", "pt_BR", "decode", PLAIN], ["decode", PLAIN, "--lang=pt_BR"], ["decode", "--lang", "pt_BR", PLAIN]):
        result = run(*words, language=None, env=environment(LANGUAGE="en", LANG="en_US.UTF-8"))
        expect_quiet(result)
        for word in WORDS[:2] + (portuguese("Conversation %u") % 0,):
            expect(portuguese(word) in result.out, portuguese(word), "not in", result.out)
    english = run("decode", PLAIN, env=environment(LANGUAGE="pt_BR", LC_ALL="pt_BR.UTF-8"))
    expect("Envelope: who sends" in english.out and "Conversation 0" in english.out, english.out)
    for words, text in ((["decode", "/dev/null"], "the file is empty"), (["decode", "/not-there"], "there is no such file"),
                        (["deliver"], "no such command; see carteiro --help")):
        expect(portuguese(text) in run(*words, language="pt_BR").err, portuguese(text))


@case
def the_environment_chooses():
    """Without --lang the environment chooses as gettext reads it, also for locales that this machine does not have."""
    for variables, wanted in (({}, "en"), ({"LANG": "C"}, "en"), ({"LC_ALL": "C", "LANG": "pt_BR.UTF-8"}, "en"), ({"LC_ALL": "pt_BR.UTF-8"}, "pt_BR"),
                              ({"LANG": "pt_BR.UTF-8"}, "pt_BR"), ({"LANG": "pt_PT.ISO-8859-1"}, "pt_BR"), ({"LC_MESSAGES": "pt_BR"}, "pt_BR"),
                              ({"LANGUAGE": "pt_BR"}, "pt_BR"), ({"LANGUAGE": "pt_BR", "LANG": "C"}, "pt_BR"), ({"LANGUAGE": "pt_BR:en"}, "pt_BR"),
                              ({"LANGUAGE": "", "LANG": "pt_BR.UTF-8"}, "pt_BR"), ({"LANGUAGE": "de", "LANG": "de_DE.UTF-8"}, "en"), ({"LC_ALL": "xx_YY.KOI8-R"}, "en")):
        expect(language_of(**variables) == wanted, variables, "is not answered in", wanted)


@case
def signs_survive_the_c_locale():
    """Output is UTF-8 even in the C locale: arrows, masks and accents."""
    for language, sign in (("en", "──▶"), ("pt_BR", portuguese("Goodbye"))):
        result = run("decode", PLAIN, language=language, env=environment(LC_ALL="C"))
        expect_quiet(result)
        expect(sign in result.out, result.out)


@case
def numbers_and_times_are_written_as_the_reader_does():
    """Portuguese writes 0,001 and 1.234; English writes 0.001; neither asks the locale."""
    data = pcap(smtp_capture(90))
    expect("0,003 " in decode(data, form="text", language="pt_BR").out and "1.170" in decode(data, form="text", language="pt_BR").out)
    expect("0.003 " in decode(data, form="text").out and "1\u202f170" in decode(data, form="text").out)


@case
def keys_have_no_language():
    """In ndjson only gloss and a note's text change with the language; keys, codes and times never."""
    changed = 0
    for path in CAPTURES:
        english, foreign = (run("decode", path, "--format", "ndjson", language=language).lines for language in ("en", "pt_BR"))
        expect(len(english) == len(foreign), path.name)
        for one, other in zip(english, foreign):
            expect(list(one) == list(other), path.name, one, other)
            free = {"gloss"} | ({"text"} if one["kind"] == "note" else set())
            different = {key for key in one if one[key] != other[key]}
            expect(different <= free, path.name, different, one)
            changed += bool(different)
    expect(changed > 500, changed, "lines differ")
