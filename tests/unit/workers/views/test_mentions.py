"""Whom an answer may mention, however the model writes it, and that nobody else is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workers.views.markdown import harmless, plain_text, streamable
from workers.views.mentions import Addressees

PEOPLE = Addressees(
    {"U7": "Grace Moreno", "U8": "Linus Berg", "U9": "Linus Wold", "W1": "here"},
    {"U5": "Robin Vale", "U6": "Grace Hopper", "U4": "Linus Berg", "U3": "someone", "U2": "<!here> `Eve` @Grace"},
)
SCRAPS = st.sampled_from(
    [
        "@Grace", "@Grace Moreno", " (U7)", " (U8)", "@grace", "@Linus", "@Linus Berg", "@Linus Wold", "<@U7>",
        "<@U7|x>", "<@U123>", "<!here>", "@here", "<!subteam^S1|@Grace>", "@", "<@", "U7", ">", "`", "```\n", "\n",
        "@Robin Vale", " (U5)", "@Grace Hopper", " (U6)", "<@U5>", "<@U2>", " (U4)", "@someone", " (U3)", "@U0NOBODY1",
        "\n\n", " ", ".", "word ", "bob@Grace", "/", "(", "| @Grace | b |\n", "|---|---|\n", "> quote\n", "- ", "\\",
    ]
)  # fmt: skip
TEXTS = st.lists(SCRAPS, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ask <@U7> please", "ask <@U7> please"),
        ("ask <@U7|grace>", "ask <@U7>"),
        ("ask @Grace Moreno.", "ask <@U7>."),
        ("ask @Grace Moreno (U7), please", "ask <@U7>, please"),
        ("@grace: look", "<@U7>: look"),
        ("ask @U7", "ask <@U7>"),
        ("**@Grace**", "**<@U7>**"),
        ("@Linus Berg and @Linus Wold", "<@U8> and <@U9>"),
        ("@Grace (U8)", "<@U7> (U8)"),
    ],
)
def test_who_takes_part_is_mentioned_however_it_is_written(written: str, shown: str) -> None:
    assert harmless(written, PEOPLE) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<@U5> is on call", "@Robin Vale is on call"),
        ("<@U5|U5> is on call", "@Robin Vale is on call"),
        ("@U5 is on call", "@Robin Vale is on call"),
        ("**@Robin Vale (U5)** is on call", "**@Robin Vale** is on call"),
        ("ask @Robin.", "ask @Robin."),
        ("@Grace Hopper (U6) and @Grace Hopper", "@Grace Hopper and @Grace Hopper"),
        ("@Linus Berg (U4), not @Linus Berg (U8)", "@Linus Berg, not <@U8>"),
        ("@someone (U3), <@U3>, <@U0NOBODY1> or @U0NOBODY1", "@someone, @someone, @someone or @someone"),
        ("<@U2>", "@!here Eve Grace"),
        ("<!subteam^S1>", "a group"),
    ],
)
def test_who_is_only_spoken_of_is_named_and_neither_called_nor_shown_by_id(written: str, shown: str) -> None:
    assert harmless(written, PEOPLE).replace("\u200b", "") == shown


@pytest.mark.parametrize(
    "written",
    [
        "mail bob@Grace.org",
        "the package @grace/core",
        "https://x.org/@grace and https://x.org?by=@grace",
        "@Graceland",
        "@Linus",  # Two are called so.
        "`@Grace` and ``<@U7>``",
        "```\n@Grace <@U7>\n```",
    ],
)
def test_what_is_nobodys_name_or_code_is_left_alone(written: str) -> None:
    assert harmless(written, PEOPLE) == written


@pytest.mark.parametrize("written", ["<@U123>", "<!channel>", "@here", "<!subteam^S1|@Grace>", "<!everyone>", "@W2"])
def test_nobody_else_is_called(written: str) -> None:
    assert not re.search(r"<[@!]|(?<!\u200b)@(here|channel|everyone)", harmless(written, PEOPLE))


@given(TEXTS, st.data())
@example("`<@U123>| @Grace | b |\n<!here>`", None)
def test_whatever_is_written_only_people_who_take_part_are_called(text: str, data: st.DataObject | None) -> None:
    growing = text[: data.draw(st.integers(0, len(text)))] if data else text
    for shown in (harmless(text, PEOPLE), streamable(harmless(growing, PEOPLE, is_final=False))):
        for token in MarkdownIt().parse(shown):
            for child in token.children or []:
                if child.type == "text":
                    assert set(re.findall(r"<@(\w+)>", child.content)) <= {"U7", "U8", "U9", "W1"}
                    assert not re.search(r"<!(here|subteam)|(?<![\w@./])@(here|channel)\b", child.content)


@given(st.lists(SCRAPS.filter(lambda scrap: "`" not in scrap), max_size=30).map("".join), st.data())
def test_what_a_stream_was_sent_of_a_name_is_never_taken_back(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text)))
    second = data.draw(st.integers(first, len(text)))
    before, after = (streamable(harmless(text[:end], PEOPLE, is_final=False)) for end in (first, second))
    assert after.startswith(before)
    assert harmless(text, PEOPLE).startswith(before)


def test_a_notification_names_people_and_calls_nobody() -> None:
    assert plain_text("ask <@U7> & co", people=PEOPLE) == "ask @Grace Moreno &amp; co"
    assert plain_text("ask <@U5> or <@U1>", people=PEOPLE) == "ask @Robin Vale or @someone"
