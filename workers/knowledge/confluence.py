"""Confluence Cloud spaces as sources: pages by REST v2, told by their version numbers, read as they are stored.

Pages and spaces that only some may read are left out: what is read here is told to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from workers.knowledge.html import read_html
from workers.knowledge.passages import passages_of
from workers.knowledge.restrictions import Hidden, Restrictions, place_of
from workers.knowledge.space_readers import why_closed
from workers.knowledge.values import Document, Listed, SourceAway, Unreadable

TIMEOUT_SECONDS = (3.05, 30)
LIST_SIZE, READ_SIZE = 250, 50
MOST_LISTS = 200
"""A space of more pages than this many lists is cut: a next page that never ends must not hold a worker for ever."""
MOST_CHARACTERS = 2_000_000
UNREAD = "Confluence's answer could not be read"
ONLY_SOME = "only some people may read it"
CLOSED = "closed"
"""The version of a page that only some may read."""
WORDS = {
    401: "Confluence refuses the account's e-mail or token",
    403: "the account may not see it",
    404: "it does not exist, or the account may not see it",
    429: "Confluence asks to wait",
}


class Confluence:
    """The requests of one site; `url` is its base with `/wiki` at the end."""

    def __init__(self, url: str, email: str, token: str) -> None:
        self.url = url if urlsplit(url).path.rstrip("/") else f"{url.rstrip('/')}/wiki"
        self._login = (email, token)

    def rows(self, path: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page after page; raises SourceAway."""
        asked = dict(params)
        with requests.Session() as session:
            for _ in range(MOST_LISTS):
                page = self._get(session, path, asked)
                if not isinstance(page.get("results"), list):
                    raise SourceAway(UNREAD)
                yield from page["results"]
                following = str((page.get("_links") or {}).get("next") or "")
                cursor = parse_qs(urlsplit(following).query).get("cursor")
                if not cursor:
                    return
                # Only the cursor is taken from it: an address of the answer is no place to send a password to.
                asked["cursor"] = cursor[0]

    def one(self, path: str) -> dict[str, Any]:
        """Return one thing; raises Hidden if the account may not see it, else SourceAway."""
        with requests.Session() as session:
            return self._get(session, path, {})

    def _get(self, session: requests.Session, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = session.get(
                f"{self.url}/{path}",
                params=params,
                auth=self._login,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                headers={"Accept": "application/json"},
            )
            if answer.status_code != 200:
                away = Hidden if answer.status_code in (403, 404) else SourceAway
                raise away(WORDS.get(answer.status_code, f"Confluence answers {answer.status_code}"))
            page = answer.json()
            if not isinstance(page, dict):
                raise SourceAway(UNREAD)
        except (requests.RequestException, ValueError) as error:
            raise SourceAway("Confluence does not answer") from error
        return page


class Space:
    """The current pages of one space."""

    def __init__(self, site: Confluence, key: str, *, is_open: bool = False) -> None:
        """`is_open` if the operator says that all may read it, whatever its permissions say."""
        self._site, self._key, self._is_open = site, key, is_open
        self._open: set[str] = set()
        self._why_closed = ""

    @property
    def name(self) -> str:
        return f"Confluence {self._key}"

    @property
    def prefix(self) -> str:
        # Not as it was when pages were kept that only some may read: those are forgotten with their beginning.
        return f"wiki:{self._key}:"

    def listed(self) -> Iterator[Listed]:
        """Yield all pages of the space, those first that only some may read; raises SourceAway.

        A space that only some may read is one document, which says so; so is one that the account does not see, for
        whoever took it from the account meant what was read of it, too.
        """
        self._open, self._why_closed = set(), ""
        rows: dict[str, dict[str, Any]] = {}
        try:
            rows = self._rows()
        except Hidden as error:
            self._why_closed = str(error)
        if self._why_closed:
            yield Listed(f"{self.prefix}{self._key}", f"{CLOSED}: {self._why_closed}")
            return
        yield from (Listed(f"{self.prefix}{key}", CLOSED) for key in rows if key not in self._open)
        for key, row in rows.items():
            if key in self._open:
                yield Listed(f"{self.prefix}{key}", str((row.get("version") or {}).get("number") or 0))

    def _rows(self) -> dict[str, dict[str, Any]]:
        """Return the pages by id, and note which are open; none, and why, of a space that is closed.

        Raises Hidden if the account does not see the space, else SourceAway.
        """
        found = [row for row in self._site.rows("api/v2/spaces", {"keys": self._key}) if row.get("key") == self._key]
        if not found:
            raise Hidden(WORDS[404])
        self._why_closed = "" if self._is_open else why_closed(self._site, str(found[0]["id"]))
        if self._why_closed:
            return {}
        params = {"status": "current", "limit": LIST_SIZE}
        rows = {str(row["id"]): row for row in self._site.rows(f"api/v2/spaces/{found[0]['id']}/pages", params)}
        restrictions = Restrictions(self._site, self._key, {key: place_of(row) for key, row in rows.items()})
        restrictions.learn()
        self._open = {key for key in rows if restrictions.is_open(key)}
        return rows

    def read(self, ids: list[str]) -> Iterator[tuple[str, Document | Unreadable | None]]:
        """Yield each page, or why it cannot be read; raises SourceAway."""
        for start in range(0, len(ids), READ_SIZE):
            some = ids[start : start + READ_SIZE]
            numbers = [number for each in some if (number := each.removeprefix(self.prefix)) in self._open]
            pages = self._pages(numbers) if numbers else {}
            for document_id in some:
                number = document_id.removeprefix(self.prefix)
                is_open = number in self._open
                closed = Unreadable(self._why_closed or ONLY_SOME)
                yield document_id, self._document(document_id, pages.get(number)) if is_open else closed

    def _pages(self, numbers: list[str]) -> dict[str, dict[str, Any]]:
        params = {"id": ",".join(numbers), "status": "current", "body-format": "storage", "limit": READ_SIZE}
        return {str(row["id"]): row for row in self._site.rows("api/v2/pages", params)}

    def _document(self, document_id: str, row: dict[str, Any] | None) -> Document | Unreadable | None:
        if row is None:
            return None
        body = str(((row.get("body") or {}).get("storage") or {}).get("value") or "")
        title = str(row.get("title") or "Untitled")
        text = read_html(body[:MOST_CHARACTERS], title)
        if not text.sections:
            return Unreadable("it holds no text")
        way = str((row.get("_links") or {}).get("webui") or f"/pages/{row['id']}")
        passages = passages_of(text)
        return Document(id=document_id, source=self.name, title=title, address=self._site.url + way, passages=passages)
