"""Jira's and requests' failures become ours, once: by what may be done next, not by what was heard."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from workers.errors import FilingUncertain, JiraRefused, JiraUnavailable, Misconfigured, ScopeMissing, SupportBotError
from workers.logs import get_logger
from workers.records import NOT_SENT
from workers.state.metrics import Metrics

log = get_logger(__name__)

CALLS = "supportbot_jira_calls_total"
LONGEST_TEXT = 300
SOON_SECONDS = 0.2
"""A connection that broke off may have died while it lay idle: a read is tried again at once."""
OUTCOMES: tuple[tuple[type[SupportBotError], str], ...] = (
    (Misconfigured, "misconfigured"),
    (JiraUnavailable, "unavailable"),
    (FilingUncertain, "uncertain"),
    (JiraRefused, "refused"),
)
OWN_WORDS = {
    403: "I don't have the permission for this in Jira.",
    404: "It does not exist in Jira, or I may not see it.",
    413: "It is too large for Jira.",
}
"""What these mean is plainer in our words than in Jira's."""
USUAL_NAMES = {
    "issuetype": "Type",
    "duedate": "Due date",
    "fixVersions": "Fix versions",
    "versions": "Affects versions",
}
UNREACHABLE = "I can't reach Jira at the moment because my access to it needs attention. Please tell whoever runs me."
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)


@contextmanager
def jira_errors(operation: str, metrics: Metrics, *, once: bool = False) -> Iterator[None]:
    """Translate what goes wrong inside and count the call; with `once` a lost answer is FilingUncertain."""
    try:
        yield
    except SupportBotError as error:
        _note(operation, metrics, error)
        raise
    except requests.RequestException as error:
        ours = _lost(error, once=once)
        _note(operation, metrics, ours)
        raise ours from error
    except UNREADABLE as error:
        ours = FilingUncertain() if once else JiraUnavailable("Jira's answer could not be read")
        _note(operation, metrics, ours)
        raise ours from error
    else:
        metrics.count(CALLS, operation=operation, outcome="ok")


def check(response: requests.Response, *, once: bool = False) -> None:
    """Raise what an answer other than success means; with `once` only certain refusals count as refused."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status < 400:
        raise Misconfigured(
            UNREACHABLE, "JIRA_URL answers with a redirect: set it to the address that Jira itself uses"
        )
    if status == 401:
        if "scope" in _words_of(response).casefold():
            raise ScopeMissing(
                UNREACHABLE, "Jira's token was made without a scope that this call needs (401): make one that has it"
            )
        raise Misconfigured(
            UNREACHABLE,
            "Jira's token is expired or wrong (401): make a new one for JIRA_API_TOKEN (Data Center: JIRA_PAT)",
        )
    if is_outage(response):
        if once:
            raise FilingUncertain
        raise JiraUnavailable(f"Jira answered {status}", retry_after_seconds=retry_after(response.headers))
    raise _refusal(response)


def is_outage(response: requests.Response) -> bool:
    """Return True for an answer that tells nothing but that Jira could not serve it now."""
    return response.status_code == 408 or response.status_code >= 500


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Jira asks to wait: a number, an HTTP date, or the reset of its rate limit."""
    given = headers.get("Retry-After", "").strip()
    if given.isdigit():
        return float(given)
    try:
        if given:
            return max(parsedate_to_datetime(given).timestamp() - time.time(), 0)
        reset = datetime.fromisoformat(headers["X-RateLimit-Reset"])
    except (ValueError, KeyError, TypeError):
        return None
    return max((reset if reset.tzinfo else reset.replace(tzinfo=UTC)).timestamp() - time.time(), 0)


