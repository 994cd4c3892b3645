"""The error answers of the Messages API: one exception, one JSON shape."""

from __future__ import annotations

from typing import Any

TYPE_OF_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
STATUS_OF_TYPE = {name: status for status, name in TYPE_OF_STATUS.items()}
_WORDS = {429: "This request would exceed your rate limit.", 529: "Overloaded", 500: "Internal server error"}


class ApiError(Exception):
    """An answer that is an error; the message is the one that the API would send."""

    def __init__(self, status: int, message: str, *, error_code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.error_code = status, message, error_code

    @property
    def type(self) -> str:
        """The API's name for errors of this status."""
        return type_of(self.status)


def type_of(status: int) -> str:
    """Return the error type that goes with an HTTP status."""
    return TYPE_OF_STATUS.get(status, "api_error" if status >= 500 else "invalid_request_error")


def invalid(message: str) -> ApiError:
    """Return the 400 for a request that breaks a rule."""
    return ApiError(400, message)


def error_body(kind: str, message: str, request_id: str, error_code: str | None = None) -> dict[str, Any]:
    """Return the JSON of an error, the same in a body and in a stream."""
    error: dict[str, Any] = {"type": kind, "message": message}
    if error_code:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}


def body_of_status(status: int, request_id: str) -> dict[str, Any]:
    """Return the usual body of a status, for faults that name none."""
    return error_body(type_of(status), _WORDS.get(status, f"The stand-in plays a {status}."), request_id)
