"""How the values of settings are read from their text: pure, with errors that say what is wanted and hold no value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from workers.redis_address import checked

TOOL_CALLS = "jira_search=8,jira_get_issue=15,jira_create_options=6,jira_create_issue=5,knowledge_search=6,other=10"
"""How often a tool may be called in one answer."""
TOOLS = frozenset(
    {
        "jira_search",
        "jira_get_issue",
        "jira_create_options",
        "jira_create_issue",
        "jira_add_comment",
        "jira_update_issue",
        "jira_transition_issue",
        "jira_link_issues",
        "knowledge_search",
    }
)
OTHER = "other"


def _words(value: Any) -> Any:
    """Split a comma list; anything else passes as it is."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _project_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    if not keys:
        raise ValueError("must be a comma list of project keys, such as OPS,WEB")
    return _optional_keys(keys)


def _optional_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    keys = tuple(key.upper() for key in keys)
    if not all(key[0].isalpha() and key.replace("_", "").isalnum() for key in keys):
        raise ValueError("must be a comma list of project keys, such as OPS,WEB")
    return keys


def _accounts(value: Any) -> Any:
    """Read a comma list of pairs: who is meant in Slack, an equals sign, who that is in Jira."""
    if not isinstance(value, str):
        return value
    pairs = [tuple(part.strip() for part in word.partition("=")[::2]) for word in value.split(",") if word.strip()]
    if not all(name and account for name, account in pairs):
        raise ValueError("must be a comma list such as U0123=ada@example.com,bob@example.com=5b10a2844c20165700ede21f")
    return tuple(pairs)


def _triage_rules(value: str) -> str:
    names = [word.strip().lower() for word in value.split(",") if word.strip()]
    if not names or not set(names) <= {"priority", "component", "label"}:
        raise ValueError("must be a comma list of priority, component and label")
    return ",".join(names)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http(s) address")
    return value.rstrip("/")


def _prices(value: Any) -> Any:
    """Read `model=input/output[/read[/write 5m[/write 1h]]]`, with `model>tokens=` for longer prompts."""
    if not isinstance(value, str):
        return value
    found = []
    for item in _words(value):
        name, _, numbers = item.partition("=")
        model, _, above = name.partition(">")
        try:
            row = tuple(float(number) for number in (above or "0", *numbers.split("/")))
        except ValueError:
            row = ()
        if not model.strip() or not 3 <= len(row) <= 6 or any(number < 0 for number in row):
            raise ValueError("must be a comma list such as claude-x=3/15 or claude-x=3/15/0.30/3.75/6")
        found.append((model.strip(), row))
    return tuple(found)


def tool_calls_of(value: str) -> Mapping[str, int]:
    """Return how often each tool may be called, `other` for those that are not named; raises ValueError."""
    found: dict[str, int] = {}
    for item in value.split(","):
        name, _, number = (part.strip().lower() for part in item.partition("="))
        if not item.strip():
            continue
        if name not in TOOLS | {OTHER} or not number.isdigit() or int(number) < 1:
            raise ValueError(f"must be a comma list such as {TOOL_CALLS}, each at least 1")
        found[name] = int(number)
    return found


def _tool_calls(value: str) -> str:
    tool_calls_of(value)
    return value


def _folders(entries: tuple[str, ...]) -> tuple[str, ...]:
    for entry in entries:
        folder, _, address = entry.partition("=")
        if not folder.strip() or ("=" in entry and not urlsplit(address).hostname):
            raise ValueError("must be a comma list of folders, each alone or as folder=https://address/")
    return entries


def _starts_with(prefix: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix}")
        return value

    return AfterValidator(check)


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
ProjectKeys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_project_keys)]
Prices = Annotated[tuple[tuple[str, tuple[float, ...]], ...], NoDecode, BeforeValidator(_prices)]
Accounts = Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(_accounts)]
OptionalKeys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_optional_keys)]
TriageRules = Annotated[str, AfterValidator(_triage_rules)]
Folders = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_folders)]
ToolCalls = Annotated[str, AfterValidator(_tool_calls)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
RedisAddress = Annotated[str, AfterValidator(checked)]
BotToken = Annotated[SecretStr, _starts_with("xoxb-")]
AppToken = Annotated[SecretStr, _starts_with("xapp-")]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
Emoji = Annotated[str, BeforeValidator(lambda value: value.strip().strip(":") if isinstance(value, str) else value)]
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)


Language = Literal[
    "arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hungarian", "italian", "norwegian",
    "portuguese", "romanian", "russian", "spanish", "swedish", "tamil", "turkish",
]  # fmt: skip