def refusal_sentences(error: JiraRefused, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Say why Jira refused, a whole sentence each, with fields by their display names where `names` knows them."""
    if error.status in OWN_WORDS:
        return (OWN_WORDS[error.status],)
    known = names or {}
    own = () if error.was_sent else (NOT_SENT,)
    fields = [_of_field(_named(field, known), text) for field, text in error.field_errors.items()]
    found = (*own, *fields, *map(_sentence, error.messages))
    return found or (f"Jira refused this without saying why ({error.status}).",)


def refusal_text(error: JiraRefused, names: Mapping[str, str] | None = None) -> str:
    """Say the same in one text that stands alone; where the words are Jira's own, it says so."""
    is_jiras = error.was_sent and error.status not in OWN_WORDS and bool(error.field_errors or error.messages)
    return f"{'Jira did not take this. ' if is_jiras else ''}{' '.join(refusal_sentences(error, names))}"


def _named(field: str, known: Mapping[str, str]) -> str:
    """Return a field's name as people know it, empty for a number of Jira's: it tells nobody anything."""
    usual = "" if field.startswith("customfield_") else USUAL_NAMES.get(field, field[:1].upper() + field[1:])
    return known.get(field) or usual


def _of_field(name: str, text: str) -> str:
    """Return a sentence about a field, with its name before it unless it begins with the name by itself."""
    begins = text.casefold().removeprefix("the ").removeprefix("field ").lstrip("'\"").startswith(name.casefold())
    return _sentence(text if begins else f"{name}: {text}")


def _sentence(text: str) -> str:
    """Return Jira's words, not too long, with an end: more may follow."""
    text = _short(text.strip())
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _lost(error: requests.RequestException, *, once: bool) -> SupportBotError:
    """Say what a request without an answer means; only what was certainly never sent may be sent again."""
    if is_untrusted(error):
        return Misconfigured(UNREACHABLE, "Jira's certificate is not trusted: check JIRA_URL and the certificates")
    if was_never_sent(error):
        return JiraUnavailable("no connection to Jira")
    if once:
        return FilingUncertain()
    if isinstance(error, requests.Timeout):
        return JiraUnavailable("Jira did not answer in time")
    return JiraUnavailable("the connection to Jira broke off", retry_after_seconds=SOON_SECONDS)


def was_never_sent(error: requests.RequestException) -> bool:
    """Return True only if no byte of the request can have reached Jira."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = _cause(error)
    return isinstance(cause, NewConnectionError | ConnectTimeoutError)


def is_untrusted(error: requests.RequestException) -> bool:
    """Return True if Jira answered with a certificate that is not trusted: no outage, however long it lasts."""
    cause = _cause(error)
    inner = cause.args[0] if isinstance(cause, Exception) and cause.args else None
    return isinstance(inner, ssl.SSLCertVerificationError) or isinstance(cause, ssl.SSLCertVerificationError)


def _cause(error: requests.RequestException) -> Any:
    inner = error.args[0] if error.args else None
    return inner.reason if isinstance(inner, MaxRetryError) else inner


def _words_of(response: requests.Response) -> str:
    """Return the one sentence with which Atlassian's gateway refuses a call, empty for other bodies."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("message") or "") if isinstance(body, dict) else ""


def _refusal(response: requests.Response) -> JiraRefused:
    """Read Jira's own body: the library's text of it loses the names of fields."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return JiraRefused(response.status_code)
    errors, messages = body.get("errors"), body.get("errorMessages")
    fields = {str(key): str(text) for key, text in errors.items()} if isinstance(errors, dict) else {}
    rest = tuple(str(text) for text in messages) if isinstance(messages, list) else ()
    if not fields and not rest and isinstance(body.get("message"), str):
        rest = (body["message"],)
    return JiraRefused(response.status_code, fields, rest)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _note(operation: str, metrics: Metrics, error: SupportBotError) -> None:
    outcome = next((name for kind, name in OUTCOMES if isinstance(error, kind)), "error")
    metrics.count(CALLS, operation=operation, outcome=outcome)
    if isinstance(error, Misconfigured):
        log.error("jira_misconfigured", operation=operation, advice=error.operator_message)
    else:
        log.warning("jira_call_failed", operation=operation, outcome=outcome, status=getattr(error, "status", None))
