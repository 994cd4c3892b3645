"""One HTTP request to Jira: the library's session and addresses, our own timeouts, errors and counts."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import requests
from jira import JIRA
from requests.adapters import HTTPAdapter

from workers.errors import JiraUnavailable
from workers.failpoints import failpoint
from workers.jira.attachments import Multipart
from workers.jira.deployment import Deployment
from workers.jira.errors import check, is_outage, is_untrusted, jira_errors
from workers.jira.rate_limits import RateLimits
from workers.jira.reading import created_of
from workers.lease import check_lease
from workers.settings import WorkerSettings
from workers.state.metrics import Metrics
from workers.state.outages import Outages

TIMEOUT_SECONDS = (3.05, 30)
"""To connect, and between two bytes of the answer."""
UPLOAD_TIMEOUT_SECONDS = (3.05, 60)
LONGEST_WAIT_SECONDS = 5.0
"""A read waits this long within the turn if Jira asks for it, once."""
TOO_MANY = 429
LOOKS = frozenset({"find_by_label", "find_comment"})
"""Reads that clear up what became of a lost answer: they are few, and made at their time even in an outage."""
POOL_SIZE = 64
"""At most as many turns at once share one client; a smaller pool throws connections away."""

AGILE = "agile:"
"""Before a path of the API of boards and sprints."""

T = TypeVar("T")
Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True)
class _Call:
    """One request as it is sent, again if need be."""

    operation: str
    """What it is called in the figures."""
    method: Method
    path: str
    params: dict[str, Any] | None = None
    body: Any = None
    timeout: tuple[float, float] = TIMEOUT_SECONDS


class Connection:
    """The requests of one process with one login; safe to share among its threads."""

    def __init__(
        self,
        settings: WorkerSettings,
        deployment: Deployment,
        metrics: Metrics,
        limits: RateLimits,
        outages: Outages,
        login: dict[str, Any],
    ) -> None:
        self._settings, self._deployment, self._metrics, self._login = settings, deployment, metrics, login
        self._limits, self._outages = limits, outages
        self._lock = threading.Lock()
        self._made: tuple[int, JIRA] | None = None

    def read(
        self,
        operation: str,
        path: str,
        take: Callable[[Any], T],
        *,
        params: dict[str, Any] | None = None,
        body: Any = None,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> T:
        """Return what `take` makes of the JSON of a read (a POST if it has a body).

        Tried a second time if Jira asks for a short wait. What `take` cannot read counts as no answer.
        """
        call = _Call(operation, "GET" if body is None else "POST", path, params, body, timeout)
        try:
            return self._read(call, take)
        except JiraUnavailable as error:
            wait = error.retry_after_seconds
            if wait is None or wait > LONGEST_WAIT_SECONDS:
                raise
        time.sleep(wait)
        return self._read(call, take)

    def write(self, operation: str, method: Method, path: str, body: Any) -> None:
        """Send a write that may safely be sent twice."""
        with jira_errors(operation, self._metrics):
            # What Jira says of it is not needed: its status is the answer.
            self._answered(_Call(operation, method, path, body=body))

    def write_once(
        self, operation: str, path: str, body: Any, take: Callable[[Any], tuple[str, str]] = created_of
    ) -> tuple[str, str]:
        """POST exactly once; return key and id of what was created. A lost or unreadable answer is FilingUncertain."""
        # A connection of its own: one that lay idle may be dead, and nobody could say what became of the request.
        client = self._new_client()
        try:
            with jira_errors(operation, self._metrics, once=True):
                failpoint("filing_sending")
                call = _Call(operation, "POST", path, body=body)
                return take(self._answered(call, client=client, once=True).json())
        finally:
            client.close()  # type: ignore[no-untyped-call]

    def upload(self, operation: str, path: str, body: Multipart) -> None:
        """Send a file. A lost answer is JiraUnavailable, though the file may be there: look before you send again."""
        client = self._client()
        check_lease()
        with jira_errors(operation, self._metrics):
            self._limits.check("POST", path)
            response = self._exchange(
                operation,
                lambda: requests.Session.request(
                    client._session,  # noqa: SLF001
                    "POST",
                    client._get_url(path),  # noqa: SLF001
                    data=body,
                    headers={"Content-Type": body.content_type, "X-Atlassian-Token": "no-check"},
                    timeout=UPLOAD_TIMEOUT_SECONDS,
                    allow_redirects=False,
                ),
            )
            if response.status_code == TOO_MANY:
                raise self._limits.heard("POST", path, response.headers)
            check(response)

    def _read(self, call: _Call, take: Callable[[Any], T]) -> T:
        with jira_errors(call.operation, self._metrics):
            response = self._answered(call)
            return take(response.json() if response.content else None)

    def _answered(self, call: _Call, *, client: JIRA | None = None, once: bool = False) -> requests.Response:
        """Return a success, unless Jira has asked for a pause before such a call or is down: then nothing is sent."""
        self._limits.check(call.method, call.path)
        used = client or self._client()
        response = self._exchange(call.operation, lambda: _send(used, call))
        if response.status_code == TOO_MANY:
            raise self._limits.heard(call.method, call.path, response.headers)
        check(response, once=once)
        return response

    def _exchange(self, operation: str, send: Callable[[], requests.Response]) -> requests.Response:
        """Send unless Jira is known to be down, and note for all processes whether it is."""
        before = self._outages.weather()
        if before.wait_seconds and operation not in LOOKS:
            raise JiraUnavailable("Jira is down", retry_after_seconds=before.wait_seconds)
        try:
            response = send()
        except requests.RequestException as error:
            if not is_untrusted(error):
                self._outages.failed()
            raise
        if is_outage(response):
            self._outages.failed()
        else:
            self._outages.answered(before)
        return response

    def _client(self) -> JIRA:
        """Return this process's client: one that crossed a fork would share its sockets with the parent."""
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), self._new_client())
            return self._made[1]

    def _new_client(self) -> JIRA:
        client = JIRA(
            self._settings.jira_url,
            options={"rest_api_version": self._deployment.api_version},
            get_server_info=False,
            max_retries=0,
            timeout=TIMEOUT_SECONDS,
            logging=False,
            **self._login,
        )
        # Without this the library believes in Data Center, and asks addresses that Cloud has removed.
        client.deploymentType, client._version = self._deployment.name, (1001, 0, 0)  # noqa: SLF001
        for scheme in ("https://", "http://"):
            client._session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE))  # noqa: SLF001
        return client


def _send(client: JIRA, call: _Call) -> requests.Response:
    if call.method != "GET":
        check_lease()
    # Past the library's own `request`: that repeats lost POSTs and forgets the names of refused fields.
    return requests.Session.request(
        client._session,  # noqa: SLF001  the library offers no way to post a whole payload
        call.method,
        _address(client, call.path),
        params=call.params,
        data=None if call.body is None else json.dumps(call.body),
        timeout=call.timeout,
        # A redirect turns a POST into a GET, and a login page into a success.
        allow_redirects=False,
    )


def _address(client: JIRA, path: str) -> str:
    """Return the address of a path; boards and sprints lie beside the rest of the API."""
    if path.startswith(AGILE):
        return client._get_url(path.removeprefix(AGILE), base=client.AGILE_BASE_URL)  # noqa: SLF001
    return client._get_url(path)  # noqa: SLF001
