"""What will happen, drawn from the seed before anything starts: who asks what when, and which fault strikes when."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

Kind = Literal["plain", "search", "file"]
Apart = Literal["kicked", "archived", "channel gone", "question deleted", "answer deleted", "stopped"]

CHANNELS = tuple(f"C0CHAOS{number:02d}" for number in range(1, 7))
ASKERS = ("U0ADA0001", "U0GRACE01", "U0LINUS01")
APART: tuple[Apart, ...] = get_args(Apart)
SHUT: tuple[Apart, ...] = ("kicked", "archived", "channel gone", "answer deleted")
"""Nothing can be written, or taken back, in these for a while."""
APART_SECONDS = 45.0
"""From the first mention of a conversation that is set apart to its last."""
BURST_SHARE = 0.25
"""So many mentions follow the one before in the same conversation, most of them before that is answered."""
LONE_KILL = "worker: kill -9, alone"

# How often each kind of fault is drawn, by what it strikes.
WEIGHTS = {
    "worker: kill -9": 6,
    "worker: SIGTERM": 3,
    "worker: SIGSTOP": 3,
    "web: kill -9": 3,
    "web: SIGTERM": 2,
    "web: SIGSTOP": 2,
    "web: kill -9, all": 2,
    "beat: kill -9": 1,
    "all: rolling restart": 1,
    "redis: connections cut": 4,
    "redis: pause": 3,
    "redis: restart": 2,
    "redis: kill -9": 2,
    "redis: out of memory": 2,
    "redis: wrong password": 2,
    "redis: failover": 2,
    "claude: 429, short wait": 3,
    "claude: 429, long wait": 1,
    "claude: 529": 3,
    "claude: 5xx": 3,
    "claude: error before text": 3,
    "claude: error in text": 4,
    "claude: connection dropped": 4,
    "claude: silence": 1,
    "claude: no stop reason": 3,
    "claude: cut tool JSON": 2,
    "claude: pause_turn": 3,
    "claude: spend limit": 1,
    "claude: refusal": 2,
    "claude: context exceeded": 2,
    "slack: 429 storm": 3,
    "slack: 5xx": 4,
    "slack: post not taken": 3,
    "slack: post answer lost": 5,
    "slack: update not taken": 3,
    "slack: update answer lost": 3,
    "slack: stream start answer lost": 3,
    "slack: stream append lost": 3,
    "slack: stream stop answer lost": 3,
    "slack: stream expired": 3,
    "slack: thread not read": 3,
    "slack: hang": 1,
    "slack: token revoked": 2,
    "socket: disconnect": 3,
    "socket: cut": 4,
    "events: delivered again": 5,
    "events: question edited": 5,
    "jira: 429": 3,
    "jira: 5xx": 3,
    "jira: create answer lost": 5,
    "jira: create not taken": 3,
    "jira: refused": 2,
    "jira: hang": 1,
}
SLOW = frozenset({"claude: silence", "claude: 429, long wait", "jira: hang"})
"""These cost a minute each, and so strike only early."""


@dataclass(frozen=True)
class Size:
    """How much happens."""

    mentions: int = 300
    conversations: int = 44
    apart: int = 12
    """Conversations that are stopped, or whose channel or messages are taken away; three mentions each."""
    faults: int = 165
    least_faults: int = 100
    """With fewer that struck the run has shown too little."""
    mentions_a_minute: float = 30.0
    storm_seconds: float = 45.0
    calm_seconds: float = 20.0
    settle_seconds: float = 300.0

    @property
    def seconds(self) -> float:
        """How long people ask."""
        return 60.0 * self.mentions / self.mentions_a_minute

    def is_stormy(self, at: float) -> bool:
        return at % (self.storm_seconds + self.calm_seconds) < self.storm_seconds


SHORT = Size(
    mentions=40,
    conversations=12,
    apart=4,
    faults=26,
    least_faults=15,
    mentions_a_minute=34.0,
    storm_seconds=36.0,
    calm_seconds=14.0,
    settle_seconds=85.0,
)


@dataclass(frozen=True)
class Conversation:
    """One thread; `apart` says what is taken away in it."""

    channel: str
    apart: Apart | None = None


@dataclass(frozen=True)
class Mention:
    """One question, known by a token that its answer repeats."""

    token: str
    conversation: int
    at: float
    kind: Kind
    user: str
    is_excused: bool = False
    """Its answer may be missing, because it is stopped, or its question, answer or channel is taken away."""
    is_shut: bool = False
    """What stands around it may stay as it was, too."""


@dataclass(frozen=True)
class Blow:
    """One fault to come; `draw` decides its details."""

    kind: str
    at: float
    draw: int
    conversation: int = -1


@dataclass(frozen=True)
class Plan:
    """All that was drawn, in the order of time."""

    seed: int
    size: Size
    conversations: tuple[Conversation, ...]
    mentions: tuple[Mention, ...]
    blows: tuple[Blow, ...]


def draw(seed: int, size: Size) -> Plan:
    """Return the plan of a seed; the same seed and size give the same plan."""
    random = Random(seed)
    usual = [Conversation(_channel(random, number)) for number in range(size.conversations)]
    apart = [Conversation(f"C0APART{number:02d}", APART[number % len(APART)]) for number in range(size.apart)]
    mentions = _mentions(random, size)
    blows = [*_storms(random, size), *_lone_kills(random, size)]
    for number, conversation in enumerate(apart, len(usual)):
        asked, blow = _set_apart(random, size, number, conversation)
        mentions += asked
        blows.append(blow)
    return Plan(
        seed,
        size,
        (*usual, *apart),
        tuple(sorted(mentions, key=lambda mention: mention.at)),
        tuple(sorted(blows, key=lambda blow: blow.at)),
    )


def _channel(random: Random, number: int) -> str:
    return "D0ADA0001" if number % 11 == 10 else random.choice(CHANNELS)


def _mentions(random: Random, size: Size) -> list[Mention]:
    """Spread the mentions over conversations and time; each conversation gets one at least.

    Three of eight ask to file, so that with the conversations set apart it is a third of all.
    """
    places = [*range(size.conversations)]
    places += [random.randrange(size.conversations) for _ in range(size.mentions - len(places))]
    random.shuffle(places)
    times = sorted(random.uniform(0, size.seconds) for _ in places)
    found: list[Mention] = []
    for number, (place, at) in enumerate(zip(places, times, strict=True)):
        follows = bool(found) and random.random() < BURST_SHARE and place in {one.conversation for one in found}
        conversation = found[-1].conversation if follows else place
        moment = found[-1].at + random.uniform(0.2, 1.5) if follows else at
        kind: Kind = "file" if number % 8 in (1, 4, 6) else random.choice(("plain", "plain", "search"))
        found.append(Mention(_token(random, conversation, number), conversation, moment, kind, random.choice(ASKERS)))
    return found


def _token(random: Random, conversation: int, number: int) -> str:
    return f"zk{conversation:02d}m{number:03d}x{random.getrandbits(24):06x}"


def _storms(random: Random, size: Size) -> list[Blow]:
    """Spread the faults over the storms; kinds come out of a bag, so that all occur."""
    times = [at for step in range(int(size.seconds * 4)) if size.is_stormy(at := step / 4) and at > 2]
    bag: list[str] = []
    blows: list[Blow] = []
    for at in sorted(random.sample(times, size.faults)):
        bag = bag or random.sample([*WEIGHTS], k=sum(WEIGHTS.values()), counts=[*WEIGHTS.values()])
        is_late = at > size.seconds / 2
        kind = next((one for one in bag if not (is_late and one in SLOW)), bag[0])
        bag.remove(kind)
        blows.append(Blow(kind, at + random.uniform(0, 0.25), random.getrandbits(32)))
    return blows


def _lone_kills(random: Random, size: Size) -> list[Blow]:
    """Kill one worker in every calm, so that its recovery is measured alone."""
    cycle = size.storm_seconds + size.calm_seconds
    starts = [number * cycle + size.storm_seconds for number in range(int(size.seconds / cycle) + 1)]
    return [Blow(LONE_KILL, at + 6.0, random.getrandbits(32)) for at in starts if at + 6.0 < size.seconds]


def _set_apart(random: Random, size: Size, number: int, conversation: Conversation) -> tuple[list[Mention], Blow]:
    """Ask, take something away while the second question is at work, and ask once more when all is well again."""
    start = random.uniform(0, max(size.seconds - APART_SECONDS, 1))
    times = (start, start + 12.0, start + APART_SECONDS - 5)
    user = random.choice(ASKERS)
    excuses = (
        {"is_excused": place == 1, "is_shut": place == 1 and conversation.apart in SHUT} for place in range(len(times))
    )
    asked = [
        Mention(_token(random, number, 900 + place), number, at, "plain", user, **excuse)
        for place, (at, excuse) in enumerate(zip(times, excuses, strict=True))
    ]
    blow = Blow(f"set apart: {conversation.apart}", times[1] + random.uniform(0.3, 2.5), random.getrandbits(32), number)
    return asked, blow
