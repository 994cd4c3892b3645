"""Fetches the files of a turn and has each looked at; none of them fails the turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workers.errors import FileUnreadable
from workers.files.blocks import MOST_BYTES, UNKNOWN, ReadFile, Room, Shown, show
from workers.logs import get_logger
from workers.records import SlackFile
from workers.slack.files import SlackFiles

MOST_FILES = 30
READ_SECONDS = 60.0
"""For all files of a turn together: a person waits."""
TOO_MANY = f"I read {MOST_FILES} files at once, and the newest of them come first"
TOO_SLOW = "there was not enough time to fetch it with all the others"

log = get_logger(__name__)


@dataclass(frozen=True)
class Shared:
    """The files of one message."""

    by: str
    files: tuple[SlackFile, ...]


class FileReader:
    """Reads the files of one turn."""

    def __init__(self, source: SlackFiles, team_id: str, on_file: Callable[[str], None]) -> None:
        self._source, self._team_id, self._on_file = source, team_id, on_file

    def read(self, messages: Sequence[Shared], room: Room) -> tuple[ReadFile, ...]:
        """Return the files of the messages in their order; the newest messages get the room first.

        `on_file` hears the name of each before it is fetched, and may raise to end it all.
        """
        found: dict[str, ReadFile] = {}
        until = time.monotonic() + READ_SECONDS
        for message in reversed(messages):
            for file in message.files:
                if file.id in found:
                    continue
                if len(found) >= MOST_FILES or time.monotonic() > until:
                    problem = TOO_MANY if len(found) >= MOST_FILES else TOO_SLOW
                    found[file.id] = ReadFile(file, message.by, Shown(problem=problem))
                    continue
                self._on_file(file.name)
                found[file.id], room = self._one(file, message.by, room)
        return tuple(found.pop(file.id) for message in messages for file in message.files if file.id in found)

    def _one(self, file: SlackFile, by: str, room: Room) -> tuple[ReadFile, Room]:
        try:
            file = self._source.look_up(self._team_id, file)
            shown, left = self._shown(file, room)
            if file.preview and (shown.is_too_large or file.size > MOST_BYTES or _is_of_another_kind(file, shown)):
                shown, left = self._preview(file, shown, room)
        except FileUnreadable as error:
            shown, left = Shown(problem=error.reason), room
        log.info("file_read", file=file.id, block=shown.block["type"] if shown.block else "none", why=shown.problem)
        return ReadFile(file, by, shown), left

    def _shown(self, file: SlackFile, room: Room) -> tuple[Shown, Room]:
        try:
            with self._source.opened(self._team_id, file, most_bytes=MOST_BYTES) as download:
                return show(file.name, download.content, download.size, room)
        except FileUnreadable as error:
            return Shown(problem=error.reason), room

    def _preview(self, file: SlackFile, shown: Shown, room: Room) -> tuple[Shown, Room]:
        """Return Slack's own picture of one that is too large or of another kind, or what was known without it."""
        smaller, left = self._shown(file.model_copy(update={"url": file.preview, "size": 0}), room)
        return (replace(smaller, is_smaller=True), left) if smaller.block else (shown, room)


def _is_of_another_kind(file: SlackFile, shown: Shown) -> bool:
    """Return whether it is a picture that Slack can draw and Claude cannot, such as HEIC or TIFF."""
    return shown.problem == UNKNOWN and file.mimetype.startswith("image/")
