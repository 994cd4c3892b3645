"""Downloads of people's files: the token goes to Slack's own hosts only, the bytes to a temporary file.

Whatever goes wrong is FileUnreadable with a reason that a person may read: no file is worth a turn.
"""

from __future__ import annotations

import http.client
import re
import ssl
import string
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit

from workers.errors import FileUnreadable, Misconfigured, SlackRefused, SlackUnavailable
from workers.files.blocks import too_large
from workers.logs import get_logger
from workers.records import SlackFile
from workers.setting_values import BotToken
from workers.slack.api import SlackClients
from workers.slack.refusals import NETWORK_ERRORS

TIMEOUT_SECONDS = 10.0
"""For each wait: to connect, and between two pieces."""
LONGEST_SECONDS = 60.0
MOST_REDIRECTS = 3
CHUNK = 65_536
IN_MEMORY = 262_144
"""Smaller files never touch the disk."""
INFO_PATIENCE_SECONDS = 5.0
TRIES = 2
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")

ELSEWHERE = "it does not lie with Slack, and I read nothing that lies elsewhere"
GONE = "Slack no longer has it, or does not show it to me"
NO_ACCESS = "Slack does not let me read files: my operator has to give me the permission to"
NOT_NOW = "Slack did not give it to me just now"
TOO_SLOW = "Slack took too long to give it to me"

log = get_logger(__name__)


@dataclass(frozen=True)
class Download:
    """A file in hand: what it is called, its bytes from the start, and how many."""

    file: SlackFile
    content: IO[bytes]
    size: int


class SlackFiles:
    """Reads files for the process; safe to share among threads."""

    def __init__(
        self, slack: SlackClients, token: BotToken, base_url: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slack, self._token, self._base_url, self._clock = slack, token, base_url, clock
        self._opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context())
        )

    def look_up(self, team_id: str, file: SlackFile) -> SlackFile:
        """Return the file with its name, type and address, which Slack Connect leaves out; raises FileUnreadable."""
        if file.url:
            return file
        try:
            answer = self._slack.of(team_id).call(
                "files.info", file=file.id, priority=False, max_wait_seconds=INFO_PATIENCE_SECONDS
            )
        except SlackUnavailable as error:
            raise FileUnreadable(NOT_NOW, may_pass=True) from error
        except SlackRefused as error:
            raise FileUnreadable(GONE) from error
        except Misconfigured as error:
            log.error("misconfigured", what=error.operator_message)  # noqa: TRY400  it says all there is to say
            raise FileUnreadable(NO_ACCESS) from error
        known = SlackFile.from_slack(answer.get("file") or {"id": file.id})
        if not known.url:
            raise FileUnreadable(ELSEWHERE if known.is_external else GONE)
        return known

    @contextmanager
    def opened(self, team_id: str, file: SlackFile, *, most_bytes: int) -> Iterator[Download]:
        """Download a file for the time of a `with`; raises FileUnreadable, also for one that is larger than allowed."""
        file = self.look_up(team_id, file)
        if file.size > most_bytes:
            raise FileUnreadable(too_large(most_bytes))
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
            size = self._fetch(file, content, most_bytes)
            content.seek(0)
            yield Download(file, content, size)

    def _fetch(self, file: SlackFile, content: IO[bytes], most_bytes: int) -> int:
        """Write the file into `content`, from the start again if it broke off once; return its size."""
        until = self._clock() + LONGEST_SECONDS
        for number in range(1, TRIES + 1):
            content.seek(0)
            content.truncate()
            try:
                with self._response(file.url or "") as response:
                    return self._copy(response, file, content, most_bytes, until)
            except NETWORK_ERRORS as error:
                log.info("download_broke_off", cause=type(error).__name__, number=number)
        raise FileUnreadable(NOT_NOW, may_pass=True)

    def _response(self, url: str) -> http.client.HTTPResponse:
        """Open an address, and whereto it leads as long as that is Slack's own, too."""
        for _ in range(MOST_REDIRECTS + 1):
            # Every other character would be read in one way by the check and in another by the client.
            url = quote(url, safe=string.ascii_letters + string.digits + "%/:?&=+$,;#@!~*'()[]-._")
            if not is_slacks_own(url, self._base_url):
                raise FileUnreadable(ELSEWHERE)
            headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
            try:
                # The scheme was checked with the host.
                opened: Any = self._opener.open(
                    urllib.request.Request(url, headers=headers),  # noqa: S310
                    timeout=TIMEOUT_SECONDS,
                )
            except urllib.error.HTTPError as error:
                with error:
                    url = _redirected(url, error)
            else:
                response: http.client.HTTPResponse = opened
                return response
        raise FileUnreadable(ELSEWHERE)

    def _copy(
        self, response: http.client.HTTPResponse, file: SlackFile, content: IO[bytes], most_bytes: int, until: float
    ) -> int:
        announced, size = response.length, 0
        is_page = response.headers.get_content_type() == "text/html"
        if is_page and not _says_it_is_a_page(file):
            raise _no_scope()
        if (announced or 0) > most_bytes:
            raise FileUnreadable(too_large(most_bytes))
        while piece := response.read1(CHUNK):
            size += len(piece)
            if size > most_bytes:
                raise FileUnreadable(too_large(most_bytes))
            if self._clock() > until:
                raise FileUnreadable(TOO_SLOW, may_pass=True)
            content.write(piece)
        if announced is not None and size < announced:
            raise http.client.IncompleteRead(b"", announced - size)
        if is_page and size != file.size:
            raise _no_scope()  # A page, too, but not the one that the person has uploaded.
        return size


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing by itself: the token would go along."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def is_slacks_own(url: str, api_url: str) -> bool:
    """Return whether the token may go there: slack.com and what is below it by https, or the very door of the API."""
    door = _door(api_url)
    there = _door(url)
    if there is None:
        return False
    scheme, host, port = there
    return there == door or (scheme == "https" and port == 443 and (host == "slack.com" or host.endswith(".slack.com")))


def _door(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    # urllib decodes %2F in a host, which this check would have taken for a part of the name.
    if "@" in parts.netloc or not _HOST.fullmatch(parts.hostname or ""):
        return None
    return parts.scheme, parts.hostname or "", port


def _redirected(url: str, error: urllib.error.HTTPError) -> str:
    """Return whereto an answer sends us; raises what any other answer means."""
    location: str | None = error.headers.get("Location")
    if error.code in REDIRECTS and location:
        return urljoin(url, location)
    if error.code in (401, 403):
        raise _no_scope() from error
    if error.code == 429 or error.code >= 500:
        raise FileUnreadable(NOT_NOW, may_pass=True) from error
    raise FileUnreadable(GONE) from error


def _says_it_is_a_page(file: SlackFile) -> bool:
    return file.mimetype == "text/html" or file.name.lower().endswith((".html", ".htm"))


def _no_scope() -> FileUnreadable:
    log.error("misconfigured", what="Slack answered a login page for a file: the bot token lacks the scope files:read")
    return FileUnreadable(NO_ACCESS)
