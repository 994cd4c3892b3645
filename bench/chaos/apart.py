"""Conversations set apart: what is taken away in each while its second question is at work, and given back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.chaos import looking
from bench.chaos.people import Asked, People
from bench.chaos.plan import Blow, Plan
from sandbox.stack import Stack

AWAY_SECONDS = 14.0
LOOK_EVERY_SECONDS = 0.3

Act = Callable[[], None]


@dataclass(frozen=True)
class Apart:
    """Takes away; `later` runs an act after so many seconds, `do` runs one now and notes how long it lasts."""

    stack: Stack
    plan: Plan
    people: People
    later: Callable[[float, Act], None]
    do: Callable[[str, Act, float], None]

    def take_away(self, blow: Blow) -> None:
        """Take something away once the first question is answered; people may come later than the plan says."""
        asked = self.people.of_conversation(blow.conversation)
        last = max(one.at for one in self.plan.mentions if one.conversation == blow.conversation)
        if time.monotonic() > self.people.begun + last - AWAY_SECONDS:
            return  # It would strike the question that is to find all well again.
        if len(asked) < 2 or asked[0].answered_at is None or not self._took(blow, asked[-1]):
            self.later(LOOK_EVERY_SECONDS, lambda: self.take_away(blow))

    def _took(self, blow: Blow, second: Asked) -> bool:
        """Do it, and return whether it could be done by now."""
        apart, slack = self.plan.conversations[blow.conversation].apart, self.stack.slack
        if apart in ("kicked", "archived", "channel gone"):
            away, back = self._closing(apart, second.channel)
            self.do(blow.kind, away, AWAY_SECONDS)
            self.later(AWAY_SECONDS, back)
        elif apart == "question deleted":
            self.do(blow.kind, lambda: slack.delete(second.channel, second.ts), 0.0)
        elif apart == "stopped":
            self.do(blow.kind, lambda: self._stop(second), 0.0)
        else:
            found = looking.replies(slack, second.channel, second.root_ts, second.ts, second.mention.token)
            if not found:
                return False
            self.do(blow.kind, lambda: slack.delete(second.channel, found[-1].ts), 0.0)
        return True

    def _stop(self, one: Asked) -> None:
        self.stack.slack.stop(one.channel, one.root_ts, one.mention.user)

    def _closing(self, apart: str, name: str) -> tuple[Act, Act]:
        """Return what closes a channel to the bot and what opens it again."""
        workspace = self.stack.slack.workspace
        channel, bot = workspace.channel(name), workspace.bot_user_id
        others = {one: each for one, each in workspace.channels.items() if one != name}
        acts: dict[str, tuple[Act, Act]] = {
            "kicked": (lambda: channel.members.remove(bot), lambda: self._join(name)),
            "archived": (
                lambda: setattr(channel, "is_archived", True),
                lambda: setattr(channel, "is_archived", False),
            ),
            # Put in the place of the old at once: the stand-in walks through them in a thread of its own.
            "channel gone": (
                lambda: setattr(workspace, "channels", others),
                lambda: setattr(workspace, "channels", {**workspace.channels, name: channel}),
            ),
        }
        return acts[apart]

    def _join(self, name: str) -> None:
        self.stack.slack.join(name, self.stack.slack.workspace.bot_user_id)
