"""The stand-in for Claude's Messages API: its state, and what a test may set and read."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiohttp import web

from sandbox.claude import control, routes
from sandbox.claude.batches import Batch
from sandbox.claude.diagnosis import Diagnosis
from sandbox.claude.scripts import Body, Plan, Scripts, schema_of
from sandbox.claude.usage import PromptCache
from sandbox.faults import Faults

DEFAULT_KEY = "sk-ant-standin"
MOST_BYTES = 32 * 1024 * 1024


@dataclass
class Recorded:
    """One request as it came, and what became of it."""

    path: str
    body: Body
    headers: dict[str, str]
    time: float
    request_id: str
    status: int = 200
    usage: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    """The message of the error that was answered, if any."""
    events_sent: int = 0
    began_at: float = field(default_factory=monotonic)
    """Monotonic seconds, as the next two."""
    first_text_at: float = 0
    """When the first words went out; 0 before that, and for an answer without text."""
    finished_at: float = 0
    is_finished: bool = False
    """The whole answer was sent; False while it runs, and for ever if it was cut."""


@dataclass
class Pacing:
    """How fast the model seems to think and speak."""

    first_token_seconds: float = 0
    chunk_seconds: float = 0
    chunk_characters: int = 12
    ping_seconds: float = 10
    """A `ping` goes out after so much silence."""


READABLE = Pacing(first_token_seconds=0.4, chunk_seconds=0.025, chunk_characters=12)
"""The pace of the demo: lively, but a person can follow it."""


class ClaudeStandIn:
    """A strict Messages API on loopback: real wire format, real refusals, no model."""

    def __init__(self, api_key: str = DEFAULT_KEY, pacing: Pacing | None = None) -> None:
        self.api_keys = {api_key}
        self.pacing = pacing or Pacing()
        self.faults = Faults()
        self.scripts = Scripts()
        self.requests: list[Recorded] = []
        self.paused: set[str] = set()
        """Prints of answers that ended with `pause_turn`: only these may stand last in a request."""
        self.own_block_types: set[str] = set()
        """Types of blocks that were sent and so may come back, known or not."""
        self.long_paragraphs = 12
        self.context_tokens: int | None = None
        """Takes the place of every model's context size."""
        self.drops_misplaced_thinking = False
        """As for accounts made before 2026-08-31: moved thinking is dropped without a word."""
        self.batches: dict[str, Batch] = {}
        self.batch_seconds = 1.0
        """How long a batch is in progress; `advance` makes its time pass, too."""
        self._ahead_seconds = 0.0
        self.cache = PromptCache(self.now)
        self.diagnosis = Diagnosis()
        self._lock = threading.Lock()

    def make_app(self) -> web.Application:
        """Return the application with all routes of this stand-in."""
        app = web.Application(client_max_size=MOST_BYTES)
        routes.register(app, self)
        control.register(app, self)
        return app

    def now(self) -> float:
        """Return the time that the cache and the batches go by."""
        return time.time() + self._ahead_seconds

    def advance(self, seconds: float) -> None:
        """Move the clock of the cache and of the batches ahead."""
        self._ahead_seconds += seconds

    def script(
        self, *plans: Plan, when: str | None = None, forever: bool = False, is_structured: bool | None = None
    ) -> None:
        """Plan the next answers, for questions that contain `when`, in place of the brain's.

        What is JSON answers only requests that ask for a schema, all else only the others, unless one says so.
        """
        self.scripts.add(*plans, when=when, forever=forever, is_structured=is_structured)

    def record(self, path: str, body: Body, headers: dict[str, str]) -> Recorded:
        """Keep a request for assertions."""
        kept = Recorded(path, body, headers, time.time(), f"req_standin_{uuid.uuid4().hex[:20]}")
        with self._lock:
            self.requests.append(kept)
        return kept

    @property
    def message_requests(self) -> list[Recorded]:
        """The requests that asked for words, in order."""
        return [request for request in self.requests if request.path == "/v1/messages" and not schema_of(request.body)]

    @property
    def structured_requests(self) -> list[Recorded]:
        """The requests that asked for JSON of a schema, in order."""
        return [request for request in self.requests if request.path == "/v1/messages" and schema_of(request.body)]
