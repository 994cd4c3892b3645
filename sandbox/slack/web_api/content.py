"""Checks what a message is to say: text, markdown, blocks, metadata."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox.slack.blocks import MARKDOWN_LIMIT, TABLE_TEXT_LIMIT, check_blocks, markdown_length, table_length
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import fallback_text
from sandbox.slack.web_api.args import Args

Json = dict[str, Any]

POST_TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
METADATA_BYTES = 8_000


@dataclass(frozen=True)
class Content:
    """What a message says; None where the call left a part out."""

    text: str | None
    markdown_text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None
    was_cut: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.markdown_text or self.blocks or self.attachments)

    @property
    def shown_text(self) -> str:
        """The text to store: the given one, the markdown, or what can be read off the blocks."""
        return self.text or self.markdown_text or fallback_text(self.blocks)


def read_content(args: Args, *, is_update: bool = False) -> Content:
    """Return the content of a posting call; raises ApiError as Slack refuses."""
    text, markdown = args.text("text"), args.text("markdown_text")
    blocks = read_blocks(args)
    if markdown is not None and (text is not None or blocks is not None):
        raise ApiError("markdown_text_conflict")
    if markdown is not None and len(markdown) > MARKDOWN_LIMIT:
        raise ApiError("msg_too_long")
    if is_update and text is not None and len(text) > UPDATE_TEXT_LIMIT:
        raise ApiError("msg_too_long")
    was_cut = text is not None and len(text) > POST_TEXT_LIMIT
    attachments = args.structure("attachments", "invalid_attachments")
    if attachments is not None and not isinstance(attachments, list):
        raise ApiError("invalid_attachments")
    if len(attachments or []) > 100:
        raise ApiError("too_many_attachments")
    shown = text[:POST_TEXT_LIMIT] if text is not None else None
    return Content(shown, markdown, blocks, attachments, read_metadata(args), was_cut)


def read_blocks(args: Args, name: str = "blocks") -> list[Json] | None:
    """Return the blocks of a call, checked."""
    blocks = args.structure(name, "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    refuse_bad_blocks(blocks)
    return blocks


def refuse_bad_blocks(blocks: Any, error: str = "invalid_blocks") -> None:
    """Raise what Slack answers to blocks that it does not take."""
    complaints = check_blocks(blocks)
    if markdown_length(blocks) > MARKDOWN_LIMIT or table_length(blocks) > TABLE_TEXT_LIMIT:
        raise ApiError("msg_blocks_too_long", complaints)
    if complaints:
        raise ApiError(error, complaints)


def read_metadata(args: Args) -> Json | None:
    """Return the metadata of a call, of the shape that Slack keeps."""
    metadata = args.structure("metadata", "invalid_metadata_format")
    if metadata is None or metadata == {}:
        return None if metadata is None else {}
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    if set(metadata) <= {"entities"}:
        return metadata
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise ApiError("invalid_metadata_schema")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_schema")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return metadata
