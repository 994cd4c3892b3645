"""A draft on its way to an issue: shown, edited, cancelled, filed once whoever presses what how often."""

from __future__ import annotations

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.claude.scripts import Reply, reply, tool
from sandbox.faults import Fault
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.catalogue import BOT as BOT_IN_JIRA
from sandbox.slack.records import Person
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import (
    BUTTONS,
    READY,
    ask_to_file,
    filed,
    is_told,
    press,
    press_stale,
    propose,
    sent,
    shows,
    shows_filed,
    text_of,
    told,
    words,
)
from tests.e2e.support import (
    ADA,
    CHANNEL,
    GRACE,
    GUEST,
    LINUS,
    answer,
    card,
    cards,
    filed_by_bot,
    within,
)

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

FILED = re.compile(r"supportbot_issues_filed_total (\d+)")


def filed_total(stack: Stack) -> int:
    """Return the figure of filed issues on /metrics."""
    page = requests.get(f"{stack.web[0].url}/metrics", timeout=5)
    found = FILED.search(page.text)
    return int(found[1]) if found else 0


def test_a_draft_shows_the_issue_as_text_and_says_nothing_of_having_been_created(stack: Stack) -> None:
    shown = propose(stack, "Shredder in the cellar hums", description="It **jams** since `Monday`.")

    text = words(shown)
    assert all(part in text for part in ("OPS", "Task", "Shredder in the cellar hums", "jams", "Monday"))
    assert shown.action_ids == BUTTONS
    assert re.search(r"\b(created|filed|done)\b", f"{text} {shown.text}", re.IGNORECASE) is None
    assert filed(stack, "Shredder in the cellar hums") == []


def test_create_files_one_issue_with_its_fields_and_the_card_becomes_a_link(stack: Stack) -> None:
    before = filed_total(stack)
    shown = propose(
        stack,
        "Scanner sends empty mails",
        issue_type="Bug",
        description="Every mail is **empty**.\n\n- since Monday\n- all floors",
        priority="High",
        labels=["scanner"],
        fields={"Team": "Workplace"},
    )
    press(stack, shown, "draft_create", GRACE)
    shows(shown, f"<@{GRACE}>")

    (issue,) = filed(stack, "Scanner sends empty mails")
    fields = issue.fields
    assert (issue.project.key, issue.type.name, fields["priority"]["name"]) == ("OPS", "Bug", "High")
    assert fields["reporter"]["accountId"] == ADA_IN_JIRA.account_id
    assert fields["customfield_10050"]["value"] == "Workplace"
    assert sorted(label[:3] for label in fields["labels"]) == ["sb-", "sca"]
    assert fields["description"]["type"] == "doc"
    assert "Every mail is empty." in text_of(fields["description"])
    assert "bulletList" in [block["type"] for block in fields["description"]["content"]]
    assert filed_by_bot(stack).count(issue.key) == 1
    assert f"/browse/{issue.key}|{issue.key}>" in words(shown)
    assert issue.key in shown.text
    assert shown.action_ids == []
    (link,) = within(lambda: issue.remote_links, "the link to the thread")
    thread = shown.thread_ts or ""
    assert link["globalId"].endswith(f":{CHANNEL}:{thread}")
    assert f"/archives/{CHANNEL}/p{thread.replace('.', '')}" in link["object"]["url"]
    within(lambda: filed_total(stack) == before + 1, "the figure on /metrics", seconds=5)


def test_a_filed_issue_is_known_in_the_next_turn(stack: Stack) -> None:
    shown = propose(stack, "Lift plays music")
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (issue,) = filed(stack, "Lift plays music")

    stack.slack.say(CHANNEL, ADA, "which one was it, the lift music?", shown.thread_ts)
    answer(stack, shown.thread_ts or "", number=2)

    asked = stack.claude.message_requests[-1].body["messages"][-1]
    assert issue.key in str(asked)


def test_double_clicks_and_two_people_at_once_file_one_issue(stack: Stack) -> None:
    shown = propose(stack, "Badge reader blinks")

    def press_if_it_is_there(user: str) -> None:
        with contextlib.suppress(LookupError):
            press(stack, shown, "draft_create", user)

    with ThreadPoolExecutor(4) as people:
        list(people.map(press_if_it_is_there, (ADA, ADA, GRACE, LINUS)))

    shows_filed(shown)
    assert len(sent(stack, "Badge reader blinks")) == len(filed(stack, "Badge reader blinks")) == 1
    assert len(cards(stack, shown.thread_ts or "")) == 1


def test_a_click_on_a_card_that_is_filed_already_tells_only_the_clicker(stack: Stack) -> None:
    shown = propose(stack, "Coffee machine offline")
    press(stack, shown, "draft_create")
    shows_filed(shown)
    (issue,) = filed(stack, "Coffee machine offline")
    before = len(stack.slack.messages(CHANNEL))

    for action in BUTTONS:
        press_stale(stack, shown, action, LINUS)

    within(lambda: len(told(stack, LINUS)) >= 3, "three hints")
    assert all(issue.key in hint for hint in told(stack, LINUS)[-3:])
    assert len(stack.slack.messages(CHANNEL)) == before
    assert len(filed(stack, "Coffee machine offline")) == 1
    assert f"/browse/{issue.key}" in words(shown)


