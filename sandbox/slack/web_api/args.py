"""The parameters of a web API call, from wherever the caller put them."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from sandbox.slack.errors import ApiError


class Args:
    """Query, form and JSON parameters in one; nulls and empty form fields count as absent."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None}

    @classmethod
    async def read(cls, request: web.Request) -> Args:
        """Read the parameters of a request; a body that isn't what it says it is raises ApiError."""
        values: dict[str, Any] = dict(request.query)
        if request.method == "GET" or not request.can_read_body:
            return cls(values)
        if request.content_type == "application/json":
            try:
                body = json.loads(await request.text() or "{}")
            except ValueError:
                raise ApiError("invalid_json") from None
            if not isinstance(body, dict):
                raise ApiError("json_not_object")
            return cls(values | body)
        form = await request.post()
        return cls(values | {name: value for name, value in form.items() if isinstance(value, str)})

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return a parameter as text."""
        value = self.values.get(name, default)
        return value if value is None or isinstance(value, str) else str(value)

    def required(self, name: str) -> str:
        """Return a parameter as text; raises ApiError when it is absent."""
        value = self.text(name)
        if value is None or not value:
            raise ApiError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Return whether a parameter is set and true."""
        return str(self.values.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int, largest: int) -> int:
        """Return a parameter as a whole number between 1 and `largest`."""
        try:
            return min(max(int(self.values.get(name, default)), 1), largest)
        except (TypeError, ValueError):
            raise ApiError("invalid_arguments", [f"[ERROR] must be a number [json-pointer:/{name}]"]) from None

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return a parameter that is JSON, as such or written out as text."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None
