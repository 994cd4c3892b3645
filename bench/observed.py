"""What can be seen of one question from outside: when its event left, and what Slack showed when."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.claude.standin import Recorded
from sandbox.slack.delivery import Delivery
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from sandbox.waiting import wait_for

STOP = "turn_stop"


@dataclass(frozen=True)
class Observed:
    """One question; all times are monotonic seconds of this process, which hosts the stand-ins."""

    stack: Stack
    channel: str
    ts: str
    words: str
    """What stands in this question and in no other."""

    @property
    def events(self) -> list[Delivery]:
        """What Slack brought: a mention comes twice."""
        return [delivery for delivery in self.stack.slack.deliveries if delivery.event.get("ts") == self.ts]

    @property
    def sent_at(self) -> float:
        """When Slack began to bring the first of its events."""
        return min(event.started_at for event in self.events)

    @property
    def ack_seconds(self) -> float:
        """How long the slowest acknowledgement took."""
        return max(event.ack_seconds or 0 for event in self.events)

    @property
    def sign_at(self) -> float | None:
        """When a person first saw something: a status or a message."""
        signs = [s.at for s in self.stack.slack.statuses if (s.channel, s.thread_ts) == (self.channel, self.ts)]
        seen = [*signs[:1], *([self.reply.versions[0].at] if self.reply else [])]
        return min(seen, default=None)

    @property
    def reply(self) -> Message | None:
        return next(iter(self.stack.slack.replies_of_bot(self.channel, self.ts)), None)

    @property
    def all_replies(self) -> list[Message]:
        return self.stack.slack.replies_of_bot(self.channel, self.ts)

    @property
    def is_done(self) -> bool:
        """Whether the answer is there, whole, and no status stands under it."""
        reply = self.reply
        is_whole = reply is not None and reply.metadata and STOP not in reply.action_ids and not reply.is_growing
        return bool(is_whole) and not self.stack.slack.workspace.status_of(self.channel, self.ts)

    def wait(self, seconds: float) -> None:
        """Return when it is done; raises NotInTime."""
        wait_for(lambda: self.is_done, f"the answer to {self.words}", seconds=seconds)

    @property
    def first_text_at(self) -> float:
        return self.all_replies[0].versions[0].at

    @property
    def done_at(self) -> float:
        return self.all_replies[-1].versions[-1].at

    @property
    def requests(self) -> list[Recorded]:
        """What the model was asked for it."""
        return [kept for kept in self.stack.claude.message_requests if self.words in str(kept.body["messages"][-1])]
