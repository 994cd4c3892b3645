"""People of Slack in texts for Jira: each stands by name, and with the account that is certainly theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workers.errors import SupportBotError
from workers.jira.directory import Directory, Sought
from workers.logs import get_logger
from workers.records import Draft, FieldKind, FieldValue
from workers.views.slack_words import by_name, in_plain, people_in, written

MOST_MENTIONED = 20
"""So many people of one write are looked up; of more only the names are said."""

Who = Callable[[str], Sought]
"""What Slack knows of a person, by id."""

log = get_logger(__name__)


@dataclass
class Mentions:
    """The people whom the texts of one write name, looked up once each."""

    directory: Directory
    who: Who
    accounts: dict[str, str] = field(default_factory=dict)
    """The account of each name that stands behind an `@`."""
    _names: dict[str, str] = field(default_factory=dict)

    def named(self, text: str) -> str:
        """Return a text with people by name; whose account is known is noted in `accounts`."""
        for user_id in people_in(text):
            if user_id not in self._names and len(self._names) < MOST_MENTIONED:
                self._names[user_id] = self._name(user_id)
        return by_name(text, self._names)

    def in_field(self, value: str, kind: FieldKind) -> str:
        """Return the value of a field as it reads in Jira; what is neither a line nor a text stays as it is."""
        if kind == "text":
            return in_plain(self.named(value))
        return self.named(value) if kind == "paragraph" else value

    def _name(self, user_id: str) -> str:
        """Return the name under which somebody stands; of two with one name the second one's tells them apart."""
        sought = self.who(user_id)
        name = " ".join(sought.words.split())
        if not name or name == user_id:
            return ""
        account = self._account(sought)
        if name in self._names.values() or self.accounts.get(name, account) != account:
            name = f"{name} ({sought.email or len(self._names) + 1})"
        if account:
            self.accounts[name] = account
        return name

    def _account(self, sought: Sought) -> str | None:
        try:
            return self.directory.account_id(sought.email, slack_id=sought.slack_id)
        except SupportBotError as error:
            # The name alone says it, too.
            log.info("mention_without_account", cause=type(error).__name__)
            return None


def with_mentions(draft: Draft, directory: Directory, who: Who, said: Mapping[str, str] | None = None) -> Draft:
    """Return a draft with people by name in all its texts; `said` has the ids of people whom a form showed by name."""
    found = Mentions(directory, who, dict(draft.mentions))
    kinds = {spec.id: spec.kind for spec in draft.specs}
    shown, ids = written(said or ()), said or {}

    def named(value: FieldValue, kind: FieldKind) -> FieldValue:
        if isinstance(value, str):
            return found.in_field(shown.sub(lambda match: f"<@{ids[match['name']]}>", value), kind)
        return value

    fields = {name: named(value, kinds.get(name, "other")) for name, value in draft.fields.items()}
    own = {"summary": named(draft.summary, "text"), "description": named(draft.description, "paragraph")}
    return draft.model_copy(update={**own, "fields": fields, "mentions": found.accounts})
