"""Who may be mentioned in an answer, and how the model may write it: `<@U7>`, `@Grace Moreno (U7)`, `@Grace`."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Somebody may be called so; what calls everybody stays harmless all the same.
_EVERYBODY = frozenset({"channel", "here", "everyone"})
_MENTION = re.compile(r"<@(?P<id>\w+)>")
_ID = re.compile(r"[UW][A-Z0-9]{1,30}")
_LONGEST_NAME = 80
_LONGEST_FORM = 120


class Addressees:
    """The people that an answer may mention, by id."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = {user_id: name for user_id, name in (names or {}).items() if _ID.fullmatch(user_id)}
        self._id_of = _unambiguous(self._names)
        self._forms = [form for name, user_id in self._id_of.items() for form in (name, f"{name} ({user_id.lower()})")]
        longest_first = sorted(self._id_of, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._written = re.compile(
            rf"(?<![^\s(*_\"'“,;:])@(?P<name>{alternatives})(?P<id> \([UW]\w+\))?(?![\w@/-]|\.\w)", re.IGNORECASE
        )

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._names

    def mentioned(self, words: str) -> str:
        """Return the words, free of code, with people's written names as mentions."""
        return self._written.sub(self._mention, words) if self else words

    def settled(self, text: str) -> str:
        """Return a growing text without a name at its end that may become another, or none, by what follows."""
        start = text.rfind("@", max(0, len(text) - _LONGEST_FORM))
        if start < 0 or "\n" in text[start:]:
            return text
        begun = text[start + 1 :].lower()
        is_open = any(form.startswith(begun) or begun == f"{form}." for form in self._forms)
        return text[:start] if is_open else text

    def named(self, words: str) -> str:
        """Return the words with names in the place of mentions, for where nobody is to be called."""
        return _MENTION.sub(lambda found: f"@{self._names.get(found['id'], found['id'])}", words)

    def _mention(self, found: re.Match[str]) -> str:
        user_id = self._id_of[found["name"].lower()]
        said = (found["id"] or "")[2:-1]
        # Another's id behind the name: nobody knows who was meant.
        return f"<@{user_id}>{'' if said in ('', user_id) else found['id']}"


def _unambiguous(names: Mapping[str, str]) -> dict[str, str]:
    """Return who is meant by each way of writing a name: the whole, the first word of it, or the id."""
    found: dict[str, set[str]] = {}
    for user_id, name in names.items():
        for form in {user_id, name.strip(), name.strip().partition(" ")[0]}:
            found.setdefault(form.lower(), set()).add(user_id)
    return {
        form: min(ids)
        for form, ids in found.items()
        if len(ids) == 1 and 0 < len(form) <= _LONGEST_NAME and form not in _EVERYBODY
    }


NOBODY = Addressees()
