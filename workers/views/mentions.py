"""Who may be mentioned in an answer, and how the model may write it: `<@U7>`, `@Grace Moreno (U7)`, `@Grace`.

Who is only spoken of is called by name without being called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workers.person import SOMEBODY

# Slack's clients draw nothing for it, and no mention survives it.
ZERO_WIDTH = "\u200b"

# Somebody may be called so; what calls everybody stays harmless all the same.
_EVERYBODY = frozenset({"channel", "here", "everyone"})
_MENTION = re.compile(r"<@(?P<id>\w+)>")
_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_SIGNS = re.compile(r"[<>@`\s]+")
# What a name may follow; after anything else an @ belongs to an address or to what stands before it.
_NOT_BEFORE = r"[^\s(*_\"'“,;:]"
_BEFORE = re.compile(rf"(?!{_NOT_BEFORE})")
_LONGEST_NAME = 80
_LONGEST_FORM = 120


class Addressees:
    """The people that an answer may mention, and those whom it only names, by id."""

    def __init__(self, names: Mapping[str, str] | None = None, named: Mapping[str, str] | None = None) -> None:
        self._names = {user_id: name for user_id, name in (names or {}).items() if _ID.fullmatch(user_id)}
        others = {user_id: name for user_id, name in (named or {}).items() if _ID.fullmatch(user_id)}
        self._named = {user_id: _plain(name) for user_id, name in others.items() if user_id not in self._names}
        self._forms_of = {user_id: _forms(user_id, name) for user_id, name in (self._named | self._names).items()}
        self._id_of = _unambiguous({user_id: self._forms_of[user_id] for user_id in self._names})
        alone = {form for forms in self._forms_of.values() for form in forms}
        self._forms = [
            *alone,
            *(f"{form} ({user_id.lower()})" for user_id, forms in self._forms_of.items() for form in forms),
        ]
        alternatives = "|".join(map(re.escape, sorted(alone, key=len, reverse=True))) or r"(?!)"
        self._written = re.compile(
            # Atomic: whoever is called "Grace" is not meant by the beginning of a longer name.
            rf"(?<!{_NOT_BEFORE})@(?>(?P<name>{alternatives}))(?P<id> \([UW]\w+\))?(?![\w@/-]|\.\w)",
            re.IGNORECASE,
        )

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._names

    def name_of(self, user_id: str) -> str:
        """Return the name of somebody who is only named; empty for whom nobody named here."""
        return self._named.get(user_id, "")

    def mentioned(self, words: str) -> str:
        """Return the words, free of code, with people's written names as mentions, or without the ids behind them."""
        return self._written.sub(self._mention, words) if self._forms_of else words

    def settled(self, text: str) -> str:
        """Return a growing text without a name at its end that may become another, or none, by what follows."""
        start = text.rfind("@", max(0, len(text) - _LONGEST_FORM))
        if start < 0 or "\n" in text[start:] or not _BEFORE.match(text[start - 1 : start]):
            return text
        begun = text[start + 1 :].lower()
        is_open = any(form.startswith(begun) or begun == f"{form}." for form in self._forms)
        return text[:start] if is_open else text

    def named(self, words: str) -> str:
        """Return the words with names in the place of mentions, for where nobody is to be called."""
        known = self._named | self._names
        return _MENTION.sub(lambda found: f"@{known.get(found['id'], SOMEBODY)}", words)

    def _mention(self, found: re.Match[str]) -> str:
        form, said = found["name"].lower(), (found["id"] or "")[2:-1]
        if form in self._forms_of.get(said, ()):
            return self._called(said)
        user_id = self._id_of.get(form) or next(filter(self.name_of, (form.upper(),)), "")
        # Another's id behind the name: nobody knows who was meant.
        return f"{self._called(user_id)}{found['id'] or ''}" if user_id else found[0]

    def _called(self, user_id: str) -> str:
        """Return the mention of somebody, or the name alone of who may not be called."""
        return f"<@{user_id}>" if user_id in self._names else f"@{ZERO_WIDTH}{self._named[user_id]}"


def _plain(name: str) -> str:
    """Return a name without what is more than a name in Slack: people choose theirs."""
    return " ".join(_SIGNS.sub(" ", name).split())[:_LONGEST_NAME] or SOMEBODY


def _forms(user_id: str, name: str) -> frozenset[str]:
    """Return the ways in which somebody may be written: the whole name, the first word of it, the id, or unknown."""
    written = {user_id, name.strip(), name.strip().partition(" ")[0], SOMEBODY}
    return frozenset(form.lower() for form in written if 0 < len(form) <= _LONGEST_NAME) - _EVERYBODY


def _unambiguous(forms_of: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return who is meant by each form that only one person has."""
    found: dict[str, set[str]] = {}
    for user_id, forms in forms_of.items():
        for form in forms - {SOMEBODY}:
            found.setdefault(form, set()).add(user_id)
    return {form: min(ids) for form, ids in found.items() if len(ids) == 1}


NOBODY = Addressees()
