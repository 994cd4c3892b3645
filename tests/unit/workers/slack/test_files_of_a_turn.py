"""The files of one turn: a person waits, and what there is no time for is named."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from sandbox.slack import BOT_TOKEN, NewFile
from tests.unit.workers.slack.world import ADA, CHANNEL, World
from workers import reading
from workers.files.blocks import Room
from workers.reading import FileReader, Shared
from workers.records import SlackFile
from workers.slack.files import SlackFiles


def test_what_there_is_no_time_for_is_named_and_not_fetched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.api.call("auth.test")  # Now the stand-in knows under which address its files lie.
    ts = world.standin.say(CHANNEL, ADA, "see", files=[NewFile("late.log", b"boom")])
    message = world.api.call("conversations.replies", channel=CHANNEL, ts=ts)["messages"][0]
    file = SlackFile.from_slack(message["files"][0])
    source, begun = SlackFiles(world.clients, SecretStr(BOT_TOKEN), world.base_url), list[str]()
    monkeypatch.setattr(reading, "READ_SECONDS", -1.0)

    (read,) = FileReader(source, "T1", begun.append).read([Shared("Ada", (file,))], Room())

    assert (read.shown.block, read.shown.problem) == (None, reading.TOO_SLOW)
    assert begun == []
