"""The matrix of who may see what: every tool shows each issue to whom it may be shown there, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import Block, reply, tool
from sandbox.stack import Stack
from tests.e2e.planting import (
    DM,
    FILED_FROM,
    HANDBOOK,
    IN_HANDBOOK,
    JIRA_OF,
    LOOKING,
    ONCALL,
    PARTNERS,
    PARTS,
    PROJECTS,
    SUPPORT,
    WHERE,
    Garden,
    Planted,
    Way,
    choose,
    garden,
    may_see,
    part_of,
)
from tests.e2e.support import ADA, LINUS, answer, ask

pytestmark = pytest.mark.e2e

CASES = [
    *(("cloud", *where, "check") for where in WHERE),
    *(("cloud", *where, "view") for where in WHERE),
    *(("cloud", *where, "none") for where in WHERE if where[1] in (DM, SUPPORT)),
    # It has no question about many issues at once, whatever the account may do.
    *(("datacenter", *where, "view") for where in WHERE),
    *(("datacenter", *where, "none") for where in WHERE if where[1] == DM),
]


@dataclass(frozen=True)
class Call:
    """One call of a tool, and what its result must hold for one who sees `seen`."""

    block: Block
    target: tuple[Planted, ...] = ()
    """All of these must be seen, or the call fails."""
    tells_of: tuple[Planted, ...] = ()
    """Of these it names all that are seen."""
    project: str = ""
    """It is about what can be filed here."""
    parts: tuple[str, ...] = ()
    """Of its target it shows all of these."""


@pytest.fixture(scope="module")
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garden]:
    folder: Path = tmp_path_factory.mktemp("permissions")
    with garden(folder, request.param) as found:
        yield found


def reading(planted: Sequence[Planted]) -> Iterator[Call]:
    """Yield a call of each tool that reads, for everything there is."""
    everything = tuple(planted)
    yield Call(tool("jira_search", {"keywords": [LOOKING], "status": "any", "limit": 20}), tells_of=everything)
    for key in PROJECTS:
        there = tuple(issue for issue in planted if issue.project == key)
        yield Call(tool("jira_search", {"project": key, "keywords": [LOOKING], "status": "any"}), tells_of=there)
        options = {"project": key, "issue_type": "Task", "field": "Components"}
        yield Call(tool("jira_create_options", options), project=key)
    for issue in planted:
        # All of them are linked with each other.
        whole = {"key": issue.key, "include": ["all"], "max_chars": 12_000}
        yield Call(tool("jira_get_issue", whole), (issue,), everything, parts=PARTS)


def changing(planted: Sequence[Planted]) -> Iterator[Call]:
    """Yield a call of each tool that changes an issue, and links in both directions."""
    for issue in planted:
        key = issue.key
        yield Call(tool("jira_add_comment", {"key": key, "body": "Seen."}), (issue,))
        yield Call(tool("jira_update_issue", {"key": key, "fields": {"labels": ["seen"]}}), (issue,))
        yield Call(tool("jira_transition_issue", {"key": key, "to_status": "In Progress"}), (issue,))
    for issue in planted[1:]:
        for near, far in ((issue, planted[0]), (planted[0], issue)):
            arguments = {"key": near.key, "other_key": far.key, "relation": "blocks"}
            yield Call(tool("jira_link_issues", arguments), (near, far))


def looking(planted: Sequence[Planted]) -> Iterator[Call]:
    """Yield a draft that is like one issue, and a question that it answers, for each."""
    for issue in planted:
        words = f"{LOOKING} {issue.topic}"
        yield Call(tool("knowledge_search", {"query": words, "limit": 3}), tells_of=(issue,))
        draft = {"project": issue.project, "issue_type": "Task", "summary": words, "description": f"About {words}"}
        yield Call(tool("jira_create_issue", draft), tells_of=(issue,), project=issue.project)


def everything_sent(stack: Stack, since: tuple[int, int]) -> str:
    """Return all that was sent to Slack and to Claude since then."""
    calls = [repr((call.method, call.args)) for call in stack.slack.calls[since[0] :]]
    bodies = [json.dumps(request.body) for request in stack.claude.message_requests[since[1] :]]
    return "\n".join([*calls, *bodies])


def now(stack: Stack) -> tuple[int, int]:
    return len(stack.slack.calls), len(stack.claude.message_requests)


def ask_for(stack: Stack, rounds: Sequence[Sequence[Call]], person: str, place: str, words: str) -> dict[str, Any]:
    """Let a person ask in a place, and the model call all of this; return the results by the ids of their calls."""
    replies = [reply(*(call.block for call in calls)) for calls in rounds]
    stack.claude.script(*replies, reply("That is all."), when=words)
    if place == DM:
        channel = f"D{person[1:]}"
        thread = stack.slack.say(channel, person, words)
    else:
        channel, thread = place, ask(stack, words, user=person, channel=place)
    answer(stack, thread, channel=channel)
    blocks = (block for each in stack.claude.message_requests[-1].body["messages"] for block in each["content"])
    return {block["tool_use_id"]: block for block in blocks if block["type"] == "tool_result"}


def wrong(calls: Sequence[Call], results: dict[str, Any], seen: set[Planted], filed_from: Sequence[str]) -> list[str]:
    """Return what of the calls was answered otherwise than it should be, in words."""
    found = []
    for call in calls:
        result = results[call.block["id"]]
        said, name = json.dumps(result["content"]), f"{call.block['name']} {call.block['input']}"
        assert "Not run" not in said, name
        is_open = (not call.project or call.project in filed_from) and set(call.target) <= seen
        if bool(result.get("is_error")) == is_open and (call.project or call.target):
            found.append(f"{name}: {'refused' if is_open else 'allowed'}: {said}")
        if call.block["name"] == "jira_create_options" and (part_of(call.project) in said) != is_open:
            found.append(f"{name}: the project's own {'missing' if is_open else 'shown'}")
        words = {part: f"{part}-{issue.canary}" for issue in call.target for part in call.parts}
        found += [f"{name}: {part}" for part, word in words.items() if (word in said) != is_open]
        for issue in call.tells_of:
            # A draft does not wait for long until it is known what is like it.
            may_be_missing = "could not be looked for" in said
            if (issue.canary in said) != (is_open and issue in seen) and not (may_be_missing and issue in seen):
                found.append(f"{name}: {issue.key} {'shown' if issue.canary in said else 'missing'}")
    return found


@pytest.mark.parametrize(("planted", "person", "place", "way"), CASES, indirect=["planted"], scope="module")
def test_everyone_is_shown_what_they_may_see_there_and_nothing_else(
    planted: Garden, person: str, place: str, way: Way
) -> None:
    stack, issues = planted.stack, planted.planted
    choose(stack, way)
    handbook = Call(tool("knowledge_search", {"query": IN_HANDBOOK}))
    rounds = [[*reading(issues), handbook], list(changing(issues)), list(looking(issues))]
    before = now(stack)

    results = ask_for(stack, rounds, person, place, f"everything {way} {person} {place}")

    seen = {issue for issue in issues if may_see(stack, way, person, place, issue)}
    filed_from = FILED_FROM[place] if person in JIRA_OF else ()
    assert wrong([call for calls in rounds for call in calls], results, seen, filed_from) == []
    sent = everything_sent(stack, before)
    assert {issue.key for issue in issues if issue.canary in sent} == {issue.key for issue in seen}
    # The handbook is for members, and not where another organisation reads along.
    assert (HANDBOOK in sent) == (person in JIRA_OF and place != PARTNERS)
    internal = {issue.key for issue in issues if issue.internal in sent}
    assert internal == ({issue.key for issue in seen} if place in (DM, ONCALL) else set())


@pytest.mark.parametrize("planted", ["cloud", "datacenter"], indirect=True, scope="module")
def test_what_one_person_was_shown_is_no_part_of_anothers_answer(planted: Garden) -> None:
    stack = planted.stack
    choose(stack, "view")
    archived = next(issue for issue in planted.planted if issue.project == "ARCH" and not issue.is_restricted)
    draft = {"project": "ARCH", "issue_type": "Task", "summary": f"{LOOKING} {archived.topic}"}
    stack.claude.script(
        reply(tool("jira_get_issue", {"key": archived.key}), tool("jira_create_issue", draft)),
        reply("Read it."),
        when="read the archive",
    )
    thread = ask(stack, "read the archive", user=LINUS)
    answer(stack, thread)
    assert archived.canary in json.dumps(stack.claude.message_requests[-1].body)

    stack.claude.script(reply("I know of nothing."), when="what did he read")
    before = now(stack)
    ask(stack, "what did he read?", thread_ts=thread, user=ADA)
    answer(stack, thread, number=2)

    assert archived.canary not in everything_sent(stack, before)

    stack.claude.script(reply("It was archived."), when="and again for me")
    before = now(stack)
    ask(stack, "and again for me", thread_ts=thread, user=LINUS)
    answer(stack, thread, number=3)
    assert archived.canary in everything_sent(stack, before)
