"""On whose account a call of the model goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Payer:
    """Whose budgets a model call is counted in; the workspace's is always one of them."""

    team_id: str
    user_id: str = ""
    """Empty for work that nobody asked for, such as a nightly job."""
    channel_id: str = ""
    """Empty where there is none; a direct message counts for its person alone."""
    turn: str = ""
    """Names the turn; empty outside of turns."""
