"""A worker's turns against the three stand-ins and a real server: one attempt at a time, in the test's own thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from sandbox.slack.messages import Message, words_of
from tests.integration.bulk_world import ADA, CHANNEL, BulkWorld, bulk_world
from workers.actions import run_action
from workers.attempt import Attempt, TurnServices
from workers.interrupt import Interrupt
from workers.records import Action, Conversation, Draft, TurnRequest
from workers.state.mailbox import Claim
from workers.turn import run_turn
from workers.turn_end import TurnEnd


class TurnWorld:
    """One workspace and one question in it."""

    def __init__(self, world: BulkWorld, client: redis.Redis) -> None:
        self.world, self.slack, self._redis = world, world.slack, client
        self.new_worker()

    def new_worker(self, **settings: str) -> None:
        """Go on with a worker of other settings."""
        self.world.new_worker(slack_streaming="false", **settings)

    @property
    def turns(self) -> TurnServices:
        return self.world.worker.turns

    def ask(self, text: str, *, channel: str = CHANNEL) -> TurnRequest:
        """Have Ada ask, and store it as the listener does."""
        ts = self.slack.say(channel, ADA, f"{self.slack.mention} {text}")
        where = Conversation(team_id=self.world.team_id, channel_id=channel, thread_ts=ts)
        request = TurnRequest(
            conversation=where, ts=ts, event_id="E1", kind="mention", user_id=ADA, user_team_id=where.team_id,
            text=text, received_at=time.time(),
        )  # fmt: skip
        self.turns.boxes.put(where.box, ts, request.model_dump(mode="json"))
        return request

    def failed(self, text: str) -> TurnRequest:
        """Have Ada ask something that has failed, and is kept for its button."""
        request = self.ask(text)
        self.turns.boxes.commit(self.claim(request))
        self.turns.failed.keep(request)
        return request

    def post(self, request: TurnRequest, text: str) -> str:
        """Post into the thread as the bot, and return the message's ts."""
        where = request.conversation
        api = self.turns.slack.of(where.team_id)
        return str(api.call("chat.postMessage", channel=where.channel_id, text=text, thread_ts=request.ts)["ts"])

    def claim(self, request: TurnRequest) -> Claim:
        """Take the question, which must be there to be taken."""
        claim = self.turns.boxes.claim(request.conversation.box)
        assert claim is not None
        return claim

    def run(self, request: TurnRequest) -> None:
        """Let a worker do what it can of the question, once."""
        run_turn(self.claim(request), self.turns)

    def end(self, request: TurnRequest) -> TurnEnd:
        """Take the question, and return the ways out of this attempt once its answer is whole."""
        attempt = Attempt(self.claim(request), self.turns, Interrupt(deadline=time.monotonic() + 60))
        attempt.seal()
        return TurnEnd(attempt)

    def is_due(self, request: TurnRequest) -> None:
        """Let the time pass for which the question was put off."""
        self.note(request, not_before="0")

    def note(self, request: TurnRequest, **fields: str | bytes) -> None:
        """Write into the question's journal, as time and earlier attempts do."""
        for name, value in fields.items():
            self._redis.hset(f"sb:{{{request.conversation.box}}}:journal", name, value)

    def is_waiting(self, request: TurnRequest) -> bool:
        return self.turns.boxes.has_mail(request.conversation.box)

    def written(self, request: TurnRequest) -> list[Message]:
        """Return the bot's messages in the thread."""
        return self.slack.replies_of_bot(CHANNEL, request.ts)

    def said(self, request: TurnRequest) -> list[str]:
        return [words_of(message) for message in self.written(request)]

    def has_button(self, request: TurnRequest) -> bool:
        """Return whether the question can be tried again."""
        return any("turn_retry" in message.action_ids for message in self.written(request))

    def draft(self, request: TurnRequest, draft_id: str, *, turn_ts: str = "") -> Draft:
        """Store a draft that a question led to."""
        made = Draft(
            id=draft_id, conversation=request.conversation, turn_ts=turn_ts or request.ts, asker_id=ADA,
            project="OPS", issue_type="Task", summary=f"Draft {draft_id}", created_at=time.time(),
        )  # fmt: skip
        self.turns.filings.add(made)
        return made

    def state(self, draft: Draft) -> str:
        """Return where a draft stands."""
        found = self.turns.filings.get(draft.conversation.team_id, draft.id)
        assert found is not None
        return found[1].state

    def try_again(self, request: TurnRequest) -> None:
        """Carry out a press of the button of a question that failed."""
        run_action(self.press(request), self.world.worker.actions)

    def press(self, request: TurnRequest) -> Action:
        where = request.conversation
        on = next((each.ts for each in self.written(request) if "turn_retry" in each.action_ids), request.ts)
        return Action(
            id="press", kind="turn_retry", team_id=where.team_id, subject=f"turn:{request.ts}", user_id=ADA,
            channel_id=where.channel_id, thread_ts=where.thread_ts, message_ts=on, values={"turn": request.ts},
        )  # fmt: skip


@contextmanager
def turn_world(redis_url: str, client: redis.Redis) -> Iterator[TurnWorld]:
    """Serve the stand-ins while inside."""
    with bulk_world(redis_url, client) as world:
        yield TurnWorld(world, client)
