"""The people of the run: they ask, press Create now and then twice, look into Jira before they file again, retry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from bench.chaos import looking
from bench.chaos.answers import Model, is_apology, is_whole, question
from bench.chaos.plan import ASKERS, Mention, Plan
from sandbox.jira.site import Issue
from sandbox.slack import NotAcknowledged
from sandbox.slack.messages import Message
from sandbox.stack import Stack

LOOK_EVERY_SECONDS = 0.2
PRESS_AGAIN_SECONDS = 12.0
CANCEL_SHARE, DOUBLE_SHARE, TWO_PEOPLE_SHARE = 0.1, 0.2, 0.15
PRESSERS = 12


@dataclass
class Asked:
    """A question that was asked, and what the people know of its answer."""

    mention: Mention
    channel: str
    root_ts: str
    ts: str
    at: float
    """`time.monotonic()` when it was written."""
    answered_at: float | None = None
    is_settled: bool = False
    """Nothing more is to come: answered, and its draft filed or cancelled."""
    press_at: float = 0.0
    presses: int = 0
    retries: int = 0


class People:
    """Runs in a thread of its own between `start` and `stop`."""

    def __init__(self, stack: Stack, plan: Plan, model: Model, begun: float) -> None:
        self._stack, self._plan, self._model, self.begun = stack, plan, model, begun
        self._random = Random(plan.seed)
        self._roots: dict[int, str] = {}
        self._hooks: list[Callable[[], object]] = []
        self._over = threading.Event()
        self.pool = ThreadPoolExecutor(PRESSERS, thread_name_prefix="person")
        self._thread = threading.Thread(target=self._run, name="people", daemon=True)
        self.asked: dict[str, Asked] = {}
        """By token, in the order of asking."""
        self.problem: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(10)
        self.pool.shutdown(wait=False, cancel_futures=True)

    def after_next_question(self, act: Callable[[], object]) -> None:
        """Do something in the moment in which a question is on its way."""
        self._hooks.append(act)

    def in_flight(self) -> list[Asked]:
        """Return the questions that wait for an answer and must get one."""
        return [one for one in list(self.asked.values()) if one.answered_at is None and not one.mention.is_excused]

    def unsettled(self) -> list[Asked]:
        """Return the questions of which something is still to come."""
        return [one for one in list(self.asked.values()) if not one.is_settled and not one.mention.is_excused]

    def of_conversation(self, number: int) -> list[Asked]:
        return [one for one in list(self.asked.values()) if one.mention.conversation == number]

    @property
    def have_asked_all(self) -> bool:
        return len(self.asked) == len(self._plan.mentions)

    def _run(self) -> None:
        waiting = list(self._plan.mentions)
        try:
            while not self._over.wait(LOOK_EVERY_SECONDS):
                now = time.monotonic()
                while waiting and self.begun + waiting[0].at <= now:
                    self._ask(waiting.pop(0))
                for one in self.unsettled():
                    self._look_after(one, now)
        except BaseException as problem:
            self.problem = problem
            raise

    def _ask(self, mention: Mention) -> None:
        slack = self._stack.slack
        channel = self._plan.conversations[mention.conversation].channel
        user = ASKERS[0] if channel.startswith("D") else mention.user
        root = self._roots.get(mention.conversation)
        ts = slack.say(channel, user, f"{slack.mention} {question(mention.token, mention.kind)}", root)
        self._roots.setdefault(mention.conversation, ts)
        self.asked[mention.token] = Asked(mention, channel, root or ts, ts, time.monotonic())
        while self._hooks:
            self._hooks.pop()()

    def _look_after(self, one: Asked, now: float) -> None:
        found = looking.replies(self._stack.slack, one.channel, one.root_ts, one.ts, one.mention.token)
        text = looking.words(found)
        if one.answered_at is None:
            self._see_answer(one, found, text, now)
        if one.mention.kind != "file":
            one.is_settled = one.answered_at is not None
        elif one.answered_at is not None and is_apology(text, one.mention.token):
            one.is_settled = True
        else:
            self._see_card(one, now)

    def _see_answer(self, one: Asked, found: list[Message], text: str, now: float) -> None:
        if not found or any(looking.is_growing(message) for message in found):
            return
        if is_whole(text, one.mention.token, self._model.verdicts.get(one.mention.token, "")):
            one.answered_at = found[-1].versions[-1].at
        elif "turn_retry" in found[-1].action_ids and now > one.press_at:
            one.press_at = now + PRESS_AGAIN_SECONDS
            one.retries += 1
            self._press(one, found[-1], one.mention.user, "turn_retry")

    def _see_card(self, one: Asked, now: float) -> None:
        cards = looking.cards(self._stack.slack, one.channel, one.root_ts, one.mention.token)
        if not cards:
            return
        state = looking.state_of(cards[-1])
        if state in ("filed", "cancelled"):
            one.is_settled = one.answered_at is not None
        elif now > one.press_at and state == "asks":
            self._decide(one, cards[-1], now)
        elif now > one.press_at and state == "uncertain":
            one.press_at = now + PRESS_AGAIN_SECONDS
            is_there = any(one.mention.token in str(issue.fields["summary"]) for issue in self._issues())
            self._press(one, cards[-1], one.mention.user, "filing_check" if is_there else "filing_force")

    def _decide(self, one: Asked, card: Message, now: float) -> None:
        """Press Create after a moment of reading: once, twice, or two people at a time; or press Cancel."""
        is_first = one.press_at == 0
        one.press_at = now + (self._random.uniform(0.3, 2.5) if is_first else PRESS_AGAIN_SECONDS)
        if is_first:
            return
        one.presses += 1
        if one.presses == 1 and self._random.random() < CANCEL_SHARE:
            self._press(one, card, one.mention.user, "draft_cancel")
            return
        users = [one.mention.user]
        if self._random.random() < DOUBLE_SHARE:
            users *= 2
        if self._random.random() < TWO_PEOPLE_SHARE:
            users.append(next(user for user in ASKERS if user != one.mention.user))
        for user in users:
            self._press(one, card, user, "draft_create")

    def _press(self, one: Asked, message: Message, user: str, action_id: str) -> None:
        """Press a button and don't wait; who sees a warning sign or no button any more looks again later."""

        def press() -> None:
            try:
                self._stack.slack.click(one.channel, message.ts, presser, action_id)
            except (NotAcknowledged, LookupError, TimeoutError):
                return

        presser = ASKERS[0] if one.channel.startswith("D") else user
        self.pool.submit(press)

    def _issues(self) -> list[Issue]:
        return list(self._stack.jira.issues.values())
