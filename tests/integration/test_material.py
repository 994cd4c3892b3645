"""What a form or a draft of a message is made from, however long its thread and whoever is let in."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis

from sandbox.faults import Fault
from sandbox.slack.people import NewFile
from tests.integration.bulk_world import ADA, CHANNEL, GRACE, BulkWorld, bulk_world
from workers.acts.form import filled_form
from workers.acts.material import Material, files_for_issue, material_of
from workers.acts.submit import submit
from workers.records import FORM, Action, SlackFile

pytestmark = pytest.mark.integration

NOT_INVITED = "C0RANDOM0"
MANY = 25


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client) as made:
        yield made


def pointed_at(world: BulkWorld, ts: str, *, root: str = "", channel: str = CHANNEL, text: str = "") -> Action:
    """Return that Grace wants an issue of a message."""
    return Action(
        id=f"a-{ts}", kind="form_open", team_id=world.team_id, subject="form:f1", user_id=GRACE, channel_id=channel,
        message_ts=ts, thread_ts=root, values={"form": "f1", "text": text},
    )  # fmt: skip


def read(world: BulkWorld, action: Action) -> Material:
    return material_of(action, world.worker.actions.acts)


def names(files: tuple[SlackFile, ...]) -> list[str]:
    return [file.name for file in files]


def test_the_message_that_is_to_be_filed_is_read_however_long_its_thread(world: BulkWorld) -> None:
    root = world.slack.say(CHANNEL, ADA, "The boiler is cold.", files=[NewFile("boiler.log", b"brr")])
    early = world.slack.say(CHANNEL, ADA, "Since Monday.", root)
    for number in range(120):
        world.slack.say(CHANNEL, ADA, f"still cold {number}", root)

    of_root, of_reply = read(world, pointed_at(world, root)), read(world, pointed_at(world, early, root=root))

    assert (of_root.text, of_reply.text) == ("The boiler is cold.", "Since Monday.")
    assert "The boiler is cold." in of_root.whole.rpartition("</thread>")[2]
    assert "Since Monday." in of_reply.whole.rpartition("</thread>")[2]


def test_a_message_that_its_thread_does_not_show_is_filed_as_it_was_sent_along(world: BulkWorld) -> None:
    root = world.slack.say(CHANNEL, ADA, "Anything broken?")
    ts = world.slack.say(CHANNEL, ADA, "The bell is mute.", root)
    world.slack.delete(CHANNEL, ts)

    found = read(world, pointed_at(world, ts, root=root, text="The bell is mute."))

    assert found.text == "The bell is mute."
    assert found.whole.endswith("<message>\nThe bell is mute.\n</message>")


def test_of_very_many_files_the_messages_own_are_kept_and_the_form_says_that_some_are_not(world: BulkWorld) -> None:
    root = world.slack.say(CHANNEL, ADA, "The boiler is cold.", files=[NewFile("own.log", b"brr")])
    for number in range(MANY):
        world.slack.say(CHANNEL, ADA, "more", root, [NewFile(f"{number}.log", b"brr")])
    action = pointed_at(world, root)

    found = read(world, action)

    kept, notes = files_for_issue(found.files)
    assert names(kept) == [*(f"{number}.log" for number in range(6, MANY)), "own.log"]
    assert notes == ("Of 26 files only 20 will be attached: those of the message itself, then the newest.",)
    without_model = Material(found.text, "", found.files)
    assert filled_form(action, without_model, world.worker.actions.acts).note == notes[0]


def test_a_form_that_could_not_say_it_leaves_that_to_the_card(world: BulkWorld) -> None:
    root = world.slack.say(CHANNEL, ADA, "The boiler is cold.")
    files = tuple(SlackFile(id=f"F{number}", name=f"{number}.log") for number in range(MANY))
    world.worker.actions.acts.forms.keep_files(world.team_id, "f1", files)
    world.worker.actions.acts.forms.draw(world.team_id, "f1", by="listener")
    values = {"project": "OPS", "issue_type": "Task", "summary": f"Boiler {time.time()}", FORM: "f1"}

    submit(
        pointed_at(world, root).model_copy(update={"kind": "shortcut_submit", "values": values}),
        world.worker.actions.acts,
    )

    assert "Of 25 files only 20" in str(world.slack.replies_of_bot(CHANNEL, root)[-1].blocks)


def test_only_to_a_channel_somebody_is_asked_to_invite_it(world: BulkWorld) -> None:
    def note_of(code: str, channel: str) -> str:
        world.slack.faults.add(Fault(operation="conversations.replies", kind="error", error=code))
        return read(world, pointed_at(world, "1700000000.000100", channel=channel, text="The plant is dry.")).note

    assert "Invite me there with /invite" in note_of("not_in_channel", NOT_INVITED)
    assert "Invite me there with /invite" in note_of("channel_not_found", NOT_INVITED)
    between_two, refused = note_of("channel_not_found", "D0OTHERS1"), note_of("thread_not_found", CHANNEL)
    assert "/invite" not in between_two + refused
    assert "I take no part in this conversation" in between_two
    assert "does not let me read this thread" in refused
    assert note_of("internal_error", CHANNEL) == ""