def test_cancel_says_so_and_by_whom_and_a_late_create_does_nothing(stack: Stack) -> None:
    shown = propose(stack, "Chair squeaks")
    press(stack, shown, "draft_cancel", GRACE)
    text = shows(shown, "cancelled")
    assert f"<@{GRACE}>" in text
    assert shown.action_ids == []

    press_stale(stack, shown, "draft_create", ADA)

    is_told(stack, ADA, "cancelled")
    assert sent(stack, "Chair squeaks") == []
    assert "cancelled" in words(shown)


def test_a_draft_that_has_expired_is_told_to_the_clicker_alone(stack: Stack) -> None:
    assert stack.redis is not None
    shown = propose(stack, "Window does not close")
    value = next(element["value"] for element in shown.blocks[-2]["elements"])  # type: ignore[index]
    client = connect(stack.redis.url)
    for key in client.keys(f"*{value}*"):
        client.delete(key)
    client.close()

    for action in BUTTONS:
        press(stack, shown, action, GRACE)

    within(lambda: len([hint for hint in told(stack, GRACE) if "no longer know" in hint]) == 3, "three hints")
    assert sent(stack, "Window does not close") == []


def test_a_guest_is_told_alone_and_nothing_is_filed_cancelled_or_changed(stack: Stack) -> None:
    shown = propose(stack, "Door handle loose")
    press(stack, shown, "draft_create", GUEST)
    is_told(stack, GUEST, "full members")
    press(stack, shown, "draft_cancel", GUEST)
    within(lambda: len(told(stack, GUEST)) == 2, "a second hint")

    assert shown.action_ids == BUTTONS
    assert len(shown.versions) == 1
    assert sent(stack, "Door handle loose") == []


def test_who_asked_is_named_in_the_text_if_jira_does_not_know_them(stack: Stack) -> None:
    newcomer = Person("U0NEWBIE1", "noor", "Noor Haas", "noor@example.com")
    stack.slack.workspace.people[newcomer.id] = newcomer
    stack.slack.workspace.channel(CHANNEL).members.append(newcomer.id)
    shown = propose(stack, "Badge of a newcomer fails", user=newcomer.id)
    press(stack, shown, "draft_create", ADA)
    shows_filed(shown)

    (issue,) = filed(stack, "Badge of a newcomer fails")
    assert issue.fields["reporter"]["accountId"] == BOT_IN_JIRA.account_id
    assert "Noor Haas" in text_of(issue.fields["description"])


def test_a_refused_reporter_does_not_keep_an_issue_from_being_filed(stack: Stack) -> None:
    shown = propose(stack, "Phone has no tone")
    body = {"errorMessages": [], "errors": {"reporter": "Field 'reporter' cannot be set."}}
    stack.jira.faults.add(Fault(operation="POST issue", kind="status", status=400, body=body))
    press(stack, shown, "draft_create")
    shows_filed(shown)

    (issue,) = filed(stack, "Phone has no tone")
    assert "Ada Park" in text_of(issue.fields["description"])


def test_an_issue_that_cannot_be_linked_is_filed_all_the_same_and_linked_later(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation="POST issue/{key}/remotelink", kind="status", status=503, times=2))
    shown = propose(stack, "Heating is cold")
    press(stack, shown, "draft_create")

    shows_filed(shown, seconds=5)
    (issue,) = filed(stack, "Heating is cold")
    within(lambda: issue.remote_links, "the link, later", seconds=40)
    assert not any("Jira does not answer" in hint for hint in told(stack, ADA))


def test_an_issue_that_may_not_be_linked_is_filed_without_a_word_of_failure(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation="POST issue/{key}/remotelink", kind="status", status=403, times=-1))
    shown = propose(stack, "Blinds stuck", user=LINUS)
    before = told(stack, LINUS)
    press(stack, shown, "draft_create", LINUS)

    shows_filed(shown, seconds=5)
    stack.slack.say(CHANNEL, LINUS, "thanks, tell me the key", shown.thread_ts)
    answer(stack, shown.thread_ts or "", number=2)
    assert told(stack, LINUS) == before
    assert len(filed(stack, "Blinds stuck")) == 1


def test_a_project_that_is_not_open_and_a_missing_field_lead_to_a_question_then_a_draft(stack: Stack) -> None:
    def call(**arguments: object) -> Reply:
        return reply(tool("jira_create_issue", {"summary": "Router reboots", "issue_type": "Bug", **arguments}))

    stack.claude.script(
        call(project="SECRET"),
        call(project="OPS"),
        reply("Which team?"),
        call(project="OPS", fields={"team": "workplace"}),
        reply(READY),
        when="outer reboots",
    )
    ts = stack.slack.say(CHANNEL, ADA, f"{stack.slack.mention} Router reboots, file it in SECRET")
    answer(stack, ts)
    results = [
        block["content"]
        for block in stack.claude.message_requests[-1].body["messages"][-1]["content"]
        if block["type"] == "tool_result"
    ]
    assert "Team" in str(results)
    assert "Workplace" in str(results)
    assert cards(stack, ts) == []
    assert not any("SECRET" in str(call_["body"]) for call_ in stack.jira.calls if call_["route"] == "POST issue")

    stack.slack.say(CHANNEL, ADA, "Router reboots: Workplace", ts)
    shown = card(stack, ts)
    assert "Workplace" in words(shown)


def test_a_draft_is_posted_without_reading_the_thread_first(stack: Stack) -> None:
    before = len(stack.slack.calls)
    ts = ask_to_file(stack, "Fan is loud")
    card(stack, ts)
    answer(stack, ts)

    assert [call.method for call in stack.slack.calls[before:] if call.method == "conversations.replies"] == []
