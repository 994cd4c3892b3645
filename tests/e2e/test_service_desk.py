"""On a service desk customers read along: comments are internal unless a person says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.jira import catalogue, issues
from sandbox.stack import Stack
from tests.e2e.changing import CONFIRM, comment, comments, propose
from tests.e2e.drafting import press, shows, text_of, words

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("service-desk")
    with Stack(beat=False, folder=folder, settings={"JIRA_PROJECTS": "OPS,DESK"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def request_key(stack: Stack) -> str:
    """Return the key of a customer's request."""
    fields = {"project": {"key": "DESK"}, "issuetype": {"name": "Task"}, "summary": "My invoice is wrong"}
    return issues.create(stack.jira.site, catalogue.GRACE, {"fields": fields}).key


def test_a_comment_is_internal_and_its_card_says_so(stack: Stack, request_key: str) -> None:
    shown = propose(stack, "note it on the request", comment(request_key, "The tax rate was changed by hand."))
    assert "Add an internal comment" in words(shown)
    assert "customers of the service desk do not see it" in words(shown)

    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    (written,) = comments(stack, request_key, "changed by hand")
    assert written["jsdPublic"] is False


def test_what_customers_shall_read_is_public_and_names_no_colleague(stack: Stack, request_key: str) -> None:
    call = comment(request_key, "A new invoice is on its way.", audience="customers")
    shown = propose(stack, "tell the customer", call)
    assert "Customers of the service desk will read this" in words(shown)

    press(stack, shown, CONFIRM)
    shows(shown, "✅")

    (written,) = comments(stack, request_key, "on its way")
    assert written["jsdPublic"] is True
    assert text_of(written["body"]) == "A new invoice is on its way."
