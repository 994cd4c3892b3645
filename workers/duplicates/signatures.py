"""Pure: error signatures, the parts of a report that a machine wrote: codes, exception names, quoted messages."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"\b(?:0x[0-9a-f]{3,}"  # 0x8007045d
    r"|(?:[a-z]{2,}[_-]){1,3}\d{2,}"  # ERR-1042, ORA-00942
    r"|[a-z]{1,4}\d{2,6}"  # E1042, EC017
    r"|err_[a-z_]+|econnreset|etimedout|econnrefused|enospc)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b(?:error|code|fehler|http|status|erreur)\W{0,3}(?:code\W{0,3})?(\d{2,6})\b", re.IGNORECASE)
_BARE_STATUS = re.compile(r"\b([45]\d\d)\b(?=\s*(?:error|fehler|response|$|[,.;:)]))", re.IGNORECASE)
_EXCEPTION = re.compile(r"\b[A-Z][A-Za-z]+(?:Exception|Error|Fault|Timeout)\b")
_UPPER = re.compile(r"\b[A-Z][A-Z0-9]+_[A-Z0-9_]+\b")
_QUOTED = re.compile(r"['\"“\u2018`»„]([^'\"”\u2019`«“\n]{4,60})['\"”\u2019`«“]")


def codes_of(text: str) -> frozenset[str]:
    """Return the codes and names that a program gave an error, lower-case."""
    found = [*_CODE.findall(text), *_EXCEPTION.findall(text), *_UPPER.findall(text)]
    found += [number for pattern in (_NUMBER, _BARE_STATUS) for number in pattern.findall(text)]
    return frozenset(code.lower() for code in found)


def messages_of(text: str) -> frozenset[str]:
    """Return the messages that are quoted, of two words at least, lower-case."""
    found = (" ".join(words.lower().split()) for words in _QUOTED.findall(text))
    return frozenset(words.strip(" .!:…") for words in found if " " in words)


def signatures_of(text: str) -> list[str]:
    """Return what to search for: codes first, then the first words of messages."""
    messages = [" ".join(message.split()[:3]) for message in sorted(messages_of(text))]
    return [*sorted(codes_of(text)), *messages]
