"""The faults that the API itself is known for, ready to be added to a stand-in."""

from __future__ import annotations

from sandbox.claude.errors import error_body
from sandbox.faults import Fault


def overloaded(times: int = 1) -> Fault:
    """Return the fault of a model without capacity."""
    return Fault(operation="messages", kind="status", status=529, times=times)


def rate_limited(retry_after_seconds: float, times: int = 1) -> Fault:
    """Return the fault of too many requests, with the time to wait."""
    headers = {"retry-after": f"{retry_after_seconds:g}"}
    return Fault(operation="messages", kind="status", status=429, headers=headers, times=times)


def spend_limit(times: int = 1) -> Fault:
    """Return the fault of a spent budget: a 429 that no waiting helps."""
    message = "Your organization has reached its monthly spend limit."
    body = error_body("rate_limit_error", message, "req_standin_spend", "enforced_spend_limit_reached")
    return Fault(operation="messages", kind="status", status=429, body=body, times=times)
