"""The files of one turn: a person waits, and what there is no time for is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from sandbox.slack import BOT_TOKEN, NewFile
from tests.sample_files import png
from tests.unit.workers.slack.world import ADA, CHANNEL, World
from workers import reading
from workers.files.blocks import UNKNOWN, Room
from workers.reading import FileReader, Shared
from workers.records import SlackFile
from workers.slack.files import SlackFiles


def shared_by_ada(world: World, file: NewFile) -> SlackFile:
    """Share a file in the thread, and return it as Slack tells of it."""
    world.api.call("auth.test")  # Now the stand-in knows under which address its files lie.
    ts = world.standin.say(CHANNEL, ADA, "see", files=[file])
    message = world.api.call("conversations.replies", channel=CHANNEL, ts=ts)["messages"][0]
    return SlackFile.from_slack(message["files"][0])


def reader(world: World, on_file: Callable[[str], None]) -> FileReader:
    return FileReader(SlackFiles(world.clients, SecretStr(BOT_TOKEN), world.base_url), "T1", on_file)


def test_what_there_is_no_time_for_is_named_and_not_fetched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file, begun = shared_by_ada(world, NewFile("late.log", b"boom")), list[str]()
    monkeypatch.setattr(reading, "READ_SECONDS", -1.0)

    (read,) = reader(world, begun.append).read([Shared("Ada", (file,))], Room())

    assert (read.shown.block, read.shown.problem) == (None, reading.TOO_SLOW)
    assert begun == []


def test_of_a_picture_that_the_model_cannot_open_slacks_own_is_shown(world: World) -> None:
    heic = b"\0\0\0\x18ftypheic" + bytes(64)
    photo = shared_by_ada(world, NewFile("photo.heic", heic, "image/heic", preview=png(9, 9)))
    blob = shared_by_ada(world, NewFile("blob.bin", heic, "application/octet-stream", preview=png(9, 9)))

    of_photo, of_blob = reader(world, lambda _name: None).read([Shared("Ada", (photo, blob))], Room())

    assert of_photo.shown.block is not None
    assert of_photo.shown.block["source"]["media_type"] == "image/png"
    assert of_blob.shown.problem == UNKNOWN
