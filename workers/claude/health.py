"""What the doctor asks Claude: is the key good, and does the model exist."""

from __future__ import annotations

import anthropic

from workers.claude.errors import claude_errors
from workers.settings import WorkerSettings


def model_state(settings: WorkerSettings, model: str) -> str:
    """Return the model's lifecycle with the day on which it retires; raises Misconfigured or ClaudeUnavailable."""
    client = anthropic.Anthropic(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        max_retries=0,
        timeout=anthropic.Timeout(10, connect=5),
    )
    with claude_errors():
        found = client.models.retrieve(model)
    lifecycle = str(getattr(found, "lifecycle", None) or "active")
    retires = getattr(found, "retires_at", None)
    return f"{lifecycle}, retires {retires:%Y-%m-%d}" if retires else lifecycle
