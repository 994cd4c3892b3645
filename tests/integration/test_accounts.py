"""Budgets hold against concurrent calls; what a call has cost is found again by person, channel, model and turn."""

from __future__ import annotations

import base64
import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import cast

import pytest
import redis

from tests.sample_files import dense_pdf, pdf
from workers.claude.prices import PriceList
from workers.claude.purse import Bill, Purse, tokens_at_most
from workers.errors import BudgetHeld, BudgetSpent
from workers.payer import Payer
from workers.rounds import Usage
from workers.settings import WorkerSettings
from workers.state.accounts import NANO, Account, Accounts, Figures, Refusal, Reservation, person_account, turn_account
from workers.state.metrics import Metrics
from workers.state.spending import spending

ADA = Payer("T1", "U1", "C1", "C1:1.0:1.0")
MODEL = "claude-sonnet-5-5"
CALL = Usage(input_tokens=1_000, output_tokens=800)
CALL_USD = 0.01
NO_BUDGETS = {f"budget_{name}_usd": 0 for name in ("person_day", "channel_day", "workspace_month", "turn")}
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def purse(client: redis.Redis, **settings: object) -> Purse:
    given: dict[str, object] = {
        "slack_bot_token": "xoxb-1",
        "anthropic_api_key": "sk",
        "jira_url": "http://127.0.0.1:1",
        "jira_projects": "OPS",
        "budget_turn_usd": 0,
    }
    return Purse(
        WorkerSettings.model_validate(given | settings), Accounts(client), Metrics(client), lambda _: ("Grace",)
    )


def spend(payer: Payer, to: Purse, times: int) -> int:
    """Return how many calls were made before the budget was used up."""
    for made in range(times):
        try:
            with to.bill(payer, MODEL, CALL_USD * 1.5) as bill:
                bill.settle(CALL)
        except BudgetSpent:
            return made
    return times


def test_a_budget_is_exceeded_by_one_call_at_most_whatever_runs_at_once(redis_client: redis.Redis) -> None:
    parallel = purse(redis_client, budget_person_day_usd=0.25)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: spend(ADA, parallel, 20), range(16)))
    spent = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0].usd
    assert 0.20 < spent <= 0.25 + CALL_USD


def test_a_used_up_budget_names_whom_to_ask_and_no_other_person_is_refused(redis_client: redis.Redis) -> None:
    own = purse(redis_client, budget_person_day_usd=0.005)
    spend(ADA, own, 1)
    with pytest.raises(BudgetSpent) as refused:
        own.hold(ADA, 0.001)
    assert "Your budget for me today is used up ($0.0050)" in refused.value.user_message
    assert "Grace can raise it" in refused.value.user_message
    assert spend(Payer("T1", "U2", "C1"), own, 1) == 1


@pytest.mark.parametrize(
    ("setting", "other", "said"),
    [
        ("budget_channel_day_usd", Payer("T1", "U2", "C1"), "This channel's budget"),
        ("budget_workspace_month_usd", Payer("T1", "U2", "C2"), "This workspace's budget"),
        ("budget_turn_usd", ADA, "This answer has cost"),
    ],
)
def test_each_budget_stops_what_counts_in_it(redis_client: redis.Redis, setting: str, other: Payer, said: str) -> None:
    limited = purse(redis_client, **{setting: 0.01})
    spend(ADA, limited, 1)
    with pytest.raises(BudgetSpent, match=said):
        limited.hold(other, 0.001)


def test_what_a_call_cost_is_found_in_all_its_accounts(redis_client: redis.Redis) -> None:
    spend(ADA, purse(redis_client), 3)
    books = Accounts(redis_client)
    now = datetime.now(UTC)
    for name in (person_account("U1", now), turn_account(ADA.turn), f"day:{now:%Y-%m-%d}:{MODEL}"):
        found = books.figures("T1", name)[0]
        assert found.usd == pytest.approx(3 * CALL_USD)
        assert found.tokens == 3 * 1_800
    assert books.ranked("T1", f"people:{now:%Y-%m-%d}") == {"U1": pytest.approx(3 * CALL_USD * NANO)}


