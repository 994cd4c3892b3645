"""What passes between the HTTP layer and the routes: one parsed call, one reply, and Jira's errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.jira.site import Site, User

ORIGIN = "https://jira.invalid"
"""Stands for the site's own address in stored values; the HTTP layer puts in the address that the caller used."""
API = f"{ORIGIN}/rest/api/3"

NO_ISSUE = "Issue does not exist or you do not have permission to see it."
BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."


class JiraError(Exception):
    """A refusal in Jira's shape: a status, general messages, and messages by field."""

    def __init__(self, status: int, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(status, messages, errors)
        self.status = status
        self.body: dict[str, Any] = {"errorMessages": list(messages), "errors": dict(errors or {})}


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One authenticated request, parsed."""

    site: Site
    user: User
    params: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        """Return a query parameter as a whole number; anything else is a 404, as Jira's router answers it."""
        raw = self.text(name, str(default))
        try:
            return int(raw)
        except ValueError:
            raise JiraError(404, f"For input string: {raw!r}") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def items(self, name: str) -> list[str]:
        """Return a list parameter, given as repeats or with commas."""
        return [part.strip() for raw in self.query.get(name, []) for part in raw.split(",") if part.strip()]

    def object(self, *allowed: str) -> dict[str, Any]:
        """Return the JSON object of the body; members other than `allowed` (if any are named) are refused."""
        if not isinstance(self.body, dict) or (allowed and set(self.body) - set(allowed)):
            raise JiraError(400, BAD_PAYLOAD)
        return self.body


@dataclass(frozen=True)
class Reply:
    """What a route answers; None as body is an empty answer."""

    body: Any = None
    status: int = 200


Route = Callable[[Call], Reply]


def page(values: list[Any], call: Call, *, default: int = 50, most: int = 100) -> tuple[list[Any], int, int]:
    """Cut the asked page out of `values`; return it with its startAt and maxResults."""
    start = max(call.number("startAt", 0), 0)
    size = min(max(call.number("maxResults", default), 0), most)
    return values[start : start + size], start, size
