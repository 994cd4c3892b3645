"""The matrix of who may see what: whatever is asked, nothing of an issue reaches Slack or Claude where it may not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.jira import catalogue, issues
from sandbox.jira.comments import add_comment
from sandbox.jira.seeds import paragraphs
from sandbox.jira.site import Project
from sandbox.slack.records import Channel
from sandbox.stack import Stack
from tests.e2e.drafting import told
from tests.e2e.support import ADA, GRACE, GUEST, LINUS, answer, ask, within
from workers.policy import ChannelSettings
from workers.state.channel_settings import Channels
from workers.state.connection import connect

pytestmark = pytest.mark.e2e

PROJECTS = ("OPS", "WEB", "SECRET", "ARCH")
SUPPORT, ONCALL, TRIAGE, PARTNERS, DM = "C0SUPPORT", "C0ONCALL0", "G0TRIAGE0", "C0PARTNER", "D"
OPEN_IN = {SUPPORT: PROJECTS, ONCALL: ("OPS", "SECRET"), TRIAGE: PROJECTS, PARTNERS: (), DM: PROJECTS}
"""Of which projects a place may be told: #oncall's settings name two, other organisations read #partners."""
JIRA_OF = {ADA: catalogue.ADA, GRACE: catalogue.GRACE, LINUS: catalogue.LINUS}
Way = Literal["check", "view", "none"]
WAYS: dict[Way, dict[str, bool]] = {
    "check": {"administer": True, "browse_users": True},
    "view": {"administer": False, "browse_users": True},
    "none": {"administer": False, "browse_users": False},
}
LOOKING = "zebrafish"
"""A word of every issue here."""


@dataclass(frozen=True)
class Planted:
    """One issue with words of its own in summary, description and comments."""

    key: str
    project: str
    is_restricted: bool

    @property
    def canary(self) -> str:
        return f"canary-{self.key.lower()}-end"

    @property
    def internal(self) -> str:
        return f"internal-{self.key.lower()}-end"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("permissions")
    with Stack(beat=False, folder=folder, settings={"JIRA_PROJECTS": ",".join(PROJECTS)}) as stack:
        yield stack


@pytest.fixture(scope="module")
def planted(stack: Stack) -> tuple[Planted, ...]:
    """Two issues in each project, one with a security level that only Grace is in; all linked with each other."""
    site = stack.jira.site
    archive = site.projects["ARCH"]
    # Ada may not browse the archive; Linus and the bot may.
    members = frozenset({stack.jira.bot.account_id, catalogue.LINUS.account_id})
    site.projects["ARCH"] = dataclasses.replace(archive, members=members, readers=frozenset())
    found = tuple(_plant(stack, site.projects[key], is_restricted=level) for key in PROJECTS for level in (False, True))
    for one, other in ((a, b) for a in found for b in found if a.key < b.key):
        _link(stack, one.key, other.key)
    people = stack.slack.workspace
    bot = people.bot_user_id
    people.channels[PARTNERS] = Channel(
        PARTNERS, "partners", "channel", [ADA, GRACE, LINUS, bot], creator=LINUS, is_ext_shared=True
    )
    channels = Channels(connect(stack.redis_url))
    channels.put(people.team_id, ONCALL, ChannelSettings(projects=OPEN_IN[ONCALL], shows_internal=True))
    return found


def _plant(stack: Stack, project: Project, *, is_restricted: bool) -> Planted:
    site = stack.jira.site
    reporter = catalogue.GRACE if project.key != "ARCH" else catalogue.LINUS
    fields = {
        "project": {"key": project.key},
        "issuetype": {"name": "Task"},
        "summary": f"{LOOKING} to be named",
    }
    issue = issues.create(site, reporter, {"fields": fields})
    made = Planted(issue.key, project.key, is_restricted)
    if is_restricted:
        stack.jira.restrict(issue.key, stack.jira.bot.account_id, catalogue.GRACE.account_id)
    words = f"{LOOKING} {made.canary}"
    issue.fields |= {"summary": words, "description": paragraphs(f"About {words}")}
    add_comment(site, reporter, issue, {"body": paragraphs(f"A word on {made.canary}")})
    add_comment(site, reporter, issue, {"body": paragraphs(f"Between us: {made.internal}")})["jsdPublic"] = False
    site.changed(issue)
    return made


def _link(stack: Stack, one: str, other: str) -> None:
    """Link two issues, whoever may see them."""
    near, far = stack.jira.issue(one), stack.jira.issue(other)
    kind = {"id": "10001", "name": "Relates", "inward": "relates to", "outward": "relates to"}
    for here, there, end in ((near, far, "outwardIssue"), (far, near, "inwardIssue")):
        shape = {
            "id": there.id,
            "key": there.key,
            "fields": {"summary": there.fields["summary"], "status": there.fields["status"]},
        }
        here.fields["issuelinks"].append({"id": stack.jira.site.new_id(), "type": kind, end: shape})


def choose(stack: Stack, way: Way) -> None:
    """Let the bot's account ask about others in one way, and forget what it knew."""
    stack.jira.let_bot(**WAYS[way])
    client = connect(stack.redis_url)
    for name in client.scan_iter("sb:cache:*jira*"):
        client.delete(name)


