"""A card is in its thread once, whatever gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import Fault
from tests.unit.workers.slack.world import CHANNEL, World
from workers.errors import SlackUnavailable
from workers.slack.cards import Cards
from workers.state.mailbox import Mailboxes
from workers.state.rests import Rests

pytestmark = pytest.mark.integration


def blocks(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "plain_text", "text": text}}]


def show(world: World, text: str, known_ts: str = "", key: str = "d1") -> str:
    cards = Cards(world.clients, sleep=world.sleep)
    return cards.show(world.conversation, key=key, blocks=blocks(text), text=text, known_ts=known_ts)


def with_sessions(world: World) -> Cards:
    return Cards(world.clients, sleep=world.sleep, rests=Rests(world.redis))


def test_a_card_is_posted_once_and_then_rewritten(world: World) -> None:
    ts = show(world, "new")
    assert show(world, "done", ts) == ts
    assert [message.text for message in world.written()] == ["done"]


def test_a_card_whose_ts_nobody_stored_is_found_again(world: World) -> None:
    ts = show(world, "new")
    assert show(world, "new again") == ts
    assert len(world.written()) == 1


def test_two_drafts_have_two_cards(world: World) -> None:
    assert show(world, "one", key="d1") != show(world, "two", key="d2")


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_lost_answer_makes_no_second_card(world: World, kind: str) -> None:
    world.standin.faults.add(Fault.model_validate({"operation": "chat.postMessage", "kind": kind}))
    ts = show(world, "new")
    assert [message.ts for message in world.written()] == [ts]


def test_a_card_outlives_a_429(world: World) -> None:
    limited = {"ok": False, "error": "ratelimited"}
    for method in ("chat.postMessage", "chat.update"):
        fault = Fault(operation=method, kind="status", status=429, headers={"Retry-After": "3"}, body=limited)
        world.standin.faults.add(fault)
    ts = show(world, "new")
    assert show(world, "done", ts) == ts
    assert [message.text for message in world.written()] == ["done"]


def test_a_slack_that_stays_away_is_said(world: World) -> None:
    world.standin.faults.add(Fault(operation="*", kind="status", status=503, times=-1, body=""))
    with pytest.raises(SlackUnavailable):
        show(world, "new")


def test_a_card_that_somebody_deleted_comes_back(world: World) -> None:
    ts = show(world, "new")
    world.standin.delete(CHANNEL, ts)
    assert show(world, "done", ts) != ts
    assert [message.text for message in world.written()] == ["done"]


def test_a_channel_that_is_gone_is_no_failure_of_the_draft(world: World) -> None:
    ts = show(world, "new")
    world.standin.workspace.channel(CHANNEL).is_archived = True
    assert not show(world, "done", ts)


def test_a_decision_sets_the_session_of_the_thread_at_rest_where_sessions_are_used(world: World) -> None:
    Cards(world.clients, sleep=world.sleep).settled(world.conversation, "closed")
    assert not world.standin.workspace.sessions
    with_sessions(world).settled(world.conversation, "closed")
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "closed"
    world.standin.slack.is_agent = False
    for _ in range(2):
        with_sessions(world).settled(world.conversation, "active")
    assert world.calls("agents.sessions.setStatus") == 2, "an app that is no agent is not asked again"


def test_a_thread_with_another_decision_to_make_goes_on_waiting_after_one(world: World) -> None:
    cards = Cards(world.clients, sleep=world.sleep, rests=Rests(world.redis), waits=lambda _: True)
    cards.settled(world.conversation, "closed")
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "suspended"


def test_a_decision_while_a_turn_is_open_is_shown_once_when_that_is_over(world: World) -> None:
    boxes, cards = Mailboxes(world.redis, ttl_seconds=60), with_sessions(world)
    boxes.put(world.conversation.box, world.turn_ts, {})
    claim = boxes.claim(world.conversation.box)
    assert claim
    cards.settled(world.conversation, "active")
    cards.settled(world.conversation, "closed")
    assert not world.standin.workspace.sessions

    boxes.commit(claim)

    for _ in range(2):
        cards.rest(world.conversation)
    assert world.standin.workspace.sessions[CHANNEL, world.turn_ts].status == "closed"
    assert world.calls("agents.sessions.setStatus") == 1
