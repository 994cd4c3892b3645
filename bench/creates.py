"""`python -m bench.creates`: many drafts filed through the real desk and ledger, against a Jira that loses answers.

One create in ten is committed and then cut off, and search learns of an issue a minute late. Time is moved on instead
of waited for: the site's clock runs ahead, and looks are made when they are due. Exit 1 if an issue was filed twice,
lost, or left neither filed nor asked about.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis

from bench.figures import Figure
from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from workers.duplicates.finder import Duplicates
from workers.filing import LOOKS, DraftDesk
from workers.jira.gateway import JiraGateway
from workers.records import Conversation, Draft, Filing
from workers.settings import WorkerSettings
from workers.state.cache import Cache
from workers.state.connection import connect
from workers.state.filings import Filings
from workers.state.metrics import Metrics
from workers.state.similar import SimilarIssues

LOST, INDEX_SECONDS, THREADS = 0.1, 60.0, 8
CREATE = "POST issue"
PART, DRAFTS = "creates through a Jira that loses answers", 1000


class Cards:
    """Takes the place of Slack, which is not measured here: remembers the last card of each draft."""

    def __init__(self) -> None:
        self.last: dict[str, str] = {}

    def show(self, _where: Conversation, *, key: str, blocks: Any, **_more: Any) -> str:
        self.last[key] = str(blocks)
        return f"1.{abs(hash(key)) % 1_000_000:06d}"

    def settled(self, _where: Conversation, _state: str) -> None:
        """Note nothing: there is no session to end."""


@dataclass
class Counts:
    """What came of all drafts."""

    drafts: int = 0
    lost_answers: int = 0
    filed: int = 0
    asked_about: int = 0
    twice: int = 0
    lost: int = 0
    untold: int = 0
    posts: int = 0
    states: Counter[str] = field(default_factory=Counter)

    @property
    def is_right(self) -> bool:
        return not (self.twice or self.lost or self.untold) and self.filed + self.asked_about == self.drafts


def main() -> int:
    """Print the counts; return 1 if any is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.creates", description=__doc__)
    parser.add_argument("--drafts", type=int, default=DRAFTS)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with RedisServer() as server:
        counts = run(connect(server.url), given.drafts, seed=given.seed)
    for name, value in vars(counts).items():
        print(f"{name:<14} {dict(value) if isinstance(value, Counter) else value}")
    return 0 if counts.is_right else 1


def measure_creates(_folder: Path) -> list[Figure]:
    """File a thousand drafts through a Jira that loses every tenth answer and finds nothing for a minute."""
    with RedisServer() as server:
        counts = run(connect(server.url), DRAFTS)
    note = f"of {counts.drafts}, {counts.lost_answers} answers lost, {counts.asked_about} asked about"
    return [
        Figure(PART, name, "issues", (float(number),), 0, note)
        for name, number in (
            ("filed twice", counts.twice),
            ("lost", counts.lost),
            ("neither filed nor asked about", counts.untold),
        )
    ]


def run(client: redis.Redis, number: int, *, seed: int = 7) -> Counts:
    """File so many drafts, look for those whose answer was lost, and count what came of them."""
    jira = JiraStandIn(with_seeds=False)
    jira.index_delay_seconds = INDEX_SECONDS
    running = Running(jira.make_app)
    try:
        filings = Filings(client, ttl_seconds=86_400)
        gateway = JiraGateway(_settings(running.url), Cache(client), Metrics(client))
        cards = Cards()
        desk = _desk(client, filings, gateway, cards)
        drafts = [_draft(n, gateway) for n in range(number)]
        lost = _plan_losses(jira, number, random.Random(seed))
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda draft: _file(desk, draft), drafts))
            _look_for_lost(jira, desk, filings, drafts, pool.map)
        return _counted(jira, filings, cards, drafts, lost)
    finally:
        running.stop()


def _desk(client: redis.Redis, filings: Filings, gateway: JiraGateway, cards: Any) -> DraftDesk:
    no_files: Any = None
    duplicates = Duplicates(gateway, filings, SimilarIssues(client))
    return DraftDesk(filings, cards, gateway, no_files, Metrics(client), duplicates, write_policy="confirm")


def _plan_losses(jira: JiraStandIn, number: int, chance: random.Random) -> int:
    """Have about one create in ten lose its answer, at places that the seed chooses."""
    places = sorted(chance.sample(range(number), round(number * LOST)))
    for number_before, place in enumerate(places):
        # Each rule counts the calls that no rule before it took.
        jira.faults.add(Fault(operation=CREATE, kind="drop_after", after=place - number_before))
    return len(places)


def _file(desk: DraftDesk, draft: Draft) -> None:
    desk.keep(draft)
    desk.file(draft, by="U1")
    # A second click, and a redelivered one.
    desk.file(draft, by="U1")


def _look_for_lost(
    jira: JiraStandIn, desk: DraftDesk, filings: Filings, drafts: list[Draft], in_parallel: Callable[..., Any]
) -> None:
    """Look at the times at which the program looks, on the site's own clock."""
    passed = 0
    for look in LOOKS:
        jira.clock.advance(look - passed)
        passed = look
        unsure = [draft for draft in drafts if _state(filings, draft).state == "uncertain"]
        list(in_parallel(desk.look, unsure))


def _counted(jira: JiraStandIn, filings: Filings, cards: Cards, drafts: list[Draft], lost: int) -> Counts:
    there = Counter(str(issue.properties["supportbot"]["draft"]) for issue in jira.issues.values())
    counts = Counts(drafts=len(drafts), lost_answers=lost)
    counts.posts = sum(1 for call in jira.calls if call["route"] == CREATE)
    for draft in drafts:
        filing = _state(filings, draft)
        counts.states[filing.state] += 1
        counts.twice += there[draft.id] > 1
        counts.lost += there[draft.id] == 0
        is_filed = filing.state == "done" and filing.issue_key in jira.issues
        is_asked = filing.state == "uncertain" and "filing_check" in cards.last[draft.id]
        counts.filed += is_filed
        counts.asked_about += is_asked
        counts.untold += not (is_filed or is_asked)
    return counts


def _state(filings: Filings, draft: Draft) -> Filing:
    found = filings.get(draft.conversation.team_id, draft.id)
    return found[1] if found else Filing()


def _draft(number: int, gateway: JiraGateway) -> Draft:
    return Draft(
        id=f"d{number}",
        conversation=Conversation(team_id="T1", channel_id="C1", thread_ts=f"{number}.000001"),
        turn_ts=f"{number}.000001",
        asker_id="U1",
        asker_name="Ada",
        asker_email="ada@example.com",
        project="OPS",
        issue_type="Task",
        summary=f"Problem number {number}",
        description="It does not work.",
        specs=gateway.create_screen("OPS", "Task"),
        created_at=number,
    )


def _settings(url: str) -> WorkerSettings:
    given = {
        "slack_bot_token": "xoxb-bench",
        "anthropic_api_key": "bench",
        "jira_url": url,
        "jira_projects": "OPS",
        "jira_email": "bot@example.com",
        "jira_api_token": "sandbox-jira-token",
    }
    return WorkerSettings.model_validate(given)


if __name__ == "__main__":
    sys.exit(main())
