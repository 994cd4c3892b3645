"""A person's message as it stands in a form."""

from __future__ import annotations

import pytest

from bot.forms import as_markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
        ("see <https://x.example|the log>", "see [the log](https://x.example)"),
        ("<mailto:a@x.example|a@x.example>", "[a@x.example](mailto:a@x.example)"),
        ("in <#C1|general>, <!here>", "in #general, @here"),
        ("<@U1> did it", "<@U1> did it"),
    ],
)
def test_slacks_markup_becomes_readable(text: str, expected: str) -> None:
    assert as_markdown(text) == expected
