"""The first judgement of a report: it reaches the model and the drafts, and nobody waits for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.jira.site import Issue
from sandbox.slack.records import Person
from sandbox.stack import Stack
from tests.e2e.drafting import BUTTONS, JUDGEMENT, shows, words
from tests.e2e.support import ADA, CHANNEL, GRACE, answer, ask, card

pytestmark = pytest.mark.e2e

GRAFANA, DATADOG = "U0GRAFANA", "U0DATADOG"
REPORT = "the {thing} drops every few minutes since Monday morning for the whole office in Berlin"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("triage")
    settings = {"WRITE_POLICY": "auto", "REACTION_EMOJI": "jira"}
    with Stack(beat=False, folder=folder, settings=settings | {"ALLOWED_BOTS": GRAFANA}) as stack:
        for name, user in (("Grafana", GRAFANA), ("Datadog", DATADOG)):
            stack.slack.workspace.people[user] = Person(user, name.lower(), name, is_bot=True)
            stack.slack.workspace.channel(CHANNEL).members.append(user)
        yield stack


@pytest.fixture(autouse=True)
def _claude_is_well_again(stack: Stack) -> Iterator[None]:
    yield
    stack.claude.faults.clear()
    stack.claude.scripts.clear()


def judged(**values: Any) -> Any:
    return reply(json.dumps(JUDGEMENT | values))


def asked(stack: Stack, part: str) -> list[str]:
    """Return what the loop model was asked about something, a text a call."""
    found = (json.dumps(kept.body["messages"]) for kept in stack.claude.message_requests)
    return [body for body in found if part in body]


def schemas(stack: Stack, part: str) -> list[dict[str, Any]]:
    """Return the schemas that the fast model was asked to keep about something."""
    kept = [each for each in stack.claude.structured_requests if part in json.dumps(each.body["messages"])]
    assert all(each.status == 200 for each in kept)
    return [each.body["output_config"]["format"]["schema"]["properties"] for each in kept]


def test_a_report_is_judged_beside_the_first_round_and_reaches_the_second(stack: Stack) -> None:
    said = REPORT.format(thing="VPN gateway")
    verdict = judged(severity="high", component="Network", confidence="low", questions=["Which client version?"])
    stack.claude.script(verdict, when="VPN gateway")
    thread = ask(stack, said)
    answer(stack, thread)
    first, second = asked(stack, "VPN gateway")[:2]
    assert "First judgement" not in first
    assert "severity high; component Network" in second
    assert "Open questions: Which client version?" in second
    (schema,) = schemas(stack, "VPN gateway")
    assert schema["project"]["enum"] == ["OPS", "WEB"]
    assert "Network" in schema["component"]["enum"]


def test_labels_that_the_project_uses_are_offered_and_chosen_and_jira_is_asked_for_them_once(stack: Stack) -> None:
    in_use = {label for issue in stack.jira.issues.values() if issue.project.key == "OPS" for label in labels(issue)}
    assert in_use
    chosen = min(in_use)
    stack.claude.script(judged(labels=[chosen, "made-up"]), when="badge reader")
    answer(stack, ask(stack, REPORT.format(thing="badge reader")))
    answer(stack, ask(stack, REPORT.format(thing="parking gate")))

    (schema,) = schemas(stack, "badge reader")
    offered = schema["labels"]["items"]["enum"]
    assert set(offered) == {label for label in in_use if not label.startswith("supportbot")}
    assert f"labels {chosen}." in asked(stack, "badge reader")[1]
    assert "made-up" not in asked(stack, "badge reader")[1]
    assert schemas(stack, "parking gate")[0]["labels"]["items"]["enum"] == offered
    reads = [call for call in stack.jira.calls if "labels" in ((call["body"] or {}).get("fields") or ())]
    assert len([call for call in reads if len(call["body"]["fields"]) == 3]) == 1


def labels(issue: Issue) -> list[str]:
    return list(issue.fields.get("labels") or ())


def test_a_follow_up_and_a_mere_question_are_not_judged(stack: Stack) -> None:
    thread = ask(stack, REPORT.format(thing="fibre link"))
    answer(stack, thread)
    ask(stack, "it began right after the last update of the fibre link on the third floor", thread_ts=thread)
    answer(stack, thread, number=2)
    other = ask(stack, "which issues do we have about the old fibre link in the office of Berlin?")
    answer(stack, other)
    assert len(schemas(stack, "fibre link")) == 1


def test_an_answer_does_without_a_judgement_that_is_refused_or_late(stack: Stack) -> None:
    stack.claude.faults.add(Fault(operation="structured", kind="status", status=529))
    stack.claude.faults.add(Fault(operation="structured", kind="hang", seconds=30))
    for thing in ("switch", "router"):
        thread = ask(stack, REPORT.format(thing=thing))
        assert len(answer(stack, thread, seconds=20).text) > 20
        assert all("First judgement" not in body for body in asked(stack, f"the {thing} drops"))


def test_a_draft_by_reaction_is_filled_from_the_judgement_and_asks_when_unsure(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The antenna on the roof is loose and rattles.")
    text = {"summary": "Antenna rattles", "description": "", "issue_type": "Task", "priority": "High"}
    verdict = judged(component="Network", labels=["roof"], confidence="low", questions=["Which roof?"], **text)
    stack.claude.script(verdict, when="antenna on the roof")
    stack.slack.react(CHANNEL, ts, GRACE, "jira")
    shown = card(stack, ts)
    assert shown.action_ids == BUTTONS
    shows(shown, "Which roof?")
    assert all(part in words(shown) for part in ("Antenna rattles", "Network", "High"))


ALERT = {
    "color": "#D63232",
    "title": "[FIRING:1] HighErrorRate checkout prod",
    "text": "*Summary:* 7 % of requests to /pay fail for 10 minutes",
    "fields": [{"title": "Instance", "value": "checkout-7", "short": True}],
    "fallback": "[FIRING:1] HighErrorRate",
}


HEADLINE = {"type": "header", "text": {"type": "plain_text", "text": "Disk full on db-3"}}
DETAILS = {"type": "section", "text": {"type": "mrkdwn", "text": "Less than 2 % of /var/lib is free since 04:10 UTC."}}


def test_what_an_allowed_bot_hangs_on_its_alert_is_read_and_judged(stack: Stack) -> None:
    alert = stack.slack.say_as_bot(CHANNEL, GRAFANA, f"{stack.slack.mention} a new alert", attachments=[ALERT])
    answer(stack, alert)
    first, second = asked(stack, "checkout-7")[:2]
    assert all(part in first for part in ("HighErrorRate", "7 % of requests to /pay", "Instance: checkout-7"))
    assert "First judgement" in second
    assert schemas(stack, "checkout-7")


def test_who_calls_below_an_alert_is_answered_about_all_that_it_says(stack: Stack) -> None:
    alert = stack.slack.say_as_bot(CHANNEL, DATADOG, "Disk full on db-3", blocks=[HEADLINE, DETAILS])
    ask(stack, "please look", thread_ts=alert)
    answer(stack, alert)
    first = asked(stack, "db-3")[0]
    assert "Less than 2 % of /var/lib is free since 04:10 UTC." in first
    assert first.count("Disk full on db-3") == 1
    assert schemas(stack, "/var/lib")
