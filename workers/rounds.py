"""What is kept of turns: the tokens of a model call, the call itself, and the entry of a turn in its history."""

from __future__ import annotations

from typing import Any

from workers.records import Record, SlackFile


class Usage(Record):
    """Tokens of one round, as the API counts them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_creation_1h_input_tokens: int = 0
    """The part of the former that is kept for an hour."""
    cache_read_input_tokens: int = 0

    @property
    def tokens(self) -> int:
        """All tokens, read and written."""
        read = self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens
        return read + self.output_tokens


class Round(Record):
    """One model call of a turn: its blocks verbatim, why it stopped, what it used."""

    blocks: tuple[dict[str, Any], ...]
    stop_reason: str | None
    usage: Usage = Usage()
    model: str = ""
    message_id: str = ""
    """The API's own name of this answer."""


class RunningCall(Record):
    """A model call that has not ended: what of it is paid by whoever goes on if its worker dies."""

    model: str
    usage: Usage
    """What it has used for certain so far."""
    member: str
    """Under which name its price is held."""
    accounts: tuple[str, ...]
    """In which accounts."""


class HistoryEntry(Record):
    """One committed turn of a conversation."""

    turn_ts: str
    asker_id: str
    audience: str
    """Who could read the answer: `channel:<id>` or `dm:<user id>`."""
    issue_keys: tuple[str, ...] = ()
    """The issues that its tools read."""
    document_ids: tuple[str, ...] = ()
    """The pages and files that its tools read, other than issues."""
    files: tuple[SlackFile, ...] = ()
    """The files on its question and on what was written above it."""
    people: dict[str, str] = {}  # noqa: RUF012  pydantic copies it
    """Whom its answer might mention, with their names: who wrote in the thread, and whom an asker named."""
    named: dict[str, str] = {}  # noqa: RUF012  pydantic copies it
    """Who else was named there: shown by name, and never called."""
    prefix: str = ""
    """Names all that stood before it in the request (see replay)."""
    prompt_version: str = ""
    tools_version: str = ""
    model: str = ""
    """Who answered: thinking belongs to its model. Empty in entries of older versions."""
    effort: str = ""
    """How hard the model was told to think: see `workers.effort`."""
    message_id: str = ""
    """The API's name of its last answer."""
    is_summary: bool = False
    """It stands for turns that were summarised; `turn_ts` is that of the newest of them."""
    messages: tuple[dict[str, Any], ...] = ()
    """Verbatim `MessageParam`s: what was asked, what was answered, tool calls with their results."""

    @property
    def message_ts(self) -> str:
        """The message that asked; a turn that was tried again carries a suffix."""
        return self.turn_ts.partition("~")[0]
