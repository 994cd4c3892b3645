"""What a Web API method is to the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args

Json = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """One method: its name, what it does, and the scope that a token needs for it."""

    name: str
    run: Callable[[Service, Args], Json]
    scope: str | None = None
    needs_app_token: bool = False
