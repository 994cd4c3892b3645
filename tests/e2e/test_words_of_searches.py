"""What commands, searches in forms and the home say, word for word; whatever they said, the next try works."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hints import TOO_MUCH_WAITING
from bot.listeners import commands, form_changes
from sandbox.faults import Fault
from sandbox.jira import catalogue
from sandbox.slack.modals import View
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import filed, is_told, press, shows_filed, told, words
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, LINUS, card, forget_jira, jira_is_well_again, within
from tests.e2e.support_views import choose, input_of, modal, shown
from workers.acts import bulk, settings
from workers.acts.usage import OWN_DAYS
from workers.state.mailbox import MAX_WAITING, Mailboxes
from workers.views import failures
from workers.views.home import LOOKING_UP, Standing, help_text

pytestmark = pytest.mark.e2e

SITE, PERSON = "customfield_10064", "customfield_10056"
"""A select of 250 sites, which no form can list, and a person."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """OPS has changes, too, whose form has a field of every kind; nobody has a budget."""
    folder: Path = tmp_path_factory.mktemp("searches")
    with Stack(workers=0, beat=False, folder=folder, settings={"BUDGET_PERSON_DAY_USD": "0"}) as stack:
        ops = stack.jira.site.projects["OPS"]
        stack.jira.site.projects["OPS"] = dataclasses.replace(ops, types=(*ops.types, catalogue.CHANGE))
        stack.start_worker()
        stack.wait_until_ready()
        yield stack


@pytest.fixture
def form(stack: Stack) -> Iterator[View]:
    """The form of a change."""
    stack.slack.command(CHANNEL, LINUS, "/jira", "create")
    view = modal(stack, LINUS)
    choose(stack, LINUS, "form_type", "Change")
    within(lambda: SITE in shown(view), "the fields of a change")
    yield view
    jira_is_well_again(stack)
    for each in stack.slack.views.get(LINUS, []):
        stack.slack.close_view(LINUS, each.id)


def offered(stack: Stack, form: View, field: str, typed: str) -> list[str]:
    """Type into a field of the form that is searched, and return what is offered."""
    action_id = "people_search" if field == PERSON else "options_search"
    answered = stack.slack.options(LINUS, form.id, action_id, typed, input_of(form, field))
    return [each["text"]["text"] for each in answered["options"]]


def forget_sites(stack: Stack) -> None:
    """Forget the values of the long list, as after an hour."""
    client = connect(stack.redis_url)
    client.delete(*client.scan_iter("sb:cache:jira:options:*"), "sb:cache:nothing")


def test_of_a_long_list_the_first_are_offered_with_how_many_more_there_are_and_the_others_found_by_name(
    stack: Stack, form: View
) -> None:
    shown_first = within(lambda: offered(stack, form, SITE, "")[1:] and offered(stack, form, SITE, ""), "the sites")
    assert shown_first[:99] == [f"Site {number:03d}" for number in range(99)]
    assert shown_first[99:] == [form_changes.MORE.format(number=151)]
    assert offered(stack, form, SITE, "site 24") == [f"Site {number}" for number in range(240, 250)]
    assert offered(stack, form, SITE, "nowhere") == []


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [(SITE, "Site 249", form_changes.NO_OPTIONS.name), (PERSON, "Lin", form_changes.NO_PEOPLE.name)],
)
@pytest.mark.parametrize("status", [503, 403])
def test_a_search_that_jira_does_not_answer_says_so_and_finds_it_later(
    stack: Stack, form: View, field: str, typed: str, sentence: str, status: int
) -> None:
    forget_sites(stack)
    body = {"errorMessages": ["No."], "errors": {}}
    stack.jira.faults.add(Fault(operation="*", kind="status", status=status, body=body, times=-1))
    # Of another name each time: what was found once is known.
    assert offered(stack, form, field, typed[: 3 if status == 503 else 2]) == [sentence]

    jira_is_well_again(stack)
    within(lambda: any(typed in each for each in offered(stack, form, field, typed)), "what was looked for")
    assert sentence not in offered(stack, form, field, typed)


@pytest.mark.parametrize(("field", "typed"), [(SITE, "Site 249"), (PERSON, "Grace")])
def test_a_search_for_which_no_worker_has_time_says_so_and_finds_it_later(
    stack: Stack, form: View, field: str, typed: str
) -> None:
    forget_sites(stack)
    stack.workers[0].pause()
    try:
        assert offered(stack, form, field, typed) == [form_changes.LOADING.name]
        name = f"options-{SITE}" if field == SITE else f"people-{typed}"
        box = f"act:{stack.slack.workspace.team_id}:look_up:{name}-OPS-Change"
        boxes = Mailboxes(connect(stack.redis_url), ttl_seconds=600)
        for number in range(MAX_WAITING):
            boxes.put(box, f"waiting-{number}", {})
        assert offered(stack, form, field, typed) == [TOO_MUCH_WAITING]
        client = connect(stack.redis_url)
        client.delete(*client.scan_iter(f"sb:{{{box}}}:*"))
    finally:
        stack.workers[0].resume()
    assert within(lambda: any(typed in each for each in offered(stack, form, field, typed)), "what was looked for")


@pytest.mark.parametrize(
    ("channel", "text", "first", "then"),
    [
        (CHANNEL, "help", help_text(Standing(), is_unknown=False, emoji="ticket"), ""),
        (CHANNEL, "search zeppelin", commands.LOOKING, "I found nothing in Jira for “zeppelin”."),
        (CHANNEL, "search", commands.NO_WORDS, ""),
        (CHANNEL, "mine", commands.LOOKING, "You have not filed anything here yet, and have no open drafts."),
        (CHANNEL, "usage", commands.COUNTING, "$0"),
        (CHANNEL, "summarise OPS-1", commands.BEGINNING, bulk.BEGUN_ALONE),
        (CHANNEL, "weekly", commands.BEGINNING, bulk.BEGUN_HERE),
        (ADAS_DM, "settings", commands.NOT_IN_CHANNEL, ""),
        (ADAS_DM, "weekly", commands.NO_CHANNEL, ""),
        (CHANNEL, "summarise", commands.NOTHING_NAMED, ""),
    ],
)
def test_a_command_says_at_once_what_it_does_and_then_what_came_of_it(
    stack: Stack, channel: str, text: str, first: str, then: str
) -> None:
    seen = len(told(stack, ADA))
    stack.slack.command(channel, ADA, "/jira", text)

    assert told(stack, ADA)[seen] == first
    if then:
        within(lambda: any(then in each for each in told(stack, ADA)[seen + 1 :]), then)


def test_who_has_used_nothing_reads_so_in_the_usage(stack: Stack) -> None:
    stack.slack.command(CHANNEL, LINUS, "/jira", "usage")

    def usage() -> str:
        shown_to = [each for each in stack.slack.ephemerals if each.user == LINUS and each.blocks]
        return words(shown_to[-1].blocks) if shown_to else ""

    said = within(usage, "the usage")
    assert "*Your usage*\nToday: $0.00, no budget is set" in said
    assert f"Nothing was used in the last {OWN_DAYS} days." in said


def test_a_question_that_jira_does_not_take_is_said_and_another_one_is_answered(stack: Stack) -> None:
    seen = len(told(stack, ADA))
    body = {"errorMessages": ["The query is not valid."], "errors": {}}
    stack.jira.faults.add(Fault(operation="POST search/jql", kind="status", status=400, body=body, times=-1))
    stack.slack.command(CHANNEL, ADA, "/jira", "search login")
    try:
        within(lambda: failures.NOT_LOOKED_UP in told(stack, ADA)[seen:], failures.NOT_LOOKED_UP)
    finally:
        stack.jira.faults.clear()
    stack.slack.command(CHANNEL, ADA, "/jira", "search login")
    assert within(lambda: any("In Jira for “login”" in each for each in told(stack, ADA)[seen:]), "what was found")


def test_the_settings_say_who_may_change_them(stack: Stack) -> None:
    stack.slack.command(CHANNEL, ADA, "/jira", "settings")
    view = modal(stack, ADA, "admins and owners")

    assert settings.NOT_YOURS in words(view.body["blocks"])
    assert view.body.get("submit") is None
    stack.slack.close_view(ADA, view.id)


def test_the_home_says_that_it_looks_and_an_admin_reads_how_the_workspace_is_set_up(stack: Stack) -> None:
    stack.slack.open_home(GRACE)
    view = within(lambda: stack.slack.homes.get(GRACE), "a home")
    within(lambda: "Your open drafts" in words(view.body["blocks"]), "her own")
    own = words(view.body["blocks"])

    assert LOOKING_UP in words(view.history[0]["blocks"])
    assert LOOKING_UP not in own
    assert "None. Ask me to file something, and its draft appears here." in own
    for line in (
        "Projects: OPS, WEB; the first is the default",
        "Before an issue is filed: a person presses Create",
        "Guests and people of other organisations: answered without anything from Jira",
        "Emoji that makes a draft of a message: ticket",
        "Quiet conversations are kept for 30 days",
        "Further people who may change settings: none",
        "Only admins see this. My operator sets it in my environment; each channel has `/jira settings`.",
    ):
        assert line in own


@pytest.mark.timeout(180)
def test_what_was_typed_while_jira_was_away_is_a_draft_and_a_type_that_is_none_is_named_later(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The crane is bent.")
    forget_jira(stack)
    stack.workers[0].pause()
    try:
        stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
        modal(stack, GRACE)
        stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
        typed = {"project": "OPS", "issue_type": "Riddle", "summary": "Crane is bent"}
        assert stack.slack.submit_view(GRACE, "top", typed) == {}
    finally:
        stack.workers[0].resume()
    draft = card(stack, ts)
    assert failures.NOT_CHECKED in words(draft)
    is_told(stack, GRACE, "Jira does not answer")
    jira_is_well_again(stack)
    press(stack, draft, "draft_create", GRACE)
    assert is_told(stack, GRACE, "has no type") == failures.no_such_type("OPS", "Riddle")

    press(stack, draft, "draft_edit", GRACE)
    choose(stack, GRACE, "form_type", "Task")
    assert stack.slack.submit_view(GRACE, "top", {}) == {}
    within(lambda: "Draft for *OPS* · Task" in words(draft), "another type")
    press(stack, draft, "draft_create", GRACE)
    shows_filed(draft)
    assert len(filed(stack, "Crane is bent")) == 1
