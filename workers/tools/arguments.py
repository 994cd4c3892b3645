"""Forgiving types of arguments: models send one text for a list, a list for a text, and words for numbers."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from workers.views.form_fields import issue_key_in


def _texts(value: Any) -> Any:
    """Return a list of texts from a list, one text, or a text that holds a JSON list."""
    if isinstance(value, str):
        value = _json(value) if value.lstrip().startswith("[") else [value]
    if not isinstance(value, list):
        return value
    return [str(each).strip() for each in value if each is not None and str(each).strip()]


def _comma_texts(value: Any) -> Any:
    if isinstance(value, str) and not value.lstrip().startswith("["):
        value = value.split(",")
    return _texts(value)


def _mapping(value: Any) -> Any:
    """Return a plain object from one, from JSON in a text, or from a list of `{"name": …, "value": …}`."""
    if isinstance(value, str):
        value = _json(value) if value.strip() else {}
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        named = [(each.get("name") or each.get("field") or each.get("id"), each.get("value")) for each in value]
        value = {str(name): given for name, given in named if name}
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def key_in(text: str) -> str:
    """Return the issue key in a text such as an address, upper-case; the text itself if it holds none."""
    return issue_key_in(text) or text.strip().upper()


Texts = Annotated[list[str], BeforeValidator(_texts)]
CommaTexts = Annotated[list[str], BeforeValidator(_comma_texts)]
Mapping = Annotated[dict[str, Any], BeforeValidator(_mapping)]


def between(least: int, most: int) -> BeforeValidator:
    """Return a validator that moves a number into the range instead of refusing it."""

    def clamp(value: Any) -> Any:
        try:
            return max(least, min(most, int(float(value))))
        except (TypeError, ValueError, OverflowError):
            return value

    return BeforeValidator(clamp)


def one_of(**words: str) -> BeforeValidator:
    """Return a validator that knows other words for the allowed ones: `one_of(closed="done")`."""

    def known(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        word = value.strip().casefold()
        return words.get(re.sub(r"\W+", "_", word), word)

    return BeforeValidator(known)