def may_see(stack: Stack, way: Way, person: str, place: str, issue: Planted) -> bool:
    """Say who may see what in words of our own: what the program should have come to."""
    account = JIRA_OF.get(person)
    if account is None or issue.project not in OPEN_IN[place] or (issue.is_restricted and place != DM):
        return False
    user = stack.jira.site.users[account.account_id]
    return way != "none" and stack.jira.site.may_see(stack.jira.issue(issue.key), user)


def everything_sent(stack: Stack, since: tuple[int, int]) -> str:
    """Return all that was sent to Slack and to Claude since then."""
    calls = [repr(vars(call)) for call in stack.slack.calls[since[0] :]]
    bodies = [json.dumps(request.body) for request in stack.claude.message_requests[since[1] :]]
    return "\n".join([*calls, *bodies])


def now(stack: Stack) -> tuple[int, int]:
    return len(stack.slack.calls), len(stack.claude.message_requests)


def all_tools(planted: tuple[Planted, ...]) -> list[dict[str, Any]]:
    """Return calls of every tool that takes an issue or finds one, for every issue there is."""
    keys = [issue.key for issue in planted]
    calls = [tool("jira_search", {"keywords": [LOOKING], "status": "any", "limit": 20})]
    calls += [tool("jira_search", {"project": key, "status": "any", "limit": 20}) for key in PROJECTS]
    for key in keys:
        calls += [
            tool("jira_get_issue", {"key": key}),
            tool("jira_add_comment", {"key": key, "body": "Seen."}),
            tool("jira_update_issue", {"key": key, "fields": {"labels": ["seen"]}}),
            tool("jira_transition_issue", {"key": key, "to_status": "Done"}),
            tool("jira_link_issues", {"key": key, "other": keys[0], "relation": "relates to"}),
        ]
    draft = {"issue_type": "Task", "summary": f"{LOOKING} again", "description": LOOKING}
    calls += [tool("jira_create_issue", {**draft, "project": key}) for key in PROJECTS]
    return calls


def ask_for_everything(stack: Stack, planted: tuple[Planted, ...], person: str, place: str, words: str) -> str:
    """Let a person ask in a place, the model call everything, and return what was sent to anybody meanwhile."""
    stack.claude.script(reply(*all_tools(planted)), reply("That is all."), when=words)
    before = now(stack)
    if place == DM:
        channel = f"D{person[1:]}"
        thread = stack.slack.say(channel, person, words)
    else:
        channel, thread = place, ask(stack, words, user=person, channel=place)
    answer(stack, thread, channel=channel)
    return everything_sent(stack, before)


WHERE = [
    (person, place)
    for person in (ADA, GRACE, LINUS, GUEST)
    for place in (SUPPORT, ONCALL, TRIAGE, PARTNERS, DM)
    if not (place == ONCALL and person in (LINUS, GUEST)) and not (place == TRIAGE and person in (GRACE, GUEST))
    if not (place == PARTNERS and person == GUEST)
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("person", "place"), WHERE)
def test_everyone_is_shown_what_they_may_see_there_and_nothing_else(
    stack: Stack, planted: tuple[Planted, ...], person: str, place: str, way: Way
) -> None:
    choose(stack, way)

    sent = ask_for_everything(stack, planted, person, place, f"everything {way} {person} {place}")

    leaked = [issue.key for issue in planted if issue.canary in sent and not may_see(stack, way, person, place, issue)]
    missed = [issue.key for issue in planted if issue.canary not in sent and may_see(stack, way, person, place, issue)]
    internal = [issue.key for issue in planted if issue.internal in sent]
    assert leaked == []
    assert missed == []
    if place not in (DM, ONCALL):
        assert internal == []
    else:
        assert set(internal) <= {issue.key for issue in planted if may_see(stack, way, person, place, issue)}


def test_what_one_person_was_shown_is_no_part_of_anothers_answer(stack: Stack, planted: tuple[Planted, ...]) -> None:
    choose(stack, "view")
    archived = next(issue for issue in planted if issue.project == "ARCH" and not issue.is_restricted)
    stack.claude.script(
        reply(tool("jira_get_issue", {"key": archived.key})), reply("Read it."), when="read the archive"
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


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("person", [ADA, GRACE, LINUS, GUEST])
def test_a_search_by_command_shows_each_what_they_may_see(
    stack: Stack, planted: tuple[Planted, ...], person: str, way: Way
) -> None:
    choose(stack, way)
    before = now(stack)

    for words in (LOOKING, *(issue.key for issue in planted)):
        heard = len(told(stack, person))
        stack.slack.command(SUPPORT, person, "/jira", f"search {words}")
        within(lambda heard=heard: len(told(stack, person)) > heard or None, f"an answer to {words}")  # type: ignore[misc]

    sent = everything_sent(stack, before)
    leaked = [
        issue.key for issue in planted if issue.canary in sent and not may_see(stack, way, person, SUPPORT, issue)
    ]
    assert leaked == []
