"""Who may see what in forms: in their choices, in what a search in them offers, and in what is said of a parent."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.slack.messages import Message
from sandbox.slack.modals import View
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import READY, press, shows, shows_filed, words
from tests.e2e.planting import (
    DM,
    FILED_FROM,
    JIRA_OF,
    ONCALL,
    OPEN_IN,
    PROJECTS,
    SUPPORT,
    WAYS,
    WHERE,
    Garden,
    Way,
    garden,
    may_see,
    part_of,
)
from tests.e2e.support import ADA, GUEST, card, within
from tests.e2e.support_views import choices, choose, modal
from workers.policy import ChannelSettings
from workers.state.channel_settings import Channels

pytestmark = pytest.mark.e2e

Form = Literal["shortcut", "command", "edit"]
FORMS: tuple[Form, ...] = ("shortcut", "command", "edit")
MANY = 120
"""More components than a form can list: they are searched for."""
NOWHERE = (*(f"{key}-9999" for key in PROJECTS), "HR-1")
"""Issues that there are not, and one of a project that is open nowhere."""
UNSEEN = "{} does not exist in Jira, or it may not be shown here."
MEMBERS = [where for where in WHERE if where[0] != GUEST]


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Garden]:
    folder: Path = tmp_path_factory.mktemp("forms")
    with garden(folder, request.param) as found:
        stack, projects = found.stack, found.stack.jira.site.projects
        stack.jira.let_bot(**WAYS[way_of(found)])
        # What is asked here takes more cards than a minute has.
        stack.slack.limits.enabled = False
        for at, key in enumerate(PROJECTS):
            more = tuple((f"2{at}{number:03d}", f"{part_of(key)} {number:03d}") for number in range(MANY))
            projects[key] = dataclasses.replace(projects[key], components=more)
        forget(stack, "sb:cache:jira:screen:*", "sb:cache:jira:own_rights", "sb:cache:jira:check_refused")
        yield found


def way_of(planted: Garden) -> Way:
    """Return how the bot asks about others there: Data Center has no question about many issues at once."""
    return "check" if planted.stack.jira.site.is_cloud else "view"


def forget(stack: Stack, *patterns: str) -> None:
    client = connect(stack.redis_url)
    for name in (name for pattern in patterns for name in client.scan_iter(pattern)):
        client.delete(name)
    client.close()


@pytest.fixture(autouse=True)
def _forms_are_closed_and_slack_has_room(planted: Garden) -> Iterator[None]:
    forget(planted.stack, "sb:limit:*")
    yield
    for person in (*JIRA_OF, GUEST):
        for view in list(planted.stack.slack.views.get(person, [])):
            planted.stack.slack.close_view(person, view.id)


def channel_of(person: str, place: str) -> str:
    return f"D{person[1:]}" if place == DM else place


def drafted(stack: Stack, person: str, place: str, summary: str) -> Message:
    """Have a person ask for an issue in a place, and return the card of its draft."""
    channel, project = channel_of(person, place), FILED_FROM[place][0]
    draft = {"project": project, "issue_type": "Task", "summary": summary, "description": "It is wrong."}
    stack.claude.script(reply(tool("jira_create_issue", draft)), reply(READY), when=summary)
    return card(stack, stack.slack.say(channel, person, f"{stack.slack.mention} {summary}"), channel=channel)


def open_form(stack: Stack, form: Form, person: str, place: str) -> None:
    """Open one of the three forms as a person, in a place."""
    channel = channel_of(person, place)
    if form == "command":
        stack.slack.command(channel, person, "/jira", "create the aquarium is cold")
    elif form == "shortcut":
        stack.slack.shortcut(channel, stack.slack.say(channel, person, "The aquarium is warm."), person, "file_issue")
    else:
        press(stack, drafted(stack, person, place, "Aquarium is dim"), "draft_edit", person)


def search(stack: Stack, person: str, form: View, action_id: str, typed: str) -> str:
    """Type into the first such search of a form, and return what it offers once that is known."""
    block = next(each for each in form.body["blocks"] if each.get("element", {}).get("action_id") == action_id)

    def look() -> str | None:
        offered = json.dumps(stack.slack.options(person, form.id, action_id, typed, block["block_id"])["options"])
        return None if "Still loading" in offered else offered

    return within(look, f"what {action_id} offers for {typed!r}")


def everything_shown(stack: Stack, since: int) -> str:
    """Return all that was sent to Slack since then: views, cards, what a person alone is told."""
    return "\n".join(repr((call.method, call.args)) for call in stack.slack.calls[since:])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("person", "place"), MEMBERS)
def test_a_form_offers_what_may_be_filed_from_there_and_tells_of_nothing_else(
    planted: Garden, person: str, place: str, form: Form
) -> None:
    stack, since = planted.stack, len(planted.stack.slack.calls)
    open_form(stack, form, person, place)
    view, open_here = modal(stack, person), FILED_FROM[place]
    assert tuple(choices(view, "project")) == open_here

    offered = "".join(offered_for(stack, person, view, key) for key in open_here)

    sent = everything_shown(stack, since) + offered
    assert [key for key in PROJECTS if is_told_of(key, sent)] == [key for key in PROJECTS if key in open_here]
    hidden = [each for each in planted.planted if not may_see(stack, way_of(planted), person, place, each)]
    assert [each.key for each in hidden if each.canary in sent or each.internal in sent] == []


def offered_for(stack: Stack, person: str, view: View, project: str) -> str:
    """Choose a project, and return what the searches of its form offer: its own components, and its own people."""
    choose(stack, person, "form_project", project)
    choose(stack, person, "form_type", "Task")
    parts = search(stack, person, view, "options_search", "part-")
    assert [key for key in PROJECTS if part_of(key) in parts] == [project]
    people = search(stack, person, view, "people_search", "Gr") + search(stack, person, view, "people_search", "Li")
    assert ("grace@example.com" in people, "linus@example.com" in people) == (project != "ARCH", project != "SECRET")
    return parts + people


def is_told_of(project: str, sent: str) -> bool:
    """Return whether a project's key, an issue of it or one of its components can be read."""
    return re.search(rf"\b{project}\b", sent) is not None or part_of(project) in sent