def test_what_was_spent_is_told_by_channel_person_model_and_day_and_adds_up(redis_client: redis.Redis) -> None:
    books, own, now = Accounts(redis_client), purse(redis_client), datetime.now(UTC)
    for payer, times in ((ADA, 3), (Payer("T1", "U2", "C2"), 1), (Payer("T1", "U2", "D2"), 2), (Payer("T1"), 1)):
        assert spend(payer, own, times) == times
        books.add_turn(payer, now, times * CALL_USD)

    spent = spending(books, "T1", now, 14)

    def cents(figures: Mapping[str, Figures]) -> dict[str, int]:
        return {name: round(each.usd / CALL_USD) for name, each in figures.items()}

    assert cents(spent.channels) == {"C1": 3, "": 3, "C2": 1}
    assert cents(spent.people) == {"U1": 3, "U2": 3, "": 1}
    assert cents(spent.models) == {MODEL: 7}
    assert [round(each.usd / CALL_USD) for _, each in spent.days] == [0] * 13 + [7]
    assert (spent.days[-1][1].turns, spent.channels["C1"].turns, spent.channels[""].turns) == (4, 1, 2)
    assert spent.month.usd == pytest.approx(7 * CALL_USD)
    assert books.last_costs("T1", "U2") == [2 * CALL_USD, CALL_USD]


def test_a_call_that_breaks_off_is_paid_for_and_holds_nothing_more(redis_client: redis.Redis) -> None:
    whole = purse(redis_client, budget_person_day_usd=1)
    with pytest.raises(RuntimeError):
        _break_off(whole)
    found = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert found.usage.output_tokens == 1_000
    assert isinstance(whole.hold(ADA, 0.5), Reservation)


def _break_off(whole: Purse) -> None:
    with whole.bill(ADA, MODEL, 0.9) as bill:
        bill.settle(Usage(input_tokens=1_000))
        bill.heard = 3_000
        raise RuntimeError


def test_what_a_dead_worker_held_comes_free_by_itself(redis_client: redis.Redis) -> None:
    books, budget = Accounts(redis_client), (Account("person", "person:U1:2026-11-28", 1.0, 100),)
    assert isinstance(books.reserve(ADA, budget, 1.0, ttl_seconds=100), Reservation)
    refused = books.reserve(ADA, budget, 0.1, ttl_seconds=100)
    assert isinstance(refused, Refusal)
    assert not refused.is_spent
    # Its time is over.
    redis_client.zadd("sb:usage:{T1}:person:U1:2026-11-28:held", dict.fromkeys(_held(redis_client), 1))
    assert isinstance(books.reserve(ADA, budget, 0.1, ttl_seconds=100), Reservation)


def _held(client: redis.Redis) -> list[bytes]:
    return cast("list[bytes]", client.zrange("sb:usage:{T1}:person:U1:2026-11-28:held", 0, -1))


def test_what_a_dead_worker_had_used_is_booked_once_by_who_takes_over(redis_client: redis.Redis) -> None:
    whole, used = purse(redis_client, budget_person_day_usd=1), Usage(input_tokens=1_000)
    call = Bill(whole.hold(ADA, 1.0), MODEL, used, heard=3_000).running()
    with pytest.raises(BudgetHeld, match="hold the rest of your budget for me today"):
        whole.hold(ADA, 0.1)

    for _ in range(2):
        whole.book_cut(ADA, call)

    found = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert (found.usage.input_tokens, found.usage.output_tokens) == (1_000, 1_000)
    assert isinstance(whole.hold(ADA, 0.1), Reservation)


def test_a_call_that_its_own_worker_has_booked_is_booked_no_second_time(redis_client: redis.Redis) -> None:
    whole = purse(redis_client, budget_person_day_usd=1)
    with whole.bill(ADA, MODEL, 0.9) as bill:
        bill.settle(CALL)
        call = bill.running()

    whole.book_cut(ADA, call)

    found = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert found.usd == pytest.approx(CALL_USD)


def test_a_call_that_was_booked_for_a_stalled_worker_is_not_booked_again_when_that_worker_goes_on(
    redis_client: redis.Redis,
) -> None:
    whole = purse(redis_client, budget_person_day_usd=1)
    with whole.bill(ADA, MODEL, 0.9) as bill:
        bill.settle(CALL)
        whole.book_cut(ADA, bill.running())

    found = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert found.usd == pytest.approx(CALL_USD)
    assert isinstance(whole.hold(ADA, 0.9), Reservation)


def test_what_a_dead_worker_had_used_is_booked_once_where_there_are_no_budgets(redis_client: redis.Redis) -> None:
    whole = purse(redis_client, **NO_BUDGETS)
    call = Bill(whole.hold(ADA, 1.0), MODEL, CALL).running()

    for _ in range(2):
        whole.book_cut(ADA, call)

    found = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert found.usd == pytest.approx(CALL_USD)


