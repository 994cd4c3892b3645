"""The real slack_sdk against the strict stand-in, the real limiter on a real server, and time that a test moves."""

from __future__ import annotations

from collections.abc import Sequence

import redis
from pydantic import SecretStr

from sandbox.faults import Fault
from sandbox.slack import BOT_TOKEN, SlackStandIn
from sandbox.slack.messages import Message
from workers.errors import Interrupted
from workers.records import Conversation, ReplySegment
from workers.slack.api import SlackApi, SlackClients
from workers.slack.place import Place
from workers.slack.reply import Reply
from workers.state.cache import Cache
from workers.state.limiter import Grant, Limiter
from workers.state.metrics import Metrics, sums
from workers.state.slack_budgets import budgets_of

CHANNEL = "C0SUPPORT"
ADA = "U0ADA0001"


class Journal:
    """Keeps what was saved, oldest first; can be told that the turn was taken away."""

    def __init__(self) -> None:
        self.saved: list[tuple[ReplySegment, ...]] = []
        self.is_fenced = False
        self.of_heir: tuple[ReplySegment, ...] = ()

    def save_segments(self, segments: Sequence[ReplySegment]) -> None:
        if self.is_fenced:
            raise Interrupted("fenced")
        self.saved.append(tuple(segments))

    def segments_of_heir(self) -> Sequence[ReplySegment]:
        return self.of_heir

    @property
    def segments(self) -> tuple[ReplySegment, ...]:
        return self.saved[-1] if self.saved else ()


class World:
    """One workspace with a thread in it, and one time for the bot, the limiter and Slack."""

    def __init__(self, url: str, standin: SlackStandIn, client: redis.Redis) -> None:
        self.standin, self.now = standin, 1_000_000.0
        self.redis = client
        self.limiter = Limiter(client, clock=lambda: self.now)
        self.metrics = Metrics(client)
        self.cache = Cache(client)
        self.base_url = f"{url}/api/"
        self.clients = SlackClients(SecretStr(BOT_TOKEN), self.base_url, self.limiter, self.metrics)
        self.team_id = standin.workspace.team_id
        self.journal = Journal()
        self.turn_ts = standin.say(CHANNEL, ADA, "the VPN is down")
        self.conversation = Conversation(team_id=self.team_id, channel_id=CHANNEL, thread_ts=self.turn_ts)

    @property
    def api(self) -> SlackApi:
        return self.clients.of(self.team_id)

    def sleep(self, seconds: float) -> None:
        """Let time pass for everyone."""
        self.now += seconds
        self.standin.clock.advance(seconds)

    def place(self, turn_ts: str = "") -> Place:
        return Place(
            self.api,
            self.conversation,
            turn_ts or self.turn_ts,
            asker_id=ADA,
            asker_team_id=self.team_id,
            clock=lambda: self.now,
            sleep=self.sleep,
            wall=self.standin.clock.wall,
        )

    def reply(self, segments: Sequence[ReplySegment] = (), turn_ts: str = "", *, may_stream: bool = False) -> Reply:
        return Reply(self.place(turn_ts), self.journal, segments, may_stream=may_stream, asks_for_feedback=may_stream)

    def written(self) -> list[Message]:
        """What the bot wrote in the thread."""
        return self.standin.replies_of_bot(CHANNEL, self.turn_ts)

    def texts(self) -> list[str]:
        """The Markdown of each of the bot's messages."""
        return [markdown_of(message) for message in self.written()]

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.standin.calls)

    def counted(self, method: str, outcome: str) -> float:
        self.metrics.flush()
        name = f"supportbot_slack_calls_total|method={method}|outcome={outcome}"
        return sums(self.redis).get(name, 0)


def markdown_of(message: Message) -> str:
    return "".join(block["text"] for block in message.blocks or [] if block["type"] == "markdown")


def rate_limited(method: str, seconds: int, times: int = 1) -> Fault:
    return Fault(
        operation=method,
        kind="status",
        status=429,
        times=times,
        headers={"Retry-After": str(seconds)},
        body={"ok": False, "error": "ratelimited"},
    )


def shown(message: Message) -> str:
    """The words of a message, streamed or not."""
    return markdown_of(message) or message.markdown_text or ""


def texts(world: World) -> list[str]:
    return [shown(message) for message in world.written()]


def refused(method: str, code: str, times: int = 1) -> Fault:
    return Fault(operation=method, kind="error", error=code, times=times)


def chunks(world: World) -> list[dict[str, object]]:
    return [chunk for call in world.standin.calls for chunk in call.args.get("chunks") or ()]


def holders(world: World, method: str) -> int:
    """How many places of a method are kept."""
    grant = world.limiter.acquire(budgets_of(world.team_id, method), priority=True)
    assert isinstance(grant, Grant)
    return grant.holders
