"""Budgets as people meet them: a word near the end, a sentence at the end, and the usage page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.breaking import LINUS_DM
from tests.e2e.drafting import is_told, told, words
from tests.e2e.support import ADA, CHANNEL, GRACE, LINUS, answer, ask, card, within
from tests.e2e.support_views import modal, value
from tests.e2e.support_views import shown as seen
from workers.payer import Payer
from workers.rounds import Usage
from workers.state.accounts import Account, Accounts, Reservation, person_account

pytestmark = pytest.mark.e2e

BUDGET = 0.06
PRIVATE = "G0TRIAGE0"
ADA_IS_CALLED = "Ada Park"
QUESTION = "the VPN drops every few minutes since Monday, is that known?"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("budgets")
    settings = {"BUDGET_PERSON_DAY_USD": str(BUDGET), "ADMIN_USERS": GRACE, "REACTION_EMOJI": "jira"}
    with Stack(beat=False, folder=folder, settings=settings) as stack:
        yield stack


def spent(stack: Stack, user: str) -> float:
    client = connect(stack.redis_url)
    try:
        return Accounts(client).figures("T0SANDBOX", person_account(user, datetime.now(UTC)))[0].usd
    finally:
        client.close()


def test_turns_at_once_stay_within_a_budget_and_end_with_a_sentence(stack: Stack) -> None:
    asked: list[str] = []
    said: list[Message] = []
    for _ in range(10):
        asked = [ask(stack, QUESTION) for _ in range(4)]
        said = [answer(stack, ts, seconds=90) for ts in asked]
        if all("is used up" in each.text for each in said):
            break
    assert all("Your budget for me today is used up ($0.0600)" in each.text for each in said)
    assert all("Grace Moreno can raise it" in each.text for each in said)
    assert all(f"<@{GRACE}>" not in each.text for each in said)
    dearest = max(_cost(stack), default=0.0)
    assert BUDGET <= spent(stack, ADA) <= BUDGET + dearest


def _cost(stack: Stack) -> Iterator[float]:
    """Yield at least what each call cost: all of its prompt at the dearest write."""
    for kept in stack.claude.message_requests:
        used = kept.usage
        prompt = sum(used[name] for name in used if name.endswith("input_tokens") and isinstance(used[name], int))
        yield (prompt * 4 + used.get("output_tokens", 0) * 10) / 1_000_000


def test_a_person_was_told_once_before_the_end(stack: Stack) -> None:
    warning = is_told(stack, ADA, "of your budget for me today is used")
    assert sum("of your budget for me today" in text for text in told(stack, ADA)) == 1
    assert " can raise it" in warning


@pytest.mark.parametrize("way", ["shortcut", "command"])
def test_whose_form_no_model_fills_in_any_more_reads_why_and_whom_to_ask(stack: Stack, way: str) -> None:
    spend_all(stack)
    if way == "shortcut":
        stack.slack.shortcut(CHANNEL, stack.slack.say(CHANNEL, ADA, "The roof leaks"), ADA, "file_issue")
    else:
        stack.slack.command(CHANNEL, ADA, "/jira", "create The roof leaks")

    form = modal(stack, ADA)

    stack.slack.close_view(ADA, form.id)
    assert value(form, "summary") == "The roof leaks"
    assert told_in_words(seen(form))


def test_whose_reaction_makes_a_draft_of_bare_words_reads_why_and_whom_to_ask(stack: Stack) -> None:
    spend_all(stack)
    ts = stack.slack.say(CHANNEL, LINUS, "The cellar is wet")
    stack.slack.react(CHANNEL, ts, ADA, "jira")

    shown = words(card(stack, ts))

    assert "The cellar is wet" in shown
    assert told_in_words(shown)


def spend_all(stack: Stack) -> None:
    """Book so much for Ada that her budget is used up, whatever test ran before."""
    client, now = connect(stack.redis_url), datetime.now(UTC)
    try:
        account = Account("person", person_account(ADA, now), BUDGET, 86_400)
        Accounts(client).book(
            Reservation(Payer("T0SANDBOX", ADA), ()), [account], "claude-haiku-5-5", Usage(), 1.0, now
        )
    finally:
        client.close()


def told_in_words(shown: str) -> bool:
    return "Your budget for me today is used up ($0.0600)" in shown and "Grace Moreno can raise it" in shown


def test_another_person_is_answered(stack: Stack) -> None:
    thread = ask(stack, QUESTION, user=LINUS)
    assert "is used up" not in answer(stack, thread, seconds=90).text


def test_a_private_channel_and_a_direct_message_are_answered_too(stack: Stack) -> None:
    for channel in (PRIVATE, LINUS_DM):
        thread = ask(stack, QUESTION, user=LINUS, channel=channel)
        assert "OPS-" in answer(stack, thread, channel=channel, seconds=90).text


def test_what_others_hold_of_a_budget_is_not_called_used_up_and_can_be_asked_for_again(stack: Stack) -> None:
    with connect(stack.redis_url) as client:
        books, name = Accounts(client), person_account(GRACE, datetime.now(UTC))
        payer = Payer("T0SANDBOX", GRACE, CHANNEL)
        held = books.reserve(payer, (Account("person", name, BUDGET, 86_400),), BUDGET, ttl_seconds=600)
        assert isinstance(held, Reservation)
        thread = ask(stack, QUESTION, user=GRACE)
        shown = answer(stack, thread, seconds=90)
        assert "hold the rest of your budget for me today" in shown.text
        assert "used up" not in shown.text
        assert shown.action_ids == ["turn_retry"]
        books.free("T0SANDBOX", [name], held.member)

    stack.slack.click(CHANNEL, shown.ts, GRACE, "turn_retry")

    within(lambda: "OPS-" in answer(stack, thread).text, "an answer")


def usage_page(stack: Stack, user: str, part: str) -> str:
    stack.slack.command("C0SUPPORT", user, "/jira", "usage")

    def look() -> str | None:
        pages = (words(hint.blocks or []) for hint in stack.slack.ephemerals if hint.user == user)
        return next((page for page in pages if part in page), None)

    return within(look, f"{part!r} on the usage page of {user}")


def test_admins_see_everyone_and_others_see_themselves(stack: Stack) -> None:
    whole = usage_page(stack, GRACE, "Usage of this workspace")
    assert "claude-sonnet-5-5" in whole
    assert "█" in whole
    assert ADA_IS_CALLED in whole
    assert "This month: $" in whole
    assert f"{datetime.now(UTC):%a %d %b}" in whole
    assert "By channel" in whole
    assert [name in whole for name in ("#support", "private channels", "outside channels")] == [True] * 3
    assert stack.slack.workspace.channels[PRIVATE].name not in whole
    own = usage_page(stack, LINUS, "Your usage")
    assert "Usage of this workspace" not in own
    assert ADA_IS_CALLED not in own
    assert "By channel" not in own
