"""A turn that ends badly ends once, with the right words, whatever Slack says to them and whoever edits meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from sandbox.claude.scripts import reply, tool
from sandbox.faults import Fault
from sandbox.slack.messages import words_of
from tests.integration.listener_harness import wait_for
from tests.integration.turn_world import TurnWorld, turn_world
from workers.attempt import Attempt
from workers.errors import Interrupted, SlackUnavailable
from workers.interrupt import Interrupt
from workers.lease import Lease, under
from workers.message_changes import MessageChanges, NewWords
from workers.records import ReplySegment, TurnRequest
from workers.state.codec import encode
from workers.turn import run_turn
from workers.views import failures

pytestmark = pytest.mark.integration

ADAS_DM = "D0ADA0001"
FOR_GOOD = "slack_connect_file_link_sharing_blocked"


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[TurnWorld]:
    with turn_world(redis_url, redis_client) as made:
        yield made


def refuse(world: TurnWorld, times: int) -> None:
    """Have Slack refuse for good what the bot posts, so many times."""
    world.slack.faults.add(Fault(operation="chat.postMessage", kind="error", error=FOR_GOOD, times=times))


def test_an_answer_that_slack_never_takes_does_not_keep_the_thread(world: TurnWorld) -> None:
    world.world.claude.script(reply("See the file."), when="roof", forever=True)
    request = world.ask("is the roof tight?")
    refuse(world, -1)

    for _ in range(3):
        world.is_due(request)
        world.run(request)

    assert not world.is_waiting(request)
    assert world.said(request) == []
    assert not world.slack.workspace.status_of(request.conversation.channel_id, request.ts)


def test_what_slack_refuses_is_left_out_and_the_failure_is_said_alone(world: TurnWorld) -> None:
    world.world.claude.script(reply("See the file."), when="roof", forever=True)
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, attempts="2")
    # The growing answer, its end, and the sentence behind it.
    refuse(world, 3)

    world.run(request)

    assert world.said(request) == [failures.UNEXPECTED]
    assert world.has_button(request)
    assert not world.is_waiting(request)


@pytest.mark.parametrize("mark", ["deleted", "stopped"])
def test_an_end_that_slack_does_not_take_waits_for_slack_and_is_no_failure(world: TurnWorld, mark: str) -> None:
    request = world.ask("is the roof tight?")
    begun = world.post(request, "Let me see.")
    segment = ReplySegment(ts=begun, confirmed="Let me see.", intended="Let me see.")
    kept = {"segments": [segment.model_dump(mode="json")], "failing_since": time.time() - 1000}
    world.note(request, id=request.ts, **{name: encode(value) for name, value in kept.items()})
    assert world.turns.boxes.mark(
        request.conversation.box, "deleted" if mark == "deleted" else "stopped", only=request.ts
    )
    method = "chat.delete" if mark == "deleted" else "chat.update"
    wait_asked_for(world, method, "120")

    world.run(request)

    assert world.said(request) == ["Let me see."]
    assert not world.has_button(request)
    # It is not taken up again before Slack said so.
    assert world.turns.boxes.claim(request.conversation.box) is None
    assert world.is_waiting(request)


def test_an_answer_that_slack_takes_late_is_no_failure_however_long_that_lasts(world: TurnWorld) -> None:
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, failing_since=encode(time.time() - 2000))
    away = SlackUnavailable("chat.postMessage", retry_after_seconds=120, was_sent=False)

    world.end(request).later(away)

    assert world.said(request) == []
    assert world.turns.failed.find(request.conversation, request.ts) is None
    assert world.turns.boxes.claim(request.conversation.box) is None
    world.is_due(request)
    world.world.claude.script(reply("It is tight."), when="roof")
    world.run(request)
    assert world.said(request) == ["It is tight."]
    assert not world.has_button(request)


def wait_asked_for(world: TurnWorld, method: str, seconds: str) -> None:
    """Have Slack ask for a wait, once."""
    world.slack.faults.add(
        Fault(operation=method, kind="status", status=429, headers={"Retry-After": seconds},
              body={"ok": False, "error": "ratelimited"})
    )  # fmt: skip


def test_a_question_that_is_edited_at_a_failing_end_is_answered_anew(world: TurnWorld) -> None:
    world.world.claude.script(reply("It is."), when="wall", forever=True)
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, attempts="8")
    claim = world.claim(request)
    box, anew = request.conversation.box, request.model_copy(update={"text": "is the wall tight?"})
    assert world.turns.boxes.edit(box, request.ts, anew.model_dump(mode="json")) == "edited"

    run_turn(claim, world.turns)

    assert world.said(request) == []
    world.run(request)
    assert world.said(request) == ["It is."]
    assert not world.is_waiting(request)


def test_new_words_that_come_after_the_failing_end_are_those_that_are_tried_again(world: TurnWorld) -> None:
    request = world.ask("is the roof tight?")
    world.note(request, id=request.ts, attempts="8")

    world.run(request)

    kept = world.turns.failed.find(request.conversation, request.ts)
    assert kept == request
    assert world.has_button(request)


def test_what_a_tool_was_writing_when_the_answer_was_stopped_is_said(world: TurnWorld) -> None:
    world.new_worker(write_policy="auto")
    wanted = {"project": "OPS", "issue_type": "Task", "summary": "Roof leaks", "description": "So it is."}
    world.world.claude.script(reply("I file it.", tool("jira_create_issue", wanted)), when="roof")
    request = world.ask("file the roof")
    world.world.jira.faults.add(Fault(operation="POST issue", kind="delay", seconds=3))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(world.run, request)
        wait_for(lambda: world.world.jira.faults.played, seconds=30)
        world.turns.boxes.mark(request.conversation.box, "stopped", only=request.ts)
        running.result(60)

    (key,) = [key for key, issue in world.world.jira.issues.items() if issue.fields["summary"] == "Roof leaks"]
    assert any("Stopped" in said and f"filed {key}" in said for said in world.said(request))


def test_drafts_of_a_failed_try_are_withdrawn_before_it_is_asked_again(world: TurnWorld) -> None:
    request = world.failed("is the roof tight?")
    old = [world.draft(request, name) for name in ("d1", "d2")]

    # As a worker that dies when the first is cancelled and its card not yet written.
    with pytest.raises(Interrupted), under(Lease(0)):
        world.try_again(request)

    assert not world.is_waiting(request)
    world.try_again(request)
    assert [world.state(draft) for draft in old] == ["cancelled", "cancelled"]
    assert world.is_waiting(request)
    new = world.draft(request, "d3")
    world.try_again(request)
    assert world.state(new) == "new"


def test_a_draft_of_a_failed_try_is_withdrawn_however_many_the_thread_has_made_since(world: TurnWorld) -> None:
    request = world.failed("is the roof tight?")
    old = world.draft(request, "old")
    later = [world.draft(request, f"later{number}", turn_ts="1.0") for number in range(10)]

    world.try_again(request)

    assert world.state(old) == "cancelled"
    assert {world.state(draft) for draft in later} == {"new"}


def test_another_try_takes_the_place_of_every_message_of_an_answer_that_failed(world: TurnWorld) -> None:
    long = "\n\n".join(f"Paragraph {number}. " + "It is said at length. " * 20 for number in range(40))
    world.world.claude.script(reply(long, tool("jira_search", {"keywords": ["roof"]})), when="roof")
    refused = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    world.world.claude.faults.add(Fault(operation="messages", kind="status", status=401, body=refused, after=1))
    request = world.ask("is the roof tight?")
    world.run(request)
    assert len(world.said(request)) > 1
    assert world.has_button(request)

    world.world.claude.script(reply("It is tight."), when="roof")
    world.try_again(request)
    world.run(request)

    assert world.said(request) == ["It is tight."]
    assert not world.has_button(request)


def meanwhile(world: TurnWorld, request: TurnRequest, change: Callable[[MessageChanges], object]) -> None:
    """Press Try again, and have Slack tell of a change while the cards of the failed try are rewritten."""
    world.draft(request, "d1")
    world.slack.faults.add(Fault(operation="*", kind="delay", seconds=3))
    with ThreadPoolExecutor(1) as pool:
        pressing = pool.submit(world.try_again, request)
        wait_for(lambda: world.slack.faults.played, seconds=30)
        turns = world.turns
        change(MessageChanges(turns.boxes, turns.failed, turns.kick))
        assert not pressing.done()
        pressing.result(60)


def test_a_question_that_is_deleted_while_it_is_put_back_is_not_answered(world: TurnWorld) -> None:
    request = world.failed("is the roof tight?")

    meanwhile(world, request, lambda changes: changes.withdraw(request.conversation, request.ts, is_placed=True))

    assert not world.is_waiting(request)
    assert [hint.text for hint in world.slack.ephemerals] == [failures.RETRY_GONE]
    world.try_again(request)
    assert not world.is_waiting(request)


def test_a_question_that_is_edited_while_it_is_put_back_is_answered_as_it_reads_now(world: TurnWorld) -> None:
    request = world.failed("is the roof tight?")
    new = NewWords(request.ts, "is the wall tight?", f"{time.time():.6f}")

    meanwhile(world, request, lambda changes: changes.edit(request.conversation, new))

    assert world.claim(request).body["text"] == new.text


def test_new_words_reach_a_question_that_was_put_back_though_the_worker_died_with_them(world: TurnWorld) -> None:
    request = world.failed("is the roof tight?")
    turns, where = world.turns, request.conversation
    new = NewWords(request.ts, "is the wall tight?", f"{time.time():.6f}")
    MessageChanges(turns.boxes, turns.failed, turns.kick).edit(where, new)
    turns.boxes.put(where.box, f"{request.ts}~1", request.model_dump(mode="json"))  # Its worker dies here.

    world.try_again(request)

    assert world.claim(request).body["text"] == new.text


def test_a_conversation_gets_its_title_though_the_model_takes_longer_than_the_keeper_looks(world: TurnWorld) -> None:
    asked = "Since the update of this morning the VPN gateway drops everybody on the hour, with error 809 in the log."
    world.world.claude.script(reply("Restart it."), when="809", forever=True)
    request = world.ask(asked, channel=ADAS_DM)
    # The keeper looks at its leases every second.
    world.world.claude.faults.add(Fault(operation="structured", kind="delay", seconds=2.5, times=-1))

    world.run(request)

    assert world.slack.workspace.titles[ADAS_DM, request.ts]
    assert not world.is_waiting(request)


def test_one_thing_that_fails_after_a_commit_keeps_nothing_else_from_being_done(world: TurnWorld) -> None:
    request = world.ask("is the roof tight?")
    attempt = Attempt(world.claim(request), world.turns, Interrupt(deadline=time.monotonic() + 60))
    done: list[str] = []

    assert attempt.commit(None, "done")
    attempt.afterwards += [lambda: done.append(done[7]), lambda: done.append("told")]
    attempt.settle()

    assert done == ["told"]


def test_an_answer_that_is_no_stream_is_asked_about_as_well(world: TurnWorld) -> None:
    world.world.claude.script(reply("It is."), when="roof")
    request = world.ask("is the roof tight?")

    world.run(request)

    (message,) = world.written(request)
    assert (words_of(message), message.action_ids) == ("It is.", ["feedback"])