def test_a_person_is_warned_once_a_day_near_the_end(redis_client: redis.Redis) -> None:
    near = purse(redis_client, budget_person_day_usd=0.035)
    spend(ADA, near, 2)
    assert near.warning(ADA) == ""
    spend(ADA, near, 1)
    assert "85% of your budget for me today is used" in near.warning(ADA)
    assert near.warning(ADA) == ""


def test_without_budgets_nothing_is_refused(redis_client: redis.Redis) -> None:
    assert spend(ADA, purse(redis_client, **NO_BUDGETS), 50) == 50


def test_the_estimate_of_a_prompt_is_no_smaller_than_its_words() -> None:
    assert tokens_at_most({"role": "user", "content": "word " * 300}) >= 500
    assert tokens_at_most("困る" * 100) >= 200


def test_a_budget_holds_for_dense_pdfs_too_whatever_runs_at_once(redis_client: redis.Redis) -> None:
    prompt, cost = asked_about(dense_pdf(40, 4_000)), PriceList().cost(MODEL, Usage(input_tokens=40 * 7_800))
    parallel = purse(redis_client, budget_person_day_usd=cost * 1.5)
    most = parallel.prices.most(MODEL, tokens_at_most(prompt), 0)
    all_in = threading.Barrier(4, timeout=20)

    def read() -> None:
        with contextlib.suppress(BudgetSpent), parallel.bill(ADA, MODEL, most) as bill:
            with contextlib.suppress(threading.BrokenBarrierError):
                all_in.wait()
            bill.settle(Usage(input_tokens=40 * 7_800))
        all_in.abort()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: read(), range(4)))
    spent = Accounts(redis_client).figures("T1", person_account("U1", datetime.now(UTC)))[0].usd
    assert 0 < spent <= cost * 2.5


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        # What people publish of a dense page: up to 3,000 tokens of text, and a picture of up to 4,784.
        (pdf(1), 7_784),
        (pdf(100), 778_400),
        (pdf(100, is_packed=True), 778_400),
        (dense_pdf(3, 60_000), 3 * (4_784 + 15_000)),
        (b"%PDF-1.7 what nobody can count %%EOF", 7_784),
    ],
)
def test_the_estimate_of_a_pdf_is_no_smaller_than_its_pages_and_its_text(content: bytes, tokens: int) -> None:
    assert tokens <= tokens_at_most(asked_about(content)) <= 1_000_000


def test_pictures_and_fonts_are_no_text_of_a_pdf() -> None:
    picture = (
        b"7 0 obj << /Subtype /Image /Length 9000000 >>\nstream\n" + b"(not text) " * 50_000 + b"\nendstream endobj"
    )
    assert tokens_at_most(asked_about(pdf(2, more=picture))) < 17_000


def asked_about(content: bytes) -> list[dict[str, object]]:
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(content).decode()}
    return [{"role": "user", "content": [{"type": "document", "source": source}]}]


def test_a_whole_call_is_booked_by_others_only_if_its_worker_never_did(redis_client: redis.Redis) -> None:
    whole, books = purse(redis_client, budget_person_day_usd=1), Accounts(redis_client)
    most = Usage(input_tokens=1_000, output_tokens=1_500)
    with whole.bill_whole(ADA, MODEL, most, seconds=-60) as bill:
        assert [call.usage for _, call in books.running.due()] == [most]
        bill.settle(CALL)
    assert books.running.due() == []

    dead = whole.bill_whole(ADA, MODEL, most, seconds=-60)
    dead.__enter__()
    for _ in range(2):
        whole.book_dead()
    dead.__exit__(None, None, None)

    assert books.running.due() == []
    found = books.figures("T1", person_account("U1", datetime.now(UTC)))[0]
    assert found.usage.output_tokens == CALL.output_tokens + most.output_tokens
    assert isinstance(whole.hold(ADA, 0.5), Reservation)


def test_a_call_that_runs_is_nobody_elses_to_book(redis_client: redis.Redis) -> None:
    whole, books = purse(redis_client), Accounts(redis_client)
    with whole.bill_whole(ADA, MODEL, Usage(input_tokens=10, output_tokens=10), seconds=60) as bill:
        whole.book_dead()
        bill.settle(CALL)
    assert books.figures("T1", person_account("U1", datetime.now(UTC)))[0].usage == CALL
