"""The 400s that the stand-in enforces: what the API refuses, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.claude import signatures
from sandbox.claude.catalogue import Model
from sandbox.claude.scripts import Body

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn


def check_request(body: Body, model: Model, state: ClaudeStandIn) -> None:
    """Raise the error for the first rule that a request breaks."""
    signatures.check(body, drops_misplaced=state.drops_misplaced_thinking)
