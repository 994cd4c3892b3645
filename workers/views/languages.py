"""Languages as people write them in a form: a code, or a name in English or in the language itself."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langcodes import Language

_SAID_OTHERWISE = {
    "bn": "Bengali",
    "cmn": "Chinese",
    "mi": "Maori",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese",
}
"""Names in English that are more usual than those of Unicode's tables."""
_ALSO = {
    "azərbaycanca": "az", "basa jawa": "jv", "bahasa melayu": "ms", "bokmål": "nb", "castellano": "es",
    "česky": "cs", "flemish": "nl", "hindi": "hi", "mandarin": "zh", "moldovan": "ro", "o'zbek": "uz",
    "o'zbekcha": "uz", "schwiizertüütsch": "gsw", "schwyzerdütsch": "gsw", "te reo māori": "mi",
    "valencià": "ca", "vlaams": "nl", "ภาษาไทย": "th", "қазақша": "kk", "廣東話": "yue", "汉语": "zh",
    "漢語": "zh",
}  # fmt: skip
"""Names that Unicode's tables lack or give to a variety."""
VARIETIES = frozenset(
    {
        "american", "argentine", "australian", "austrian", "belgian", "brazilian", "british", "canadian", "colombian",
        "easy", "egyptian", "european", "formal", "indian", "informal", "irish", "latin american", "lebanese",
        "levantine", "mexican", "moroccan", "peninsular", "plain", "quebec", "simple", "swiss", "uk", "us",
    }
)  # fmt: skip
"""What may stand before a name."""
_NONE = frozenset({"mis", "mul", "und", "zxx"})
"""Codes for what is no language."""
_CODE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{2}|[a-z]{4}|[0-9]{3}))?", re.IGNORECASE)
_WITH_MORE = re.compile(r"([^()]+?)\s*\(([^\W\d_][\w ,.'-]{0,30})\)")
LONGEST = 60
_NEAR = 0.83
"""How like a name a word must be to be taken for a slip: one letter in six or so."""


def language_of(words: str) -> str | None:
    """Return the name in English of the language that somebody wrote, with its variety; None for what is none."""
    words = " ".join(words.split())
    if len(words) > LONGEST:
        return None
    if (more := _WITH_MORE.fullmatch(words)) and (name := _of_name(more[1])):
        return f"{name} ({more[2]})"
    # Codes of two letters, such as `ka`, are names of other languages elsewhere.
    return _of_code(words, only_short=True) or _of_name(words) or _of_code(words) or _of_variety(words)


def near(words: str) -> str:
    """Return the language that somebody may have meant who mistyped it, or nothing."""
    (found,) = difflib.get_close_matches(_plain(words), _well_known(), 1, _NEAR) or ("",)
    return _well_known().get(found, "")


def _of_name(words: str) -> str | None:
    wanted = _plain(words)
    if name := _well_known().get(wanted):
        return name
    if code := _also().get(wanted) or _code_of(words):
        # What is a language of one region is told as its person said it, if that can be.
        return (_of_variety(words) if "-" in code else None) or _english(code)
    # A family that people name like one language, such as Sorbian.
    return words.title() if _code_of(f"{words} languages") else None


def _of_code(words: str, *, only_short: bool = False) -> str | None:
    code = _CODE.fullmatch(words)
    if not code or not (name := _english(code[1])) or (only_short and len(str(_language(code[1]))) > 2):
        return None
    if not (more := code[2]):
        return name
    if more.isdigit():
        return _english(words)
    usual = _SAID_OTHERWISE.get(f"{code[1].lower()}-{more.title()}")
    return usual or f"{name} ({more.upper() if len(more) == 2 else more.title()})"


def _of_variety(words: str) -> str | None:
    parts = words.split(" ")
    for place in range(1, len(parts)):
        before = " ".join(parts[:place])
        if before.casefold() in VARIETIES and (name := _of_name(" ".join(parts[place:]))):
            return f"{before.title() if len(before) > 2 else before.upper()} {name}"
    return None


def _english(code: str) -> str | None:
    """Return the name in English of a code of ISO 639, or of one with a script or region behind it."""
    language = _language(code)
    known = str(language)
    if known in _NONE or not language.is_valid() or (name := language.display_name()).startswith("Unknown"):
        return None
    return _SAID_OTHERWISE.get(known, name)


def _language(code: str) -> Language:
    # Its tables take half a second to load: the first form with a language waits for them, and nobody else.
    from langcodes import Language

    return Language.get(code)


def _code_of(name: str) -> str:
    """Return the code of a language by its name, as it is written in whatever language."""
    from language_data.names import normalize_name

    wanted = normalize_name(name)
    return next((str(names[wanted][0], "ascii") for names in _tables() if wanted in names), "")


@functools.cache
def _tables() -> Sequence[Any]:
    """Return the tries of codes by their names in English, and in any language."""
    from language_data.names import load_trie
    from language_data.util import data_filename

    return [load_trie(data_filename(f"trie/{which}/name_to_language.marisa")) for which in ("en", "und")]


@functools.cache
def _also() -> Mapping[str, str]:
    return {_plain(name): code for name, code in _ALSO.items()}


@functools.cache
def _well_known() -> Mapping[str, str]:
    """Return the English name by the names, in English and their own, of languages with a code of two letters."""
    names: dict[str, str] = {}
    own: dict[str, str] = {}
    for code in sorted({code.decode() for _, code in _tables()[0].items() if len(code) == 2}):
        if name := _english(code):
            names[_plain(name)] = name
            # Such as `kurdî (kurmancî)`.
            own.setdefault(_plain(_language(code).autonym().partition(" (")[0]), name)
    return own | names


def _plain(words: str) -> str:
    """Return a name without case and accents, which not everybody has on the keyboard."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))
