"""What differs between Jira Cloud and Data Center: API version, login, rich text, how a person is named.

Data Center's strategy takes its place beside `Cloud`; nothing else in this package asks which one it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from workers.errors import Misconfigured
from workers.jira.adf import adf_of
from workers.jira.adf_markdown import markdown_of
from workers.settings import WorkerSettings


class Deployment(Protocol):
    """One kind of Jira."""

    name: str
    api_version: str
    search_path: str

    def login(self, settings: WorkerSettings) -> dict[str, Any]:
        """Return what the library's constructor needs to log in."""
        ...

    def rich_text(self, markdown: str, link_of: Callable[[str], str | None]) -> Any:
        """Return the wire value of a text; `link_of` gives the address of an issue key or None."""
        ...

    def markdown(self, value: Any) -> str:
        """Return a wire value of a text as Markdown."""
        ...

    def person(self, account_id: str) -> dict[str, str]:
        """Return the wire value of a person."""
        ...


class Cloud:
    """Jira Cloud: REST v3, ADF, e-mail and API token, people by accountId."""

    name = "Cloud"
    api_version = "3"
    search_path = "search/jql"

    def login(self, settings: WorkerSettings) -> dict[str, Any]:
        token = settings.jira_api_token
        return {"basic_auth": (settings.jira_email or "", token.get_secret_value() if token else "")}

    def rich_text(self, markdown: str, link_of: Callable[[str], str | None]) -> Any:
        return adf_of(markdown, link_of=link_of)

    def markdown(self, value: Any) -> str:
        return markdown_of(value)

    def person(self, account_id: str) -> dict[str, str]:
        return {"accountId": account_id}


def deployment_of(settings: WorkerSettings) -> Deployment:
    """Return the strategy of the kind of Jira that the settings name."""
    if settings.jira_deployment == "datacenter":
        raise Misconfigured(
            "I can't work with this kind of Jira yet. Please tell whoever runs me.",
            "JIRA_DEPLOYMENT=datacenter is not supported by this version",
        )
    return Cloud()
