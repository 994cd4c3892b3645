"""What the tests of digests share: issues that wait for triage, and what was posted of them."""

from __future__ import annotations

from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.support import CHANNEL

FAST = {"BATCH_POLL_SECONDS": "0.2", "TRIAGE_DAYS": "1", "JIRA_OPEN_PROJECTS": "OPS,WEB"}
"""Batches are looked at often, and the seeded issues are too old for a triage."""


def heads(stack: Stack, channel: str = CHANNEL) -> list[Message]:
    """Return the heads of the digests in a channel, oldest first."""
    found = stack.slack.messages(channel)
    return [each for each in found if (each.metadata or {}).get("event_type") == "supportbot_digest"]


def file_many(stack: Stack, number: int) -> list[str]:
    """File issues that nobody has triaged, and return their keys."""
    given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "description": paragraphs("It happens.")}
    made = [
        issues.create(
            stack.jira.site, ADA_IN_JIRA, {"fields": given | {"summary": f"Export {each} fails for everyone"}}
        )
        for each in range(number)
    ]
    return [issue.key for issue in made]
