"""What differs between Jira Cloud and Data Center, once: nothing else in this package asks which of them it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from workers.jira.adf import adf_of, document, is_too_long, linked_paragraph, plain_blocks
from workers.jira.adf_markdown import markdown_of
from workers.jira.wiki import is_cut, linked_line, wiki_of
from workers.jira.wiki_markdown import markdown_of_wiki
from workers.settings import WorkerSettings

Raw = dict[str, Any]
LinkOf = Callable[[str], str | None]
NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Closing:
    """The last line of a text: words, and a link if there is an address."""

    before: str
    label: str = ""
    address: str = ""


class Deployment(Protocol):
    """One kind of Jira."""

    name: str
    api_version: str
    search_path: str
    metadata_tree_path: str | None
    """Where servers without the paged routes of create metadata keep it."""
    searches_properties: bool
    """Whether a search shows entity properties of what it finds."""
    comment_params: dict[str, str]
    """What a read of comments must say so that it tells which are internal."""
    checks_permissions: bool
    """Whether it has a route that tells what another person may browse, for many issues at once."""
    limits_by_account: bool
    """Whether a 429 that gives no reason is about all calls of the account."""

    def login(self, settings: WorkerSettings) -> Raw:
        """Return what the library's constructor needs to log in."""
        ...

    def search(
        self, jql: str, fields: Sequence[str], size: int, *, cursor: str | None = None, properties: Sequence[str] = ()
    ) -> Raw:
        """Return the body of a search."""
        ...

    def cursor(self, raw: Raw) -> str | None:
        """Return what asks for the page behind this one, None if it was the last."""
        ...

    def rich_text(
        self, markdown: str, link_of: LinkOf, closing: Closing | None = None, mentions: Mapping[str, str] = NOBODY
    ) -> Any:
        """Return the wire value of a text.

        `link_of` gives the address of an issue key or None; `mentions` the account of a name behind an `@`.
        """
        ...

    def cuts(self, markdown: str, link_of: LinkOf, mentions: Mapping[str, str] = NOBODY) -> bool:
        """Return whether a text is longer than Jira takes, so that its wire value lacks the end of it."""
        ...

    def markdown(self, value: Any) -> str:
        """Return a wire value of a text as Markdown."""
        ...

    def person(self, account_id: str) -> dict[str, str]:
        """Return the wire value of a person."""
        ...

    def person_query(self, typed: str) -> dict[str, str]:
        """Return the query that finds people by name or e-mail address."""
        ...

    def person_key(self, account_id: str) -> dict[str, str]:
        """Return the query that names one account."""
        ...


class Cloud:
    """Jira Cloud: REST v3, ADF, e-mail and API token, people by accountId."""

    name = "Cloud"
    api_version = "3"
    search_path = "search/jql"
    metadata_tree_path: str | None = None
    searches_properties = True
    # It also says so of each comment, but nothing internal may depend on one sign.
    comment_params: dict[str, str] = {"expand": "properties"}  # noqa: RUF012  never changed
    checks_permissions = True
    limits_by_account = False

    def login(self, settings: WorkerSettings) -> Raw:
        token = settings.jira_api_token
        return {"basic_auth": (settings.jira_email or "", token.get_secret_value() if token else "")}

    def search(
        self, jql: str, fields: Sequence[str], size: int, *, cursor: str | None = None, properties: Sequence[str] = ()
    ) -> Raw:
        body: Raw = {"jql": jql, "fields": [*fields], "maxResults": size}
        more = {"nextPageToken": cursor, "properties": [*properties]}
        return body | {name: value for name, value in more.items() if value}

    def cursor(self, raw: Raw) -> str | None:
        token = None if raw.get("isLast") else raw.get("nextPageToken")
        return str(token) if token else None

    def rich_text(
        self, markdown: str, link_of: LinkOf, closing: Closing | None = None, mentions: Mapping[str, str] = NOBODY
    ) -> Any:
        text = adf_of(markdown, link_of=link_of, mentions=mentions)
        return document([*text["content"], *_last_blocks(closing)]) if closing else text

    def cuts(self, markdown: str, link_of: LinkOf, mentions: Mapping[str, str] = NOBODY) -> bool:  # noqa: ARG002
        return is_too_long(markdown)

    def markdown(self, value: Any) -> str:
        return markdown_of(value)

    def person(self, account_id: str) -> dict[str, str]:
        return {"accountId": account_id}

    def person_query(self, typed: str) -> dict[str, str]:
        return {"query": typed}

    def person_key(self, account_id: str) -> dict[str, str]:
        return {"accountId": account_id}


class DataCenter:
    """Jira Data Center: REST v2, wiki markup, personal access token, people by name."""

    name = "Server"
    api_version = "2"
    search_path = "search"
    metadata_tree_path: str | None = "issue/createmeta"
    searches_properties = False
    comment_params: dict[str, str] = {"expand": "properties"}  # noqa: RUF012  never changed
    checks_permissions = False
    limits_by_account = True

    def login(self, settings: WorkerSettings) -> Raw:
        return {"token_auth": settings.jira_pat.get_secret_value() if settings.jira_pat else ""}

    def search(
        self,
        jql: str,
        fields: Sequence[str],
        size: int,
        *,
        cursor: str | None = None,
        properties: Sequence[str] = (),  # noqa: ARG002  it knows none
    ) -> Raw:
        start = int(cursor) if cursor and cursor.isdigit() else 0
        return {"jql": jql, "fields": [*fields], "maxResults": size, "startAt": start}

    def cursor(self, raw: Raw) -> str | None:
        end = int(raw.get("startAt") or 0) + len(raw["issues"])
        return str(end) if raw["issues"] and end < int(raw.get("total") or 0) else None

    def rich_text(
        self, markdown: str, link_of: LinkOf, closing: Closing | None = None, mentions: Mapping[str, str] = NOBODY
    ) -> Any:
        text = wiki_of(markdown, link_of=link_of, mentions=mentions)
        last = linked_line(closing.before, closing.label, closing.address) if closing else ""
        return "\n\n".join(filter(None, (text, last)))

    def cuts(self, markdown: str, link_of: LinkOf, mentions: Mapping[str, str] = NOBODY) -> bool:
        return is_cut(wiki_of(markdown, link_of=link_of, mentions=mentions)) and not is_cut(markdown)

    def markdown(self, value: Any) -> str:
        return markdown_of_wiki(value) if isinstance(value, str) else markdown_of(value)

    def person(self, account_id: str) -> dict[str, str]:
        return {"name": account_id}

    def person_query(self, typed: str) -> dict[str, str]:
        return {"username": typed}

    def person_key(self, account_id: str) -> dict[str, str]:
        return {"username": account_id}


def deployment_of(settings: WorkerSettings) -> Deployment:
    """Return the strategy of the kind of Jira that the settings name."""
    return DataCenter() if settings.jira_deployment == "datacenter" else Cloud()


def _last_blocks(closing: Closing) -> list[Raw]:
    if closing.address:
        return [linked_paragraph(closing.before, closing.label, closing.address)]
    return plain_blocks(closing.before)
