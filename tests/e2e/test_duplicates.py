"""Before a draft is shown the program looks whether it is known; a person decides, and Jira gets it once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.faults import Fault
from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.catalogue import GRACE as GRACE_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.jira.site import Issue
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.drafting import (
    BUTTONS,
    ask_to_file,
    ever_read,
    filed,
    is_told,
    offers,
    press,
    press_stale,
    propose,
    shows,
    told,
    words,
)
from tests.e2e.dying import dies, only_a_doomed_worker
from tests.e2e.support import ADA, CHANNEL, GRACE, answer, card, cards, filed_by_bot, within
from workers.views import failures

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_jira")]

USE, IGNORE = "duplicate_use", "duplicate_ignore"
SUMMARY = "VPN disconnects all the time on the office wifi"
KNOWN = "VPN drops every few minutes on office Wi-Fi"
COMMENT = "POST issue/{key}/comment"
SEARCH = "POST search/jql"


def known(stack: Stack) -> Issue:
    """Return the seeded issue that tells of the same problem."""
    return next(issue for issue in stack.jira.issues.values() if issue.fields["summary"] == KNOWN)


def draft_of_known(stack: Stack, summary: str, **more: Any) -> Message:
    """Return the card of a draft that tells of the seeded problem in other words."""
    more.setdefault("description", "It reconnects at once, and on a cable it is stable.")
    return propose(stack, summary, **more)


def use(stack: Stack, shown: Message, key: str, user: str = ADA) -> None:
    """Press "Use this one" beside an issue."""
    stack.slack.click(shown.channel, shown.ts, user, USE, value=f"{draft_id(shown)} {key}")


def draft_id(shown: Message) -> str:
    """Return the draft of a card, as its metadata tells."""
    return str((shown.metadata or {})["event_payload"]["draft"])


def comments_about(issue: Issue, summary: str) -> list[dict[str, Any]]:
    """Return the comments that tell a report, in the order in which they were written."""
    return [comment for comment in issue.comments if summary in json.dumps(comment["body"])]


def test_a_likely_duplicate_stands_on_the_card_with_key_status_and_link(stack: Stack) -> None:
    shown = draft_of_known(stack, SUMMARY)

    issue = known(stack)
    text = words(shown)
    assert f"/browse/{issue.key}|{issue.key}>" in text
    assert issue.fields["status"]["name"] in text
    assert KNOWN in text
    assert [each for each in shown.action_ids if each != USE] == [IGNORE, *BUTTONS]
    assert shown.action_ids[0] == USE
    assert len(json.dumps(shown.blocks)) < 10_000
    result = next(
        json.dumps(body["messages"][-1])
        for body in (request.body for request in reversed(stack.claude.message_requests))
        if SUMMARY in json.dumps(body["messages"])
    )
    assert issue.key in result


def test_an_issue_that_its_asker_may_not_see_is_not_named(stack: Stack) -> None:
    site = stack.jira.site
    words_of = {
        "project": {"key": "OPS"},
        "issuetype": {"name": "Task"},
        "summary": "Badge reader at the lobby turnstile beeps and stays shut",
        "description": paragraphs("It beeps twice and stays shut."),
    }
    hidden, open_one = (issues.create(site, GRACE_IN_JIRA, {"fields": words_of}) for _ in range(2))
    stack.jira.restrict(hidden.key, stack.jira.bot.account_id, GRACE_IN_JIRA.account_id)
    summary = "Lobby turnstile: the badge reader beeps, gate stays shut"

    shown = propose(stack, summary, description="It beeps twice.")

    assert f"|{open_one.key}>" in words(shown)
    assert f"{hidden.key}|" not in ever_read(shown)
    asked = json.dumps([request.body["messages"] for request in stack.claude.message_requests])
    assert f"{open_one.key}" in asked
    assert hidden.key not in asked


def test_use_this_one_comments_watches_links_and_files_nothing(stack: Stack) -> None:
    summary = "VPN keeps disconnecting on office wifi, Ada"
    shown = draft_of_known(stack, summary)
    issue, before = known(stack), len(stack.jira.issues)

    use(stack, shown, issue.key, GRACE)
    text = shows(shown, f"/browse/{issue.key}|{issue.key}>* as a comment")

    link = f"<{stack.jira_url}/browse/{issue.key}|{issue.key}>"
    assert f"💬 Added to *{link}* as a comment; no new issue was made · chosen by <@{GRACE}>" in text
    assert shown.action_ids == []
    press_stale(stack, shown, "draft_create", GRACE)
    assert is_told(stack, GRACE, "was added to") == f"This was added to {link} already."
    (comment,) = comments_about(issue, summary)
    thread = (shown.thread_ts or "").replace(".", "")
    assert f"/archives/{CHANNEL}/p{thread}" in json.dumps(comment["body"])
    within(lambda: ADA_IN_JIRA.account_id in issue.watchers, "the reporter watches the issue")
    assert within(
        lambda: [link for link in issue.remote_links if thread in link["object"]["url"]], "a link to the thread"
    )
    assert len(stack.jira.issues) == before
    assert filed_by_bot(stack) == []
    stack.slack.say(CHANNEL, ADA, "so where is it now?", shown.thread_ts)
    answer(stack, shown.thread_ts or "", number=2)
    assert f"was added to {issue.key}" in str(stack.claude.message_requests[-1].body["messages"][-1])


def test_a_double_click_and_a_lost_answer_leave_one_comment(stack: Stack) -> None:
    summary = "VPN disconnecting in the office over wifi, twice"
    shown = draft_of_known(stack, summary)
    issue = known(stack)
    stack.jira.faults.add(Fault(operation=COMMENT, kind="drop_after"))

    use(stack, shown, issue.key)
    use(stack, shown, issue.key, GRACE)
    shows(shown, "Added to", seconds=60)

    assert len(comments_about(issue, summary)) == 1
    assert filed(stack, summary) == []


@pytest.mark.parametrize("place", ["joining_begun", "joining_answered", "joining_stored"])
def test_a_report_whose_worker_dies_joins_its_issue_once(stack: Stack, place: str) -> None:
    summary = f"VPN disconnecting in the office over wifi, {place.replace('_', ' ')}"
    shown = draft_of_known(stack, summary)
    issue = known(stack)

    with only_a_doomed_worker(stack, place):
        use(stack, shown, issue.key)

    shows(shown, "Added to", seconds=60)
    assert len(comments_about(issue, summary)) == 1
    assert filed(stack, summary) == []


def test_a_draft_whose_worker_dies_when_it_has_looked_is_shown_without_looking_again(stack: Stack) -> None:
    summary = "VPN disconnecting in the office over wifi, looked for once"

    with only_a_doomed_worker(stack, "similar_stored") as doomed:
        ts = ask_to_file(stack, summary, description="It reconnects at once, and on a cable it is stable.")
        dies(doomed)
        stack.jira.faults.add(Fault(operation=SEARCH, kind="status", status=503, times=-1))

    shown = card(stack, ts)
    assert KNOWN in words(shown)
    assert "could not look for similar issues" not in words(shown)
    answer(stack, ts)
    assert len(cards(stack, ts)) == 1


def test_create_on_the_same_card_files_it_anyway(stack: Stack) -> None:
    summary = "VPN disconnects on the wifi of the office, filed anyway"
    shown = draft_of_known(stack, summary)

    press(stack, shown, "draft_create")
    shows(shown, "Filed as")

    assert len(filed(stack, summary)) == 1
    assert comments_about(known(stack), summary) == []


def test_none_of_these_hides_the_list_and_keeps_the_draft(stack: Stack) -> None:
    shown = draft_of_known(stack, "Office wifi: VPN disconnects, none of these")

    press(stack, shown, IGNORE)

    offers(shown, BUTTONS)
    assert KNOWN not in words(shown)


def test_a_refused_comment_is_said_and_the_draft_stays_as_it_was(stack: Stack) -> None:
    summary = "VPN on office wifi disconnects, refused"
    shown = draft_of_known(stack, summary)
    issue = known(stack)
    body = {"errorMessages": ["No."], "errors": {}}
    stack.jira.faults.add(Fault(operation=COMMENT, kind="status", status=400, body=body))

    use(stack, shown, issue.key)

    within(lambda: failures.NOT_ADDED.format(key=issue.key) in told(stack, ADA), "the person is told")
    within(lambda: "draft_create" in shown.action_ids, "the card offers its buttons again")
    use(stack, shown, issue.key)
    shows(shown, "Added to")
    assert len(comments_about(issue, summary)) == 1


def test_an_issue_that_search_does_not_know_yet_is_found_among_our_own(stack: Stack) -> None:
    first = propose(stack, "Coffee machine on the fifth floor spills water", description="The kitchen is wet.")
    press(stack, first, "draft_create")
    shows(first, "Filed as")
    (issue,) = filed(stack, "Coffee machine on the fifth floor spills water")
    stack.jira.faults.add(
        Fault(operation=SEARCH, kind="status", status=200, body={"issues": [], "isLast": True}, times=-1)
    )

    second = propose(stack, "Water spills from the coffee machine, fifth floor", user=GRACE, description="It is wet.")

    assert f"|{issue.key}>" in words(second)
    assert USE in second.action_ids


def test_a_jira_that_is_slow_holds_up_no_draft_and_the_card_says_so(stack: Stack) -> None:
    stack.jira.faults.add(Fault(operation=SEARCH, kind="status", status=503, times=-1))

    shown = propose(stack, "Blinds of room Curie are torn", description="All of them.")

    assert "could not look for similar issues" in words(shown)
    assert shown.action_ids == BUTTONS
    assert card(stack, shown.thread_ts or "").ts == shown.ts


def test_a_report_that_jira_does_not_take_yet_joins_its_issue_by_itself(stack: Stack) -> None:
    summary = "VPN on office wifi disconnects, while Jira asks to wait"
    shown = draft_of_known(stack, summary)
    issue = known(stack)
    stack.jira.faults.add(Fault(operation=COMMENT, kind="status", status=429, headers={"Retry-After": "6"}, times=1))

    use(stack, shown, issue.key)

    assert "I add the report by myself" in is_told(stack, ADA, "by myself")
    shows(shown, "Added to", seconds=60)
    assert len(comments_about(issue, summary)) == 1
