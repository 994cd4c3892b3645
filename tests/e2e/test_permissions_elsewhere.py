"""Who may see what beside the conversation: `/jira search`, `/jira mine`, digests and the App Home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.jira import catalogue
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.digests import heads
from tests.e2e.drafting import filed, press, propose, shows_filed, told
from tests.e2e.planting import DM, JIRA_OF, LOOKING, ONCALL, SUPPORT, WHERE, Garden, Way, choose, garden, may_see
from tests.e2e.support import ADA, GRACE, GUEST, within

pytestmark = pytest.mark.e2e

CASES = [(*where, "view") for where in WHERE if where[1] in (SUPPORT, ONCALL, DM)]
CASES += [(person, place, "none") for person, place in ((ADA, SUPPORT), (GRACE, DM))]
SUMMARIES = {"OPS": "Kettle whistles in the dark", "SECRET": "Board room clock strikes thirteen"}
LATER = "Umbrella stand falls over"
"""Filed openly, and put under a security level afterwards."""


@dataclass(frozen=True)
class Filed:
    """An issue that a person filed through the bot, with a status that tells that Jira was read."""

    key: str
    person: str
    is_restricted: bool

    @property
    def status(self) -> str:
        return f"state-{self.key.lower()}-end"


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garden]:
    folder: Path = tmp_path_factory.mktemp("elsewhere")
    with garden(folder, request.param) as found:
        yield found


@pytest.fixture(scope="module")
def own(planted: Garden) -> tuple[Filed, ...]:
    """Three issues of Ada's and of Grace's: one open, one in a project of Grace's alone, one with a level of hers."""
    wanted = [*SUMMARIES.items(), ("OPS", LATER)]
    return tuple(
        _file(planted.stack, person, project, f"{summary}, says {person}", is_restricted=summary == LATER)
        for person in (ADA, GRACE)
        for project, summary in wanted
    )


def _file(stack: Stack, person: str, project: str, summary: str, *, is_restricted: bool) -> Filed:
    card = propose(stack, summary, user=person, project=project)
    press(stack, card, "draft_create", person)
    shows_filed(card)
    (issue,) = filed(stack, summary)
    made = Filed(issue.key, person, is_restricted)
    issue.fields["status"] = {**issue.fields["status"], "name": made.status}
    if is_restricted:
        stack.jira.restrict(issue.key, stack.jira.bot.account_id, catalogue.GRACE.account_id)
    stack.jira.site.changed(issue)
    return made


def run(stack: Stack, person: str, place: str, words: str) -> str:
    """Use `/jira` and return what the person alone is told."""
    heard = len(told(stack, person))
    stack.slack.command(f"D{person[1:]}" if place == DM else place, person, "/jira", words)

    def look() -> str | None:
        # The first word only says that it is looked for.
        return next((said for said in told(stack, person)[heard:] if not said.startswith("One moment")), None)

    return within(look, f"an answer to {words}")


@pytest.mark.parametrize(("person", "place", "way"), CASES)
def test_a_search_by_command_shows_each_what_they_may_see_there(
    planted: Garden, person: str, place: str, way: Way
) -> None:
    stack, issues = planted.stack, planted.planted
    choose(stack, way)

    by_words = run(stack, person, place, f"search {LOOKING}")
    by_key = {issue.key: run(stack, person, place, f"search {issue.key}") for issue in issues}

    seen = {issue for issue in issues if may_see(stack, way, person, place, issue)}
    assert {issue for issue in issues if issue.canary in by_words} == seen
    assert {issue for issue in issues if issue.canary in by_key[issue.key]} == seen
    assert not any(other.canary in by_key[issue.key] for issue in issues for other in issues if other is not issue)


def expected(stack: Stack, own: tuple[Filed, ...], person: str, way: Way, *, is_alone: bool) -> set[str]:
    """Return the issues of a person whose status they may be told."""
    user = stack.jira.site.users[JIRA_OF[person].account_id]
    return {
        each.key
        for each in own
        if each.person == person
        and way != "none"
        and (is_alone or not each.is_restricted)
        and stack.jira.site.may_see(stack.jira.issue(each.key), user)
    }


def triaged(stack: Stack, person: str, place: str) -> tuple[str, str]:
    """Have a digest made in a channel, as if it were the first; return what was posted and what the model read."""
    for key in connect(stack.redis_url).scan_iter("sb:triaged:*"):
        connect(stack.redis_url).delete(key)
    messages, batches = len(heads(stack, place)), len(stack.claude.batches)
    stack.slack.command(place, person, "/jira", "triage")

    def look() -> Message | None:
        made = heads(stack, place)[messages:]
        return next((each for each in made if "I suggest" in str(each.blocks) or "found no issue" in each.text), None)

    head = within(look, f"a digest for {person} in {place}")
    posted = [head, *stack.slack.replies_of_bot(place, head.ts)]
    asked = [batch.requests for batch in list(stack.claude.batches.values())[batches:]]
    return "\n".join(f"{each.text} {each.blocks}" for each in posted), repr(asked)


@pytest.mark.parametrize(("person", "place", "way"), [case for case in CASES if case[1] != DM and case[0] != GUEST])
def test_a_digest_tells_a_channel_only_of_what_who_asked_for_it_may_see(
    planted: Garden, own: tuple[Filed, ...], person: str, place: str, way: Way
) -> None:
    stack = planted.stack
    choose(stack, way)

    posted, read = triaged(stack, person, place)

    user = stack.jira.site.users[JIRA_OF[person].account_id]
    seen = {
        each.key
        for each in own
        if way != "none" and not each.is_restricted and stack.jira.site.may_see(stack.jira.issue(each.key), user)
    }
    summaries = {each.key: stack.jira.issue(each.key).fields["summary"] for each in own}
    assert {key for key, summary in summaries.items() if summary in read} == seen
    assert {key for key, summary in summaries.items() if summary in posted or f"|{key}>" in posted} <= seen


@pytest.mark.parametrize("way", ["view", "none"])
@pytest.mark.parametrize("place", [SUPPORT, DM])
@pytest.mark.parametrize("person", [ADA, GRACE])
def test_of_what_somebody_filed_they_are_told_what_they_may_still_see(
    planted: Garden, own: tuple[Filed, ...], person: str, place: str, way: Way
) -> None:
    stack = planted.stack
    choose(stack, way)

    said = run(stack, person, place, "mine")

    assert {each.key for each in own if each.status in said} == expected(stack, own, person, way, is_alone=place == DM)
    # What they filed stays theirs, also where its status is not told.
    assert all((f"|{each.key}>" in said) == (each.person == person) for each in own)


@pytest.mark.parametrize("way", ["view", "none"])
@pytest.mark.parametrize("person", [ADA, GRACE])
def test_the_home_tells_nobody_else_and_nothing_that_is_closed(
    planted: Garden, own: tuple[Filed, ...], person: str, way: Way
) -> None:
    stack = planted.stack
    choose(stack, way)
    before = len(stack.slack.calls)

    stack.slack.open_home(person)

    def look() -> str | None:
        shown = (repr(call.args) for call in stack.slack.calls[before:] if call.method == "views.publish")
        return next((view for view in shown if person in view and "Issues that you filed here" in view), None)

    said = within(look, f"the home of {person}")
    assert {each.key for each in own if each.status in said} == expected(stack, own, person, way, is_alone=True)
    assert not any(f"|{each.key}>" in said for each in own if each.person != person)
