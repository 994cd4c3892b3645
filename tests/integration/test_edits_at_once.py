"""Of edits that arrive at one moment on several listeners the last one that was made is what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
import redis

from tests.clients import connect
from tests.integration.questions import question
from workers.broker import Kicker, make_celery
from workers.jobs import Door
from workers.message_changes import MessageChanges, NewWords
from workers.records import Conversation, TurnRequest
from workers.settings import Settings
from workers.state.failed_turns import FailedTurns
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

LISTENERS = 6
ROUNDS = 40


def listener(client: redis.Redis) -> MessageChanges:
    return MessageChanges(Mailboxes(client, ttl_seconds=3600), FailedTurns(client), lambda _box: None)


@pytest.fixture
def listeners(redis_url: str) -> Iterator[list[MessageChanges]]:
    clients = [connect(redis_url) for _ in range(LISTENERS)]
    yield [listener(client) for client in clients]
    for client in clients:
        client.close()


@pytest.fixture
def door(redis_url: str, redis_client: redis.Redis) -> Door:
    return Door(redis_client, Kicker(make_celery(Settings(redis_url=redis_url))), ttl_seconds=3600)


def question_of(number: int, text: str = "old") -> TurnRequest:
    return question(Conversation(team_id="T1", channel_id="C1", thread_ts=f"{number}.5"), text)


def at_once(*acts: Callable[[], object]) -> None:
    """Let all of it happen at the same moment."""
    barrier = Barrier(len(acts))

    def act(one: Callable[[], object]) -> None:
        barrier.wait()
        one()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(act, acts))


def edited_at_once(listeners: list[MessageChanges], asked: TurnRequest, versions: list[NewWords]) -> None:
    """Let each listener hear of one of the edits, all at the same moment."""
    at_once(*(partial(one.edit, asked.conversation, new) for one, new in zip(listeners, versions, strict=True)))


def versions_of(asked: TurnRequest) -> list[NewWords]:
    """Return edits of which the last one is not the first to be written."""
    order = [LISTENERS, *range(1, LISTENERS)]
    return [NewWords(asked.ts, f"version {number}", f"{number}.0", is_asked=True) for number in order]


def test_the_last_of_edits_that_arrive_at_once_is_asked(
    listeners: list[MessageChanges], redis_client: redis.Redis
) -> None:
    boxes = Mailboxes(redis_client, ttl_seconds=3600)
    asked = [question_of(number) for number in range(1, ROUNDS)]
    for each in asked:
        boxes.put(each.conversation.box, each.ts, each.model_dump(mode="json"))
        edited_at_once(listeners, each, versions_of(each))

    claims = [boxes.claim(each.conversation.box) for each in asked]
    assert {claim.body["text"] for claim in claims if claim} == {f"version {LISTENERS}"}


def test_the_last_of_edits_that_arrive_at_once_before_their_question_is_asked(
    listeners: list[MessageChanges], redis_client: redis.Redis
) -> None:
    boxes = Mailboxes(redis_client, ttl_seconds=3600)
    asked = [question_of(number) for number in range(1, ROUNDS)]
    for each in asked:
        edited_at_once(listeners, each, versions_of(each))
        assert boxes.put(each.conversation.box, each.ts, each.model_dump(mode="json")) == "overtaken"
        listeners[0].catch_up(each.conversation.box, each.ts)

    claims = [boxes.claim(each.conversation.box) for each in asked]
    assert {claim.body["text"] for claim in claims if claim} == {f"version {LISTENERS}"}


def test_the_last_of_edits_that_arrive_at_once_is_what_a_failed_question_asks_again(
    listeners: list[MessageChanges], redis_client: redis.Redis
) -> None:
    failed = FailedTurns(redis_client)
    asked = [question_of(number) for number in range(1, ROUNDS)]
    for each in asked:
        failed.keep(each)
        edited_at_once(listeners, each, versions_of(each))

    kept = [failed.find(each.conversation, each.ts) for each in asked]
    assert {each.text for each in kept if each} == {f"version {LISTENERS}"}


def test_who_takes_an_edit_back_is_asked_nothing_of_it_though_it_arrives_after(redis_client: redis.Redis) -> None:
    boxes, changes, asked = Mailboxes(redis_client, ttl_seconds=3600), listener(redis_client), question_of(1)
    boxes.put(asked.conversation.box, asked.ts, asked.model_dump(mode="json"))

    assert not changes.edit(asked.conversation, NewWords(asked.ts, "old", "3.0"))
    assert not changes.edit(asked.conversation, NewWords(asked.ts, "new", "2.0"))

    claim = boxes.claim(asked.conversation.box)
    assert claim
    assert (claim.body["text"], claim.mark) == ("old", "")


def test_an_edit_that_arrives_with_its_question_is_asked(
    listeners: list[MessageChanges], door: Door, redis_client: redis.Redis
) -> None:
    asked = [question_of(number) for number in range(1, ROUNDS)]
    for each in asked:
        new = NewWords(each.ts, "new", "2.0", is_asked=True)
        at_once(partial(door.ask, each), partial(listeners[0].edit, each.conversation, new))

    claims = [Mailboxes(redis_client, ttl_seconds=3600).claim(each.conversation.box) for each in asked]
    assert {claim.body["text"] for claim in claims if claim} == {"new"}


def test_a_question_whose_deletion_arrives_with_it_is_not_answered(
    listeners: list[MessageChanges], door: Door, redis_client: redis.Redis
) -> None:
    asked = [question_of(number) for number in range(1, ROUNDS)]
    for each in asked:
        at_once(partial(door.ask, each), partial(listeners[0].withdraw, each.conversation, each.ts, is_placed=True))

    claims = [Mailboxes(redis_client, ttl_seconds=3600).claim(each.conversation.box) for each in asked]
    assert {claim.mark for claim in claims if claim} <= {"deleted"}


def test_words_that_came_ahead_are_asked_though_the_listener_died_with_them(
    door: Door, redis_client: redis.Redis
) -> None:
    boxes, changes, asked = Mailboxes(redis_client, ttl_seconds=3600), listener(redis_client), question_of(1)
    changes.edit(asked.conversation, NewWords(asked.ts, "new", "2.0", is_asked=True))
    boxes.put(asked.conversation.box, asked.ts, asked.model_dump(mode="json"))  # Its listener dies here.

    assert door.ask(asked).result == "seen"

    claim = boxes.claim(asked.conversation.box)
    assert claim
    assert claim.body["text"] == "new"
