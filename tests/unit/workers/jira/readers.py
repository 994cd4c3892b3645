"""For whom the tests read."""

from __future__ import annotations

from workers.jira.reader import Reader

ADA = Reader("T1", "U1", "ada@example.com", ("OPS", "WEB"), is_alone=True, sees_internal=True)
"""A person of this workspace who writes to the bot directly, and may see both projects."""
