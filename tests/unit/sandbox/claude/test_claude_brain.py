"""What the rules of the stand-in's brain make of a question: the passage that fits, every change that is wished."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.claude.brain.changing import calls_for, kind_of
from sandbox.claude.brain.how_to import how_to
from sandbox.claude.brain.listing import listing_of
from sandbox.claude.brain.reading import Situation, read

PASSAGES = {
    "Expenses policy: What is paid back": "Train tickets in second class. Taxis only where a price is set.",
    "Set up a printer: Add the printer": "Open the software catalogue, search for follow-me, and press Install.",
    "VPN guide: The connection drops": "Stay on the cable if the connection drops.",
    "VPN guide: Install the client": "Install Harbor from the software catalogue on your laptop.",
}
CHANGERS = ("jira_add_comment", "jira_update_issue", "jira_transition_issue", "jira_link_issues")


def situation(question: str, *further: dict[str, Any]) -> Situation:
    tools = [{"name": name} for name in ("knowledge_search", *CHANGERS)]
    return read({"messages": [{"role": "user", "content": [{"type": "text", "text": question}]}, *further],
                 "tools": tools})  # fmt: skip


def answered(question: str) -> str:
    """Return what is said to a question when a search found all passages."""
    found = [
        {"type": "search_result", "source": title, "title": title, "content": [{"type": "text", "text": words}]}
        for title, words in PASSAGES.items()
    ]
    call = {"type": "tool_use", "id": "t1", "name": "knowledge_search", "input": {"query": question}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": found}
    said = how_to(situation(question, {"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}))
    return "".join(block["text"] for block in said.blocks if isinstance(block, dict) and block["type"] == "text")


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("How do I set up the VPN?", "VPN guide: Install the client"),
        ("How do I set up a printer?", "Set up a printer: Add the printer"),
    ],
)
def test_what_fits_best_is_quoted_and_nothing_of_another_subject(question: str, passage: str) -> None:
    said = answered(question)

    assert PASSAGES[passage] in said
    assert [words for words in PASSAGES.values() if words in said] == [PASSAGES[passage]]


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        (
            "Comment on OPS-10: it is the blue one, and set its priority to High",
            [
                ("jira_add_comment", {"key": "OPS-10", "body": "it is the blue one"}),
                ("jira_update_issue", {"key": "OPS-10", "priority": "High"}),
            ],
        ),
        (
            "please comment on OPS-10 saying “we look into it” and then move it to In Progress",
            [
                ("jira_add_comment", {"key": "OPS-10", "body": "we look into it"}),
                ("jira_transition_issue", {"key": "OPS-10", "to_status": "In Progress"}),
            ],
        ),
        (
            "comment on OPS-10: restart the router and set the clock",
            [("jira_add_comment", {"key": "OPS-10", "body": "restart the router and set the clock"})],
        ),
    ],
)
def test_a_comment_and_a_change_of_the_same_issue_are_two_calls(question: str, calls: list[Any]) -> None:
    asked = situation(question)

    assert kind_of(asked) == "comment"
    assert calls_for(asked, "comment") == calls


@pytest.mark.parametrize(
    "words",
    [
        "link OPS-3 to OPS-12 as duplicate",
        "please link OPS-3 with OPS-12 as a duplicate",
        "OPS-3 is a duplicate of OPS-12",
        "mark OPS-3 as duplicate of OPS-12",
        "OPS-3 duplicates OPS-12",
    ],
)
def test_the_issue_that_is_named_first_is_the_duplicate(words: str) -> None:
    wish = situation(words)
    kind = kind_of(wish)
    assert kind == "link"
    assert calls_for(wish, kind) == [
        ("jira_link_issues", {"key": "OPS-3", "other_key": "OPS-12", "relation": "duplicates"})
    ]


def test_a_duplicate_that_shall_be_closed_is_linked_and_moved() -> None:
    wish = situation("close OPS-3 as a duplicate of OPS-12")
    kind = kind_of(wish)
    assert kind == "link"
    assert calls_for(wish, kind)[1:] == [
        ("jira_transition_issue", {"key": "OPS-3", "to_status": "Done", "resolution": "Duplicate"})
    ]


@pytest.mark.parametrize(
    ("words", "search"),
    [
        ("which tickets have we reported so far?", {"reporter": "me", "sort": "created", "status": "any"}),
        ("show me my open issues", {"reporter": "me", "sort": "created", "status": "open"}),
        ("which bugs are assigned to me?", {"assignee": "me", "issue_type": "Bug", "status": "open"}),
        (
            "show me the newest bugs in WEB",
            {"issue_type": "Bug", "project": "WEB", "sort": "created", "status": "open"},
        ),
        ("list all closed tasks", {"issue_type": "Task", "status": "done"}),
        ("list the open bugs about the checkout", None),
        ("which issues are there?", None),
        ("my laptop shows issues with the screen", None),
    ],
)
def test_a_list_is_searched_by_what_was_asked_for(words: str, search: dict[str, Any] | None) -> None:
    assert listing_of(situation(words)) == search
