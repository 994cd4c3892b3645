"""The one exception of the web API: what `ok: false` says."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Slack refuses a call with this error code; `more` is added to the answer."""

    def __init__(self, error: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more: dict[str, Any] = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": messages}
            self.more.setdefault("errors", messages)
