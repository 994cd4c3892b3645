"""Slack's own signs in a text for elsewhere: names and words in the place of ids, whatever was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.views.slack_words import by_name, in_plain, people_in

NAMES = {"U0ADA0001": "Ada Park"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ask <@U0ADA0001>.", "ask @Ada Park."),
        ("ask @Ada (U0ADA0001) now", "ask @Ada Park now"),
        ("ask @U0ADA0001", "ask @Ada Park"),
        ("ask <@U0GRACE01|grace>", "ask @grace"),
        ("ask <@U0GRACE01>", "ask @someone"),
        ("ask @Grace Moreno (U0GRACE01)", "ask @Grace Moreno"),
        ("in <#C0SUPPORT|support> or <#C0SUPPORT>", "in #support or a channel"),
        ("<!here> and <!channel|channel>", "@here and @channel"),
        ("<!subteam^S012345|@oncall> or <!subteam^S012345>", "@oncall or a group"),
        ("since <!date^1392734382^{date}|Feb 18>", "since Feb 18"),
        ("`<@U0ADA0001>` in code", "`@Ada Park` in code"),
        ("a@b.example, @team (WEEKLY), <!-- here -->", "a@b.example, @team (WEEKLY), <!-- here -->"),
    ],
)
def test_an_id_reads_as_a_name(written: str, read: str) -> None:
    assert by_name(written, NAMES) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("see <https://a.example/x|the page>", "see the page (https://a.example/x)"),
        ("see <https://a.example/x>", "see https://a.example/x"),
        ("write <mailto:a@b.example|a@b.example>", "write a@b.example"),
        ("<@U0GRACE01> says 1 < 2", "@someone says 1 < 2"),
    ],
)
def test_a_line_without_markup_says_the_same(written: str, read: str) -> None:
    assert in_plain(written) == read


def test_people_are_told_once_each_in_their_order() -> None:
    text = "<@U0ADA0001>, @Grace (U0GRACE01), <@U0ADA0001|ada> and @U0LINUS01"

    assert people_in(text) == ("U0ADA0001", "U0GRACE01", "U0LINUS01")


@given(
    st.lists(st.sampled_from(["<@U0ADA0001>", "@x (U0ADA0001)", "<", ">", "@", "|", " ", "a", "<#C0SUPPORT>", "\n"]))
)
def test_no_id_outlives_any_mixture(parts: list[str]) -> None:
    assert people_in(by_name("".join(parts))) == ()
