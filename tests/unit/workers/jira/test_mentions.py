"""People in what is written to Jira: mentions of the accounts that are certainly theirs, names otherwise, never ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.jira.adf import plain_text, validate
from sandbox.jira.standin import JiraStandIn
from workers.jira.adf import adf_of
from workers.jira.adf_markdown import markdown_of
from workers.jira.directory import Sought
from workers.jira.gateway import JiraGateway
from workers.jira.mentions import Mentions
from workers.jira.wiki import wiki_of

ADA = "5b10ada0000000000000ada1"
MENTIONS = {"Ada": "acc-short", "Ada Park": ADA}
PEOPLE = {
    "U0ADA0001": Sought("Ada Park", "U0ADA0001", "ada@example.com"),
    "U0ADA0002": Sought("Ada Park", "U0ADA0002", "grace@example.com"),
    "U0NOBODY1": Sought("Nobody Known", "U0NOBODY1", "nobody@example.com"),
    "U0UNKNOWN": Sought("U0UNKNOWN", "U0UNKNOWN"),
}


def mentioned(node: Any) -> list[tuple[str, str]]:
    if node.get("type") == "mention":
        return [(node["attrs"]["id"], node["attrs"]["text"])]
    return [found for each in node.get("content", []) for found in mentioned(each)]


@pytest.mark.parametrize(
    "markdown",
    [
        "Ask @Ada Park.",
        "# @Ada Park",
        "- [ ] @Ada Park looks",
        "> [!NOTE]\n> @Ada Park knows",
        "| who |\n|---|\n| @Ada Park |",
        "**@Ada Park** said so",
        "1. a\n   > @Ada Park",
    ],
)
def test_a_known_name_is_a_mention_wherever_text_may_stand(markdown: str) -> None:
    document = validate(adf_of(markdown, mentions=MENTIONS))

    assert mentioned(document) == [(ADA, "@Ada Park")]
    assert "@Ada Park" in markdown_of(document)
    assert f"[~{ADA}]" in wiki_of(markdown, mentions=MENTIONS)


@pytest.mark.parametrize(
    "markdown",
    [
        "`@Ada Park`",
        "```\n@Ada Park\n```",
        "[@Ada Park](https://a.example)",
        "x@Ada",
        "@Adam",
        "@Ada.example",
        "@Linus",
    ],
)
def test_what_is_no_name_or_no_text_stays_as_it_is(markdown: str) -> None:
    assert mentioned(adf_of(markdown, mentions=MENTIONS)) == []
    assert "[~" not in wiki_of(markdown, mentions=MENTIONS)


def test_what_nobody_resolved_reads_as_words_in_both_kinds_of_jira() -> None:
    text = "<@U0ADA0001> in <#C0SUPPORT|support>: <!here> see <https://a.example/x|the page> `<@U0ADA0001>`"

    assert plain_text(adf_of(text)) == "@someone in #support: @here see the page @someone"
    wiki = wiki_of(text)
    assert "[the page|https://a.example/x]" in wiki
    assert "U0ADA" not in wiki


@pytest.mark.parametrize("link", ["<https://a.example/x|page>", "<https://a.example/x|the page>"])
def test_a_link_as_slack_writes_it_is_a_link(link: str) -> None:
    (paragraph,) = validate(adf_of(f"see {link}!"))["content"]

    assert [node["text"] for node in paragraph["content"]] == ["see ", link.partition("|")[2][:-1], "!"]
    assert paragraph["content"][1]["marks"] == [{"type": "link", "attrs": {"href": "https://a.example/x"}}]


@given(
    st.lists(st.sampled_from(["@Ada", " Park", "@", "*", "`", "[", "](https://a.example)", "\n", "- ", "> ", "|", "<"]))
)
def test_mentions_leave_any_document_valid(parts: list[str]) -> None:
    assert validate(adf_of("".join(parts), mentions=MENTIONS))


def test_only_who_is_certain_has_an_account_and_two_of_one_name_stay_apart(
    gateway: JiraGateway, jira: JiraStandIn
) -> None:
    people = Mentions(gateway.directory, lambda user_id: PEOPLE[user_id])

    text = people.named("<@U0ADA0001>, <@U0ADA0002>, <@U0NOBODY1>, <@U0UNKNOWN>")

    assert text == "@Ada Park, @Ada Park (grace@example.com), @Nobody Known, @someone"
    accounts = {user.email: user.account_id for user in jira.site.users.values()}
    assert people.accounts == {
        "Ada Park": accounts["ada@example.com"],
        "Ada Park (grace@example.com)": accounts["grace@example.com"],
    }


def test_a_silent_jira_costs_the_mention_and_not_the_name(make_gateway: Callable[..., JiraGateway]) -> None:
    nowhere = make_gateway(jira_url="http://127.0.0.1:9")

    people = Mentions(nowhere.directory, lambda user_id: PEOPLE[user_id])

    assert people.named("<@U0ADA0001>") == "@Ada Park"
    assert people.accounts == {}
