"""A channel's language: what people can mean is taken, under one name; what is no language is an error at the field."""

from __future__ import annotations

from typing import Any

import pytest

from workers.policy import ChannelSettings
from workers.views.languages import language_of
from workers.views.settings_modal import read_settings, settings_modal


def chosen(language: str) -> tuple[ChannelSettings, dict[str, str]]:
    """Send the form with this language, all else as it is drawn."""
    values: dict[str, Any] = {"language": {"value": {"type": "plain_text_input", "value": language}}}
    return read_settings({"values": values})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("German", "German"),
        (" german ", "German"),
        ("Deutsch", "German"),
        ("de", "German"),
        ("DEU", "German"),
        ("Français", "French"),
        ("francais", "French"),
        ("日本語", "Japanese"),
        ("العربية", "Arabic"),
        ("한국어", "Korean"),
        ("pt-BR", "Portuguese (BR)"),
        ("en_GB", "English (GB)"),
        ("zh-Hant", "Traditional Chinese"),
        ("zh-hant", "Traditional Chinese"),
        ("British English", "British English"),
        ("UK english", "UK English"),
        ("latin american spanish", "Latin American Spanish"),
        ("Deutsch (formell)", "German (formell)"),
        ("Latin", "Latin"),
        ("Javanese", "Javanese"),
        ("Basa Jawa", "Javanese"),
        ("kurdî", "Kurdish"),
        ("Sorbian", "Sorbian"),
        ("Upper Sorbian", "Upper Sorbian"),
        ("hornjoserbšćina", "Upper Sorbian"),
        ("ckb", "Central Kurdish"),
        ("ka", "Georgian"),
        ("es-419", "Spanish (Latin America)"),
        ("sr-Latn", "Serbian (Latn)"),
        ("", ""),
    ],
)
def test_a_language_is_known_by_its_code_and_by_its_names(written: str, meant: str) -> None:
    settings, errors = chosen(written)

    assert (settings.language, errors) == (meant, {})
    # What is kept is offered again in the form, and means the same.
    form = settings_modal(settings, projects=(), types=(), own_zone="UTC", private_metadata="", external_id="")
    (block,) = [each for each in form["blocks"] if each["block_id"] == "language"]
    assert len(meant) <= block["element"]["max_length"]
    assert language_of(meant) == (meant or None)


@pytest.mark.parametrize(
    "written", ["Klingonese", "xx", "xx-BR", "C++", "Klingonese (Qo'noS)", "Germanic tribes", "x" * 500]
)
def test_what_is_no_language_is_an_error_at_the_field(written: str) -> None:
    assert "name or its code" in chosen(written)[1]["language"]


@pytest.mark.parametrize(
    ("written", "meant"), [("Germna", "German"), ("Portugeese", "Portuguese"), ("Dutsch", "German")]
)
def test_a_mistyped_language_is_offered(written: str, meant: str) -> None:
    assert f"Did you mean {meant}?" in chosen(written)[1]["language"]


def test_no_other_language_is_offered_for_a_word_that_is_only_a_little_like_it() -> None:
    assert "Did you mean" not in chosen("Serpian tongue")[1]["language"]
    assert "Did you mean" not in chosen("Jabberese")[1]["language"]


def test_a_language_that_was_kept_before_hinders_no_other_change_of_the_settings() -> None:
    state = {"values": {"language": {"value": {"type": "plain_text_input", "value": "Old  Elvish"}}}}

    settings, errors = read_settings(state, kept_language="Old Elvish")

    assert (settings.language, errors) == ("Old Elvish", {})
    assert "language" in read_settings(state, kept_language="German")[1]
