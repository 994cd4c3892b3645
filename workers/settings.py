"""The environment, asked once and typed: one class a process, each wrong or missing name said in one line."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from workers.setting_values import (
    TOOL_CALLS,
    Accounts,
    AppToken,
    BotToken,
    Emoji,
    Folders,
    Language,
    Lower,
    OptionalKeys,
    Prices,
    ProjectKeys,
    RedisAddress,
    ToolCalls,
    TriageRules,
    Upper,
    WebAddress,
    Words,
    tool_calls_of,
)

S = TypeVar("S", bound="Settings")
B = TypeVar("B", bound=BaseSettings)
PUT_IN_PLACE: Mapping[str, str] = {
    "slack_bot_token": "xoxb-missing",
    "anthropic_api_key": "missing",
    "jira_url": "http://127.0.0.1",
    "jira_projects": "MISSING",
}
"""What stands in for a required setting where one goes on without it; nobody is asked with it."""

IN_PLAIN_WORDS: Mapping[str, str] = {
    "literal_error": "must be {expected}",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "greater_than_equal": "must be at least {ge:g}",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be at most {le:g}",
}
"""What each kind of wrong value must be, in place of the words that pydantic has for programmers."""


class Settings(BaseSettings):
    """What all processes share: where state lies and how to log."""

    model_config = SettingsConfigDict(env_ignore_empty=True, env_file=".env", extra="ignore", frozen=True)

    # Behind Sentinels: sentinel://[user:password@]host[:port][,host[:port]…]/service[/db], encrypted as
    # rediss+sentinel://; the Sentinels' own password as ?sentinel_password=… at its end.
    redis_url: RedisAddress = "redis://127.0.0.1:6379/0"
    celery_broker_url: RedisAddress | None = None
    slack_api_url: WebAddress = "https://slack.com/api/"
    history_ttl_days: int = Field(30, ge=1)
    guests: Annotated[Literal["ask", "deny"], Lower] = "ask"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = "INFO"
    log_format: Annotated[Literal["json", "console"], Lower] = "json"

    @property
    def broker_url(self) -> str:
        return self.celery_broker_url or self.redis_url

    @property
    def slack_base_url(self) -> str:
        """The Web API's base as slack_sdk wants it, with a slash at its end."""
        return self.slack_api_url + "/"

    @property
    def history_ttl_seconds(self) -> int:
        return self.history_ttl_days * 86_400


class SlackWayIn(BaseSettings):
    """How events reach the listener: a socket, or signed requests."""

    model_config = Settings.model_config

    slack_app_token: AppToken | None = None
    slack_signing_secret: SecretStr | None = None

    def missing(self) -> list[str]:
        """Return the names that are required because of what else is set or not set."""
        return [] if self.slack_app_token or self.slack_signing_secret else ["SLACK_SIGNING_SECRET"]


class JiraAccount(BaseSettings):
    """How to log in to Jira: by e-mail and API token (Cloud) or personal access token (Data Center)."""

    model_config = Settings.model_config

    jira_deployment: Annotated[Literal["cloud", "datacenter"], Lower] = "cloud"
    jira_email: str | None = None
    jira_api_token: SecretStr | None = None
    jira_pat: SecretStr | None = None

    def missing(self) -> list[str]:
        """Return the names that are required because of what else is set or not set."""
        if self.jira_deployment == "datacenter":
            return [] if self.jira_pat else ["JIRA_PAT"]
        wanted = {"JIRA_EMAIL": self.jira_email, "JIRA_API_TOKEN": self.jira_api_token}
        return [name for name, value in wanted.items() if not value]


class ConfluenceAccount(BaseSettings):
    """Which Confluence spaces are searched, and as whom they are read: Jira's account unless another is named."""

    model_config = Settings.model_config

    confluence_url: WebAddress | None = None
    confluence_spaces: Words = ()
    confluence_open_spaces: Words = ()
    confluence_email: str | None = None
    confluence_api_token: SecretStr | None = None

    def missing(self) -> list[str]:
        """Return the names that are required because of what else is set or not set."""
        return ["CONFLUENCE_URL"] if self.confluence_spaces and not self.confluence_url else []


class BotSettings(Settings, SlackWayIn):
    """What `web` must be told to start; it never holds a key of Claude's or Jira's."""

    slack_bot_token: BotToken
    jira_webhook_secret: SecretStr | None = None
    admin_users: Words = ()
    allowed_bots: Words = ()
    reaction_emoji: Emoji = "ticket"
    host: str = "127.0.0.1"
    port: int = Field(3000, ge=0, le=65_535)

    @property
    def drafting_emoji(self) -> str:
        """The emoji that makes a draft of a message, empty for none."""
        return "" if self.reaction_emoji.lower() == "off" else self.reaction_emoji


