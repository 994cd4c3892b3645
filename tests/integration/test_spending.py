"""Who used most is told, whenever that was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import redis

from workers.payer import Payer
from workers.rounds import Usage
from workers.state.accounts import Account, Accounts, Reservation, channel_account, person_account
from workers.state.spending import MOST_RANKED, spending

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CALL = Usage(input_tokens=1_000, output_tokens=800)


def _spend(books: Accounts, who: str, usd: float, now: datetime) -> None:
    payer = Payer("T1", f"U{who}", f"C{who}")
    person = Account("person", person_account(payer.user_id, now), 0, 3_600)
    channel = Account("channel", channel_account(payer.channel_id, now), 0, 3_600)
    books.book(Reservation(payer, ()), (person, channel), "claude-sonnet-5-5", CALL, usd, now)


def test_the_dearest_of_all_days_are_named_though_many_others_came_before(redis_client: redis.Redis) -> None:
    books = Accounts(redis_client)
    for number in range(MOST_RANKED + 5):
        _spend(books, f"{number}", 0.10, NOW - timedelta(days=9))
    _spend(books, "DEAR", 5, NOW)
    for day in range(3):
        _spend(books, "OFTEN", 0.09, NOW - timedelta(days=day))

    spent = spending(books, "T1", NOW, 14)

    assert list(spent.people)[:2] == ["UDEAR", "UOFTEN"]
    assert [name for name in spent.channels if name][:2] == ["CDEAR", "COFTEN"]
    assert len(spent.people) == MOST_RANKED
