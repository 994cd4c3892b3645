"""Reports of the same problem are told from those that only look like it; nothing that people write breaks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.duplicates.data import known_issues, reports
from workers.duplicates.queries import queries_of
from workers.duplicates.ranking import THRESHOLD, Rarity, likeness, ranked, text_of
from workers.duplicates.signatures import codes_of, messages_of
from workers.duplicates.words import terms_of
from workers.jira.jql import jql_of
from workers.records import Conversation, Draft

ISSUES = [text_of(issue.summary, issue.description) for issue in known_issues()]
KEYS = [issue.key for issue in known_issues()]


def shown(summary: str, description: str = "") -> list[str]:
    return [KEYS[place] for place, score in ranked(text_of(summary, description), ISSUES) if score >= THRESHOLD]


def draft(summary: str, description: str = "", **changes: object) -> Draft:
    where = Conversation(team_id="T1", channel_id="C1", thread_ts="1.0")
    given_ = {"id": "d", "conversation": where, "turn_ts": "1.0", "asker_id": "U1", "project": "OPS", "created_at": 0}
    more = {"issue_type": "Bug", "summary": summary, "description": description}
    return Draft.model_validate({**given_, **more, **changes})


def test_the_same_problem_in_other_words_is_found_first() -> None:
    assert shown("Printer in the second floor gives blank sheets")[0] == "prn1"
    assert shown("VPN keeps disconnecting over wireless in the office")[0] == "vpn1"


def test_another_language_is_found_by_the_words_of_support() -> None:
    report = text_of("VPN bricht im Büro ständig ab", "Über WLAN alle paar Minuten weg, mit Kabel geht es.")

    assert KEYS[ranked(report, ISSUES)[0][0]] == "vpn1"


@pytest.mark.parametrize("summary", ["Lift plays music", "It does not work", "please help", "?", ""])
def test_what_tells_nothing_known_shows_nothing(summary: str) -> None:
    assert shown(summary, "It does not work.") == []


def test_a_slip_of_the_pen_is_taken_for_what_is_meant() -> None:
    whole = Rarity(ISSUES)
    right, wrong = text_of("Antivirus blocks gradle"), text_of("Antivrius blocks gradle")
    target = ISSUES[KEYS.index("crt5")]

    assert likeness(wrong, target, whole) > likeness(text_of("Fridge blocks gradle"), target, whole)
    assert likeness(right, target, whole) >= likeness(wrong, target, whole)


def test_codes_and_quoted_messages_are_read_out_of_a_report() -> None:
    text = "Login shows 'invalid state', error code 809, HTTP 500, 0x0000011b, ERR-1042 and NullPointerException"

    assert codes_of(text) == {"809", "500", "0x0000011b", "err-1042", "nullpointerexception"}
    assert messages_of(text) == {"invalid state"}


def test_words_that_mean_the_same_become_one_term() -> None:
    assert terms_of("can't sign in") == terms_of("Unable to log in")


def test_jira_is_asked_at_most_three_times_by_keywords_and_once_for_what_is_new() -> None:
    fields = {"components": ("Network",)}
    queries = queries_of(draft("VPN drops on Wi-Fi", "Error code 809: 'invalid state'", fields=fields))

    assert [bool(query.keywords) for query in queries] == [True, True, True, False]
    assert all(query.projects == ("OPS",) and query.status == "any" for query in queries)
    assert 'component in ("Network") AND updated >= -14d' in jql_of(queries[-1])


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_compared_and_asked_about(summary: str, description: str) -> None:
    score = likeness(text_of(summary, description), text_of(description, summary), Rarity(ISSUES[:5]))

    assert 0 <= score <= 1
    assert all(jql_of(query).startswith('project in ("OPS")') for query in queries_of(draft(summary, description)))


def test_the_labelled_set_is_whole_and_has_hard_negatives() -> None:
    labelled = reports()
    named = {key for report in labelled for key in (*report.same, *report.different)}

    assert named <= set(KEYS)
    assert sum(len(report.same) + len(report.different) for report in labelled) >= 300
    assert sum(len(report.different) for report in labelled) > sum(len(report.same) for report in labelled)
    assert all(report.same.isdisjoint(report.different) for report in labelled)