@pytest.mark.parametrize("form", ["shortcut", "command"])
def test_a_guest_gets_no_form_and_reads_of_no_project(planted: Garden, form: Form) -> None:
    stack, since = planted.stack, len(planted.stack.slack.calls)
    for place in (SUPPORT, DM):
        open_form(stack, form, GUEST, place)
        view = modal(stack, GUEST, "full members")
        assert view.body.get("submit") is None
        stack.slack.close_view(GUEST, view.id)
    sent = everything_shown(stack, since)
    assert [key for key in PROJECTS if is_told_of(key, sent)] == []


@pytest.mark.parametrize(("person", "place"), MEMBERS)
def test_a_parent_that_may_not_be_shown_is_like_one_that_there_is_not(planted: Garden, person: str, place: str) -> None:
    stack, since, there = planted.stack, len(planted.stack.slack.calls), [each.key for each in planted.planted]
    seen = [each.key for each in planted.planted if may_see(stack, way_of(planted), person, place, each)]
    shown = drafted(stack, person, place, f"Rack of {person} in {place}")

    noted = {key: put_under(stack, shown, person, key) for key in (*there, *NOWHERE)}
    assert [key for key, said in noted.items() if UNSEEN.format(key) not in said] == seen

    refused = {key: filed_in_vain(stack, shown, person, key) for key in noted if key not in seen}
    for key in PROJECTS:
        of = {said.replace(each, "it") for each, said in refused.items() if each.startswith(f"{key}-")}
        assert len(of) == 1, "one that is hidden reads like one that is missing"
    told = everything_shown(stack, since)
    for key in noted:
        told = told.replace(key, "it")
    # What the person has typed themselves is said again.
    told = re.sub(r"Project \W+\w+\W+ is not open to me", "", told)
    assert [key for key in PROJECTS if key not in FILED_FROM[place] and is_told_of(key, told)] == []
    if seen:
        assert filed_under(stack, shown, person, seen[-1]) == seen[-1]


def put_under(stack: Stack, shown: Message, person: str, key: str) -> str:
    """Name a parent in the form that edits a draft, and return what the card says of it then."""
    forget(stack, "sb:limit:*")
    press(stack, shown, "draft_edit", person)
    modal(stack, person)
    assert stack.slack.submit_view(person, "top", {"parent": key}) == {}
    return within(lambda: said if f"*Parent*\n{key}\n" in (said := words(shown)) else None, f"{key} on the card")


def filed_in_vain(stack: Stack, shown: Message, person: str, key: str) -> str:
    """Name a parent, press Create, and return how the card refuses it."""
    assert "Not sent to Jira" not in put_under(stack, shown, person, key)
    press(stack, shown, "draft_create", person)
    return shows(shown, "Not sent to Jira")


def filed_under(stack: Stack, shown: Message, person: str, key: str) -> str:
    """Name a parent, press Create, and return under which issue Jira has the new one."""
    put_under(stack, shown, person, key)
    press(stack, shown, "draft_create", person)
    shows_filed(shown)
    newest = max(stack.jira.issues.values(), key=lambda issue: int(issue.id))
    return str(newest.fields["parent"]["key"])


@pytest.fixture
def _opened_again(planted: Garden) -> Iterator[None]:
    yield
    settle(planted.stack, OPEN_IN[ONCALL])


def settle(stack: Stack, projects: Sequence[str]) -> None:
    """Open these projects in #oncall, and no others."""
    settings = ChannelSettings(projects=tuple(projects), shows_internal=True)
    Channels(connect(stack.redis_url)).put(stack.slack.workspace.team_id, ONCALL, settings)


@pytest.mark.usefixtures("_opened_again")
@pytest.mark.parametrize("form", FORMS)
def test_a_project_that_is_closed_while_a_form_is_open_shows_nothing_more_in_it(planted: Garden, form: Form) -> None:
    stack = planted.stack
    open_form(stack, form, ADA, ONCALL)
    view = modal(stack, ADA)
    offered_for(stack, ADA, view, "OPS")
    settle(stack, ["SECRET"])
    since = len(stack.slack.calls)

    assert search(stack, ADA, view, "options_search", "part-") == "[]"
    assert search(stack, ADA, view, "people_search", "Ada") == "[]"
    stack.slack.click_in_view(ADA, view.id, "form_type", "Bug")
    within(lambda: "I may not work in project OPS" in json.dumps(view.body), "a word on it")
    assert choices(view, "project") == ["SECRET"]
    assert part_of("OPS") not in everything_shown(stack, since)
    assert "Team" not in json.dumps(view.body)

    settle(stack, ["HR"])  # One that is not open to the bot at all.
    stack.slack.click_in_view(ADA, view.id, "form_type", "Task")
    assert modal(stack, ADA, "No project is open to me").body.get("submit") is None
