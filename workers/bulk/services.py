"""What bulk jobs may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workers.claude.batches import Batches
from workers.claude.client import Claude
from workers.jira.gateway import JiraGateway
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.cards import Cards
from workers.slack.people import People
from workers.state.bulk_jobs import BulkJobs
from workers.state.channel_settings import Channels
from workers.state.mailbox import Mailboxes


@dataclass(frozen=True)
class BulkServices:
    """Made once a process."""

    settings: WorkerSettings
    jobs: BulkJobs
    boxes: Mailboxes
    batches: Batches
    claude: Claude
    jira: JiraGateway
    slack: SlackClients
    cards: Cards
    people: People
    channels: Channels
    kick: Callable[[str], None]
