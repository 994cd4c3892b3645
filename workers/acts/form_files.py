"""What the fast model is shown of the files around a message: as much as there is time for before a form is filled."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

from workers import prompt
from workers.claude.purse import tokens_at_most
from workers.files.blocks import ReadFile, Room
from workers.reading import FileReader, Shared
from workers.records import SlackFile
from workers.slack.files import SlackFiles

SECONDS = 1.5
"""For all of them together: with the model's time it is less than the time after which a form is shown unfilled."""
MOST_FILES = 5
MOST_TOKENS = 15_000
"""More than this takes the fast model longer than a form may wait."""
ROOM = Room(media=1_500_000, images=1, documents=1, text=8_000)
"""Of each."""


def blocks_of(shared: Sequence[Shared], source: SlackFiles, team_id: str) -> list[dict[str, Any]]:
    """Return what is shown of the files of messages, the last ones first; one that does not come in time is missing."""
    wanted = {file.id: (each.by, file) for each in reversed(shared) for file in each.files}
    newest = dict(list(wanted.items())[:MOST_FILES])
    found = _read_at_once(newest.values(), source, team_id)
    blocks: list[dict[str, Any]] = []
    for each in (found[file_id] for file_id in newest if file_id in found):
        more = [*blocks, *prompt.shown([each])]
        blocks = more if tokens_at_most(more) <= MOST_TOKENS else blocks
    return blocks


def _read_at_once(files: Iterable[tuple[str, SlackFile]], source: SlackFiles, team_id: str) -> dict[str, ReadFile]:
    """Return what could be read by then, by the files' ids; what comes later is lost, and holds nobody up."""
    results: queue.SimpleQueue[tuple[str, ReadFile]] = queue.SimpleQueue()

    def read(by: str, file: SlackFile) -> None:
        for each in FileReader(source, team_id, lambda _name: None).read([Shared(by, (file,))], ROOM):
            results.put((file.id, each))

    # A pool would be waited for when the process leaves.
    threads = [threading.Thread(target=read, args=each, daemon=True) for each in files]
    for thread in threads:
        thread.start()
    until = time.monotonic() + SECONDS
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    found: dict[str, ReadFile] = {}
    while not results.empty():
        file_id, each = results.get()
        found[file_id] = each
    return found
