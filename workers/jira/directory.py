"""Who is who in Jira: an account by what people and the model know of somebody, exactly and uniquely or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workers.errors import JiraRefused, ToolError
from workers.jira.connection import Connection
from workers.jira.deployment import Deployment
from workers.jira.reading import people_of, person_of
from workers.jira.values import Person
from workers.logs import get_logger
from workers.state.cache import Cache
from workers.state.jira_cache import people_name
from workers.views.form_fields import ACCOUNT

HOUR_SECONDS = 3_600
DAY_SECONDS = 24 * HOUR_SECONDS
LIST_SECONDS = 600
PAGE_SIZE = 100
MOST_CANDIDATES = 5

log = get_logger(__name__)


@dataclass(frozen=True)
class Sought:
    """Whom somebody means, as far as it is known."""

    words: str
    """As it was said: a name or an e-mail address."""
    slack_id: str = ""
    """If a person of Slack is meant."""
    email: str = ""
    """That person's address in Slack."""


class Directory:
    """Finds accounts; never the first of several. `known` maps Slack ids and addresses to accounts or addresses.

    Raises what the gateway raises.
    """

    def __init__(
        self, connection: Connection, deployment: Deployment, cache: Cache, known: Mapping[str, str] | None = None
    ) -> None:
        self._connection, self._deployment, self._cache = connection, deployment, cache
        self._known = {name.casefold(): account for name, account in (known or {}).items()}

    def account_id(self, email: str, *, slack_id: str = "") -> str | None:
        """Return the account of a person of Slack: as the operator says, else by the exact address, never by a name.

        A name is not enough to act or read for somebody: everybody chooses their own.
        """
        found = self._identity(email, slack_id)
        return found.account_id if found else None

    def accounts(self, emails: Iterable[str]) -> dict[str, str]:
        """Return the accounts of those e-mail addresses that have one."""
        found = {email: self.account_id(email) for email in emails}
        return {email: account for email, account in found.items() if account}

    def find(self, sought: Sought, *, project: str = "") -> Person:
        """Return the one who is meant; with a project, of those who can be assigned there.

        Raises ToolError that names up to five who may be meant.
        """
        address = sought.email or (sought.words if "@" in sought.words else "")
        found = self._identity(address, sought.slack_id)
        if found:
            return found
        if "@" in sought.words:
            raise ToolError(_no_address(sought.words, self._hiding(project, address)))
        named = self._search(project, sought.words)
        exact = [person for person in named if _is_called(person, sought.words)]
        if len(exact) == 1:
            return exact[0]
        near = exact or named or self._hiding(project, address)
        raise ToolError(_which(sought.words, near or self._search(project, sought.words.partition(" ")[0])))

    def person(self, account_id: str) -> Person | None:
        """Return the account of this id (Data Center: of this name), None if there is none."""
        name = f"jira:person:{_digest(account_id)}"
        known = self._cache.get(name)
        if isinstance(known, dict):
            return Person(**known)
        try:
            params = self._deployment.person_key(account_id)
            found = self._connection.read("user", "user", person_of, params=params)
        except JiraRefused:
            return None
        self._cache.put(name, asdict(found), DAY_SECONDS)
        return found

    def offered(self, project: str, typed: str) -> list[tuple[str, str]]:
        """Return those who can be assigned in a project and whose name or address begins so: (value, name)."""
        name = people_name(project, typed)
        known = self._cache.get(name)
        if isinstance(known, list):
            return known
        rows = [(value_of(person), person.name) for person in self._search(project, typed)]
        self._cache.put(name, rows, LIST_SECONDS)
        return rows

    def unknown_overrides(self) -> list[str]:
        """Return those of the operator's own entries whose account Jira does not know."""
        entries = self._known.items()
        return [name for name, given in entries if (self._by_email(given) or self.person(given)) is None]

    def _identity(self, email: str, slack_id: str) -> Person | None:
        given = self._known.get(slack_id.casefold()) or self._known.get(email.casefold())
        if not given:
            return self._by_email(email)
        found = self._by_email(given) or self.person(given)
        if found is None:
            log.error("jira_account_unknown", advice="an entry of JIRA_ACCOUNTS names an account that Jira lacks")
        return found

    def _by_email(self, email: str) -> Person | None:
        """Return the only active account with exactly this address; kept for a day."""
        if "@" not in email:
            return None
        name = f"jira:account:{_digest(email)}"
        known = self._cache.get(name)
        if isinstance(known, dict):
            return Person(**known) if known else None
        params = {**self._deployment.person_query(email), "maxResults": PAGE_SIZE}
        people = self._connection.read("user_search", "user/search", people_of, params=params)
        found = [person for person in people if person.email.casefold() == email.casefold()]
        person = found[0] if len(found) == 1 else None
        # Someone without an account may get one today.
        self._cache.put(name, asdict(person) if person else {}, DAY_SECONDS if person else HOUR_SECONDS)
        return person

    def _hiding(self, project: str, address: str) -> list[Person]:
        """Return whom Jira finds by an address without showing theirs: it may be the beginning of another one."""
        return [person for person in self._search(project, address) if not person.email] if address else []

    def _search(self, project: str, typed: str) -> list[Person]:
        words = " ".join(typed.split())[:100]
        name = f"jira:found:{project}:{_digest(words)}"
        known = self._cache.get(name)
        if isinstance(known, list):
            return [Person(**row) for row in known]
        params: dict[str, Any] = {**self._deployment.person_query(words), "maxResults": PAGE_SIZE}
        path = "user/assignable/search" if project else "user/search"
        params |= {"project": project} if project else {}
        found = self._connection.read("user_search", path, people_of, params=params)
        self._cache.put(name, [asdict(person) for person in found], LIST_SECONDS)
        return found


def value_of(person: Person) -> str:
    """Return what a form sends for somebody: the address, else the account with the name."""
    return person.email or f"{ACCOUNT}{person.account_id}|{person.name}"[:150]


def chosen(value: str) -> Person | None:
    """Return whom a form's choice names if it names an account, else None."""
    if not value.startswith(ACCOUNT):
        return None
    account_id, _, name = value.removeprefix(ACCOUNT).partition("|")
    return Person(account_id, name)


def _is_called(person: Person, words: str) -> bool:
    wanted = " ".join(words.split()).casefold()
    # Data Center's own name of an account is unique.
    return wanted in (" ".join(person.name.split()).casefold(), person.account_id.casefold())


def _no_address(address: str, hiding: list[Person]) -> str:
    said = f"no single Jira account shows the e-mail address {address[:80]}"
    return f"{said}; {_which(address, hiding)}" if hiding else said


def _which(words: str, found: list[Person]) -> str:
    """Say who may be meant, in half a sentence for the model."""
    if not found:
        return f"nobody there is called {words[:60]!r} in Jira: ask for the name in Jira or the e-mail address"
    names = [f"{person.name} ({person.email})" if person.email else person.name for person in found]
    more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
    return f"{words[:60]!r} may be {', '.join(names[:MOST_CANDIDATES])}{more}: ask which one is meant"


def _digest(text: str) -> str:
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:24]
