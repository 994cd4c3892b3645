"""The one place where the model's money is held, booked and refused: no call is made beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workers.claude.documents import PICTURE, document_at_most
from workers.claude.prices import PriceList
from workers.errors import BudgetHeld, BudgetSpent, StateUnavailable
from workers.logs import get_logger
from workers.payer import Payer
from workers.rounds import RunningCall, Usage
from workers.settings import WorkerSettings
from workers.state import accounts
from workers.state.accounts import Account, Accounts, Refusal, Reservation
from workers.state.metrics import Metrics
from workers.views.money import budget_held, budget_nearly_spent, budget_spent, budget_too_small

NEAR = 0.8
BUSY_SECONDS = 20.0
"""So long a call waits for others that may still leave something of the budget."""
POLL_SECONDS = 0.5
LONGEST_CALL_SECONDS = 900
LATE_SECONDS = 5.0
"""So much later than it should have ended a call is held to be a dead worker's."""
DAY, MONTH = accounts.DAYS_KEPT * 86_400, accounts.MONTHS_KEPT * 31 * 86_400

log = get_logger(__name__)


@dataclass
class Bill:
    """What one call has used so far; booked when the call is over, however it ended."""

    held: Reservation
    model: str
    usage: Usage = field(default_factory=Usage)
    heard: int = 0
    """Characters of an answer whose end has not come."""
    asked: Usage = field(default_factory=Usage)
    """What is to be paid of a request that was sent, until the API has counted it."""

    def ask(self, most: Usage) -> None:
        """Note that a request is about to be sent: from then on it is paid, whether or not its answer comes."""
        self.asked = most

    def settle(self, usage: Usage) -> None:
        """Take over what the API counted."""
        self.usage, self.heard, self.asked = usage, 0, Usage()

    def refuse(self) -> None:
        """Note that the API did not take the request, or ended it with an error: only what it has counted is paid."""
        self.asked = Usage()

    def so_far(self) -> Usage:
        """Return what is to be paid: of an answer that was cut off what it said until then."""
        if self.asked.tokens:
            return self.asked
        spoken = max(self.usage.output_tokens, -(-self.heard // 3))
        return self.usage.model_copy(update={"output_tokens": spoken})

    def running(self) -> RunningCall:
        """Return what another worker needs to pay for it."""
        names = tuple(account.name for account in self.held.accounts)
        return RunningCall(model=self.model, usage=self.so_far(), member=self.held.member, accounts=names)


class Purse:
    """Every call's money, for this process."""

    def __init__(
        self,
        settings: WorkerSettings,
        books: Accounts,
        metrics: Metrics,
        admins: Callable[[str], Sequence[str]] = lambda _team_id: (),
    ) -> None:
        self._settings, self._books, self._metrics, self._admins = settings, books, metrics, admins
        self.prices = PriceList(settings.model_prices)
        self._unknown: set[str] = set()

    @contextmanager
    def bill(
        self, payer: Payer, model: str, most_usd: float, wait: Callable[[float], None] | None = None
    ) -> Iterator[Bill]:
        """Hold what a call may cost at most, and book what it did cost; raises BudgetSpent before any money is spent.

        With `wait` a call waits for others that hold the rest of a budget, for a while.
        """
        held = self.hold(payer, most_usd, wait=wait)
        bill = Bill(held, model)
        try:
            yield bill
        finally:
            self.book(held, model, bill.so_far())

    @contextmanager
    def bill_whole(self, payer: Payer, model: str, most: Usage, seconds: float) -> Iterator[Bill]:
        """As `bill`, for a call that says what it took at its end only, and until then counts as `most`.

        It has no journal: whose worker dies is booked so by another one, some time after these seconds.
        """
        held = self.hold(payer, self.prices.most(model, most.input_tokens, most.output_tokens))
        bill = Bill(held, model, asked=most)
        self._note(payer, bill, seconds)
        try:
            yield bill
        finally:
            self.book(held, model, bill.so_far())
            self._forget(held.member)

    def _note(self, payer: Payer, bill: Bill, seconds: float) -> None:
        with suppress(StateUnavailable):  # The answer matters more.
            self._books.running.note(payer, bill.running(), over_in_seconds=seconds + LATE_SECONDS)

    def _forget(self, member: str) -> None:
        with suppress(StateUnavailable):  # What could not be booked either is booked later.
            self._books.running.forget(member)

    def book_dead(self) -> None:
        """Book the calls whose workers have said nothing of them for too long; safe to repeat."""
        for payer, call in self._books.running.due():
            self.book_cut(payer, call)
            self._books.running.forget(call.member)

    def hold(
        self,
        payer: Payer,
        most_usd: float,
        *,
        seconds: float = LONGEST_CALL_SECONDS,
        wait: Callable[[float], None] | None = None,
        is_whole: bool = False,
    ) -> Reservation:
        """Hold an amount in all budgets of a payer until it is booked or the time is over; raises BudgetSpent.

        One of which `is_whole` is true is no single call: it must fit into what is left of each budget.
        """
        limited = self.accounts_of(payer, accounts.utc_now())
        give_up_at = time.monotonic() + (BUSY_SECONDS if wait else 0)
        while True:
            held = self._books.reserve(payer, limited, most_usd, seconds, is_whole=is_whole)
            if isinstance(held, Reservation):
                return held
            if held.is_spent or wait is None or time.monotonic() > give_up_at:
                raise self._refused(payer, held, most_usd)
            wait(POLL_SECONDS)

    def book(self, held: Reservation, model: str, usage: Usage) -> None:
        """Count what a call has used in metrics and accounts, and free what it held."""
        usd = self.prices.cost(model, usage)
        self._say_unknown(model)
        if self._booked(held, model, usage, usd):
            self._count(model, usage, usd)

    def book_many(self, held: Reservation, model: str, usage: Usage, usd: float) -> None:
        """As `book`, for many calls at once, of which each had its own price; raises StateUnavailable: then none is."""
        self._say_unknown(model)
        now = accounts.utc_now()
        if self._books.book(held, self.accounts_of(held.payer, now), model, usage, usd, now):
            self._count(model, usage, usd)

    def _booked(self, held: Reservation, model: str, usage: Usage, usd: float) -> bool:
        """Put a call into the accounts; False if another worker has done so before."""
        now = accounts.utc_now()
        try:
            return self._books.book(held, self.accounts_of(held.payer, now), model, usage, usd, now)
        except StateUnavailable as error:
            log.error("not_booked", model=model, usd=round(usd, 6), cause=str(error))  # noqa: TRY400  no bug of ours
            return True

    def book_cut(self, payer: Payer, call: RunningCall) -> None:
        """Book what a call has used whose worker died or stalls, unless that worker has booked it."""
        self._books.free(payer.team_id, call.accounts, call.member)
        usd = self.prices.cost(call.model, call.usage)
        if call.member and self._booked(Reservation(payer, (), call.member), call.model, call.usage, usd):
            log.info("cut_call_booked", model=call.model, tokens=call.usage.tokens)
            self._count(call.model, call.usage, usd)

    def warning(self, payer: Payer) -> str:
        """Return a sentence the first time on a day that one of a person's budgets comes to its end, else nothing."""
        now = accounts.utc_now()
        limited = [each for each in self.accounts_of(payer, now) if each.limit_usd > 0 and each.kind != "turn"]
        figures = self._books.figures(payer.team_id, *(each.name for each in limited))
        for account, found in zip(limited, figures, strict=True):
            told = f"{payer.user_id}:{account.kind}:{now:%Y-%m-%d}"
            if found.usd >= account.limit_usd * NEAR and self._books.once(payer.team_id, told, 86_400):
                admins = self._admins(payer.team_id)
                return budget_nearly_spent(account.kind, found.usd, account.limit_usd, admins)
        return ""

    def accounts_of(self, payer: Payer, now: datetime) -> tuple[Account, ...]:
        """Return the accounts that a call goes into, with their budgets."""
        settings = self._settings
        # What nobody asked for is kept under no name, and held by the workspace's budget alone.
        per_person = settings.budget_person_day_usd if payer.user_id else 0
        found = [
            Account("workspace", accounts.workspace_account(now), settings.budget_workspace_month_usd, MONTH),
            Account("person", accounts.person_account(payer.user_id, now), per_person, DAY),
            Account("channel", accounts.channel_account(payer.channel_id, now), settings.budget_channel_day_usd, DAY),
            Account("turn", accounts.turn_account(payer.turn), settings.budget_turn_usd, 86_400),
        ]
        has = {
            "workspace": True,
            "person": True,
            "channel": bool(payer.channel_id) and not payer.channel_id.startswith("D"),
            "turn": bool(payer.turn),
        }
        return tuple(account for account in found if has[account.kind])

    def _refused(self, payer: Payer, refusal: Refusal, most_usd: float) -> BudgetSpent:
        account = refusal.account
        log.warning("budget_spent", budget=account.kind, limit_usd=account.limit_usd, is_spent=refusal.is_spent)
        admins = () if account.kind == "turn" else self._admins(payer.team_id)
        if not refusal.is_spent:
            return BudgetHeld(budget_held(account.kind))
        if refusal.left_usd:
            left, limit = refusal.left_usd, account.limit_usd
            return BudgetSpent(budget_too_small(account.kind, most_usd, left, limit, admins))
        return BudgetSpent(budget_spent(account.kind, account.limit_usd, admins))

    def _count(self, model: str, usage: Usage, usd: float) -> None:
        kinds = {
            "input": usage.input_tokens,
            "output": usage.output_tokens,
            "cache_write": usage.cache_creation_input_tokens,
            "cache_read": usage.cache_read_input_tokens,
        }
        for kind, tokens in kinds.items():
            self._metrics.count("supportbot_tokens_total", tokens, model=model, kind=kind)
        self._metrics.count("supportbot_cost_usd_total", usd, model=model)

    def _say_unknown(self, model: str) -> None:
        """Say once that a model has no price of its own."""
        if model not in self._unknown and not self.prices.knows(model):
            self._unknown.add(model)
            log.warning("price_unknown", model=model, counted_as="the dearest known model", see="MODEL_PRICES")


def tokens_at_most(value: Any) -> int:
    """Return an estimate, rather too high, of the tokens of a prompt or a part of it."""
    if isinstance(value, str):
        # Few characters outside of English make a token: counted by their bytes.
        return len(value.encode()) // 3 + 1
    if isinstance(value, dict):
        source = value.get("source")
        if value.get("type") in ("image", "document") and isinstance(source, dict) and "data" in source:
            return PICTURE if value["type"] == "image" else document_at_most(str(source["data"]))
        return sum(tokens_at_most(key) + tokens_at_most(part) for key, part in value.items())
    if isinstance(value, list | tuple):
        return sum(map(tokens_at_most, value))
    return 1
