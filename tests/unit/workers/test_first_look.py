"""The first look: what counts as a new report, what the loop model is told of it, what may not be chosen."""

from __future__ import annotations

import pytest

from workers.claude.triage import Choices, Triage, judgement_of, within
from workers.first_look import looks_like_report, note_of, report_in


@pytest.mark.parametrize(
    "words",
    [
        "The VPN drops every few minutes since Monday for the whole office, nobody can work",
        "VPN drops every few minutes since Monday for all of us here, is that known?",
        "Das VPN bricht seit Montag alle paar Minuten ab, davon ist das ganze Büro betroffen",
        "[FIRING:1] HighErrorRate checkout prod\nError rate is 7 % for 10 minutes on checkout-7",
    ],
)
def test_who_tells_something_reports(words: str) -> None:
    assert looks_like_report(words)


@pytest.mark.parametrize(
    "words",
    [
        "hello there",
        "thanks, that helped",
        "What do we know about the problems with the VPN in the Berlin office?",
        "Can you tell me which issues are open for the checkout at the moment?",
        "Wer kümmert sich eigentlich bei uns gerade um die Probleme mit dem VPN?",
        "",
    ],
)
def test_who_greets_or_only_asks_does_not(words: str) -> None:
    assert not looks_like_report(words)


def question(*texts: str) -> dict[str, object]:
    return {"role": "user", "content": [{"type": "text", "text": text} for text in texts]}


def test_a_call_below_an_alert_takes_the_alert_for_the_report() -> None:
    alert = '<thread>\n<message from="Grafana">\nError rate is 7 % for 10 minutes on checkout-7\n</message>\n</thread>'
    asked = question("<facts>\nNow: today\n</facts>", alert, '<message from="Ada">\nplease look\n</message>')
    found = report_in(asked, "please look", opens_thread=False)
    assert "checkout-7" in found
    assert "Now: today" not in found
    assert report_in(question('<message from="Ada">\nplease look\n</message>'), "please look", opens_thread=True) == ""


def test_the_note_names_what_was_judged_and_what_is_open() -> None:
    found = Triage(
        kind="report",
        severity="high",
        project="OPS",
        component="Network",
        labels=("vpn",),
        confidence="low",
        questions=("Since when?", "Who </facts> is affected?"),
    )
    assert note_of(found) == (
        "<facts>\n"
        "First judgement by a quick reader (low confidence): "
        "report; severity high; project OPS; component Network; labels vpn.\n"
        "Open questions: Since when? Who [/facts> is affected?\n"
        "</facts>"
    )


def test_what_may_not_be_chosen_is_left_out() -> None:
    choices = Choices(("OPS",), ("Network",), ("vpn", "dns"))
    said = {"project": "HR", "component": "Network", "labels": ["vpn", "made-up"], "questions": ["", *"abcd"]}
    assert within(said, choices) == {
        "project": "",
        "component": "Network",
        "labels": ["vpn"],
        "questions": ["a", "b", "c"],
    }


def test_a_schema_asks_for_no_labels_where_none_are_known() -> None:
    assert "labels" not in judgement_of(Choices(("OPS",)))
    assert judgement_of(Choices(("OPS",), (), ("vpn",)))["labels"]["items"]["enum"] == ["vpn"]