class WorkerSettings(Settings, JiraAccount, ConfluenceAccount):
    """What `worker` and `beat` must be told to start."""

    slack_bot_token: BotToken
    anthropic_api_key: SecretStr
    anthropic_base_url: WebAddress | None = None
    anthropic_model: str = "claude-sonnet-5-5"
    anthropic_fast_model: str = "claude-haiku-5-5"
    # "off": none.
    anthropic_fallback_model: str = "claude-haiku-5-5"
    # By model: tokens above which a price holds, then dollars per million tokens (see `_prices`).
    model_prices: Prices = ()
    # Zero is no budget.
    budget_person_day_usd: float = Field(20, ge=0)
    budget_channel_day_usd: float = Field(100, ge=0)
    budget_workspace_month_usd: float = Field(1_000, ge=0)
    budget_turn_usd: float = Field(1, ge=0)
    jira_url: WebAddress
    jira_site_url: WebAddress | None = None
    jira_projects: ProjectKeys
    jira_accounts: Accounts = ()
    jira_open_projects: OptionalKeys = ()
    jira_channel_projects: OptionalKeys = ()
    admin_users: Words = ()
    knowledge_dirs: Folders = ()
    knowledge_jira_days: int = Field(365, ge=0, le=3_650)
    knowledge_refresh_minutes: int = Field(10, ge=1)
    knowledge_language: Annotated[Language, Lower] = "english"
    write_policy: Annotated[Literal["confirm", "auto"], Lower] = "confirm"
    # What counts as untriaged, and how much bulk work does at once.
    triage_rules: TriageRules = "priority,component,label"
    triage_default_priority: str = "Medium"
    triage_label: str = "untriaged"
    triage_days: int = Field(30, ge=1)
    triage_most: int = Field(1_000, ge=1, le=10_000)
    summary_most: int = Field(200, ge=1, le=1_000)
    batch_poll_seconds: float = Field(30, gt=0)
    slack_streaming: bool = True
    turn_timeout_seconds: int = Field(300, ge=10)
    turn_max_rounds: int = Field(16, ge=1)
    turn_max_tokens: int = Field(1_000_000, ge=10_000)
    turn_tool_calls: ToolCalls = TOOL_CALLS
    compact_at_tokens: int = Field(50_000, ge=5_000)
    hopeless_seconds: int = Field(90, ge=1)

    @property
    def has_knowledge(self) -> bool:
        """Whether there is anything to search beside Jira's own search; resolved issues alone only if asked for."""
        days = self.knowledge_jira_days if "knowledge_jira_days" in self.model_fields_set else 0
        return bool(self.knowledge_dirs or self.confluence_spaces or days)

    @property
    def tool_calls(self) -> Mapping[str, int]:
        """How often each tool may be called in one answer: what is not set is as it is by default."""
        return {**tool_calls_of(TOOL_CALLS), **tool_calls_of(self.turn_tool_calls)}

    @property
    def fallback_model(self) -> str:
        """The model that steps in when the usual one has no room; empty for none."""
        return "" if self.anthropic_fallback_model.lower() == "off" else self.anthropic_fallback_model

    @property
    def site_url(self) -> str:
        """The base of links that people open."""
        return self.jira_site_url or self.jira_url


def load(kind: type[S]) -> S:
    """Return the settings of a process, or end it with one line on stderr that names all that is wrong."""
    faults = _missing(kind)
    try:
        settings = kind()
    except ValidationError as error:
        faults = [*_faults(error), *faults]
    else:
        if not faults:
            return settings
    sys.stderr.write(cannot_start(faults))
    raise SystemExit(2)


def cannot_start(faults: Collection[str]) -> str:
    """Return the one line that names all that is wrong with the settings."""
    instead = {"SLACK_SIGNING_SECRET is missing": " (or SLACK_APP_TOKEN, to listen on a socket)"}
    hint = "; .env.example says what each is for" if any("is missing" in fault for fault in faults) else ""
    return f"support-bot cannot start: {'; '.join(fault + instead.get(fault, '') for fault in faults)}{hint}\n"


def wrong_for(*kinds: type[Settings]) -> list[str]:
    """Return what is wrong or missing for these processes together, each once."""
    return list(dict.fromkeys(fault for kind in kinds for fault in (*_malformed_of(kind), *_missing(kind))))


def load_what_is_there(kind: type[B]) -> tuple[B, dict[str, str]]:
    """Return the settings without those that are wrong or missing, and what is wrong with these, by their names.

    For who looks at one thing after another, and at none of which a setting is named here.
    """
    faults = [*_malformed_of(kind), *(_missing(kind) if issubclass(kind, Settings) else ())]
    found = {fault.partition(":")[0].partition(" is missing")[0]: fault for fault in faults}
    fields = kind.model_fields
    instead: dict[str, Any] = {
        name: PUT_IN_PLACE[name] if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in fields.items()
        if name.upper() in found
    }
    return kind(**instead), found


def _missing(kind: type[BaseSettings]) -> list[str]:
    parts = (SlackWayIn, JiraAccount, ConfluenceAccount)
    return [fault for part in parts if issubclass(kind, part) for fault in _missing_of(part)]


def _malformed_of(part: type[BaseSettings]) -> list[str]:
    try:
        part()
    except ValidationError as error:
        return _faults(error)
    return []


def _missing_of(part: type[SlackWayIn | JiraAccount | ConfluenceAccount]) -> list[str]:
    try:
        return [f"{name} is missing" for name in part().missing()]
    except ValidationError:
        return []  # The process's own class has named it already.


def _faults(error: ValidationError) -> list[str]:
    """Name each wrong setting, never its value."""
    found = []
    for item in error.errors(include_input=False, include_url=False):
        name = str(item["loc"][0]).upper() if item["loc"] else "settings"
        found.append(f"{name} is missing" if item["type"] == "missing" else f"{name}: {_plain(item)}")
    return found


def _plain(item: ErrorDetails) -> str:
    """Say what a value must be."""
    words = IN_PLAIN_WORDS.get(item["type"])
    if words is None:
        return item["msg"].removeprefix("Value error, ")
    return words.format(**item.get("ctx", {})).replace("'", "")
