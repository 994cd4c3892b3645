from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from workers.errors import JiraRefused
from workers.jira.errors import LONGEST_TEXT, refusal_sentences, refusal_text, retry_after
from workers.records import NOT_SENT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 1847 "}, 1847),
        ({"Retry-After": "soon"}, None),
        ({"X-RateLimit-Reset": "later"}, None),
        ({"X-RateLimit-Reset": "2020-01-01T00:00Z"}, 0),
        ({}, None),
    ],
)
def test_the_wait_that_jira_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_wait_until_a_moment_is_read_as_seconds() -> None:
    then = datetime.now(UTC) + timedelta(seconds=100)

    for headers in ({"Retry-After": format_datetime(then, usegmt=True)}, {"X-RateLimit-Reset": then.isoformat()}):
        wait = retry_after(headers)
        assert wait is not None
        assert abs(wait - (then.timestamp() - time.time())) < 5


def test_a_refusal_names_fields_as_people_know_them() -> None:
    error = JiraRefused(400, {"customfield_1": "'Prod' is unknown", "labels": "no"}, ("And more.",))

    assert refusal_sentences(error, {"customfield_1": "Team"}) == (
        "Team: 'Prod' is unknown.",
        "Labels: no.",
        "And more.",
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("customfield_1", "Team is required."),
        ("priority", "The priority selected is invalid."),
        ("labels", "Field 'labels' cannot be set."),
    ],
)
def test_a_reason_that_begins_with_its_field_does_not_name_it_twice(field: str, said: str) -> None:
    assert refusal_sentences(JiraRefused(400, {field: said}), {"customfield_1": "Team"}) == (said,)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (JiraRefused(404), "It does not exist in Jira, or I may not see it."),
        (JiraRefused(403, messages=("no",)), "I don't have the permission for this in Jira."),
        (JiraRefused(409), "Jira refused this without saying why (409)."),
        (JiraRefused(400, {"summary": "Too long"}), "Jira did not take this. Summary: Too long."),
        (JiraRefused(400, messages=("No such thing.",), was_sent=False), f"{NOT_SENT} No such thing."),
    ],
)
def test_a_refusal_reads_well_alone(error: JiraRefused, text: str) -> None:
    assert refusal_text(error) == text


def test_what_was_never_sent_is_told_from_what_jira_refused() -> None:
    error = JiraRefused(400, {"parent": "Project 'NOPE' is not open to me."}, was_sent=False)

    assert refusal_sentences(error) == (NOT_SENT, "Parent: Project 'NOPE' is not open to me.")


@pytest.mark.parametrize(
    ("status", "words"), [(403, "permission"), (404, "may not see"), (413, "too large"), (410, "410")]
)
def test_a_refusal_without_reasons_is_still_a_sentence(status: int, words: str) -> None:
    (sentence,) = refusal_sentences(JiraRefused(status))

    assert words in sentence


def test_a_long_reason_is_cut() -> None:
    (sentence,) = refusal_sentences(JiraRefused(400, messages=("x" * 5_000,)))

    assert len(sentence) == LONGEST_TEXT
