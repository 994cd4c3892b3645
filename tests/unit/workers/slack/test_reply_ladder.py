"""Which way of answering is taken where Slack gives no stream, and where a stream ends so that another begins."""

from __future__ import annotations

import pytest

from tests.unit.workers.slack.world import ADA, World, holders, rate_limited, refused, shown, texts
from workers.errors import ReplyGone
from workers.state.limiter import Hold
from workers.state.slack_budgets import budgets_of
from workers.views.progress import BEGUN

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("code", ["feature_not_enabled", "unknown_method", "method_deprecated"])
def test_a_workspace_without_streams_gets_post_and_edit_and_is_not_asked_again(world: World, code: str) -> None:
    world.standin.faults.add(refused("chat.startStream", code, times=-1))
    for number in range(3):
        reply = world.reply(may_stream=True)
        reply.append(f"Answer {number}")
        world.sleep(1.1)
        reply.append(" grows.")
        reply.finish()
    assert texts(world) == [f"Answer {number} grows." for number in range(3)]
    assert world.calls("chat.startStream") == 1
    assert holders(world, "chat.stopStream") == 0


def test_a_channel_that_cannot_be_streamed_to_says_nothing_of_others(world: World) -> None:
    world.standin.faults.add(refused("chat.startStream", "channel_type_not_supported"))
    first = world.reply(may_stream=True)
    first.append("One")
    first.finish()
    again = world.reply(may_stream=True)
    again.append("Two")
    again.finish()
    assert world.calls("chat.startStream") == 1
    ts = world.standin.say("C0GENERAL", ADA, "hello")
    world.conversation = world.conversation.model_copy(update={"channel_id": "C0GENERAL", "thread_ts": ts})
    world.reply(may_stream=True, turn_ts=ts).append("Three")
    assert world.calls("chat.startStream") == 2


@pytest.mark.parametrize("code", ["channel_not_found", "restricted_action", "is_inactive", "thread_not_found"])
def test_a_channel_that_is_closed_takes_no_other_its_streams(world: World, code: str) -> None:
    world.standin.faults.add(refused("chat.startStream", code))
    world.standin.faults.add(refused("chat.postMessage", code))
    with pytest.raises(ReplyGone):
        world.reply(may_stream=True).append("One")
    ts = world.standin.say("C0GENERAL", ADA, "hello")
    world.conversation = world.conversation.model_copy(update={"channel_id": "C0GENERAL", "thread_ts": ts})

    world.reply(may_stream=True, turn_ts=ts).append("Two")

    assert world.calls("chat.startStream") == 2


def test_a_rate_limit_is_never_taken_for_a_refusal(world: World) -> None:
    world.standin.faults.add(rate_limited("chat.startStream", 2))
    first = world.reply(may_stream=True)
    first.append("One")
    assert world.calls("chat.postMessage") == 1
    first.finish()
    world.sleep(3)
    second = world.reply(may_stream=True)
    second.append("Two")
    second.finish()
    assert world.calls("chat.startStream") == 2
    assert texts(world) == ["One", "Two"]


def test_a_fault_of_one_payload_switches_nothing_off(world: World) -> None:
    world.standin.faults.add(refused("chat.startStream", "msg_too_long"))
    for word in ("One", "Two"):
        world.sleep(2)
        reply = world.reply(may_stream=True)
        reply.append(word)
        reply.finish()
    assert texts(world) == ["One", "Two"]
    assert world.calls("chat.startStream") == 2


def test_without_a_place_for_a_start_and_its_stop_the_next_rung_is_taken_at_once(world: World) -> None:
    (stops,) = budgets_of(world.team_id, "chat.stopStream")
    for number in range(18):
        assert world.limiter.reserve(Hold(stops, f"other {number}", 300))
    replies = [world.reply(may_stream=True, turn_ts=f"{world.turn_ts[:-1]}{n}") for n in range(3)]
    for reply in replies:
        world.sleep(1.1)
        reply.append("Hello")
    assert (world.calls("chat.startStream"), world.calls("chat.postMessage")) == (2, 1)
    for reply in replies:
        reply.append(" there")
        reply.finish()
    assert texts(world) == ["Hello there"] * 3
    assert not world.standin.limits.refused


def test_before_slack_ends_a_stream_it_is_ended_and_another_goes_on(world: World) -> None:
    reply = world.reply(may_stream=True)
    said = ""
    for number in range(70):
        said += f"Sentence {number} of a long answer. "
        reply.append(f"Sentence {number} of a long answer. ")
        world.sleep(6)
    reply.finish()
    first, second = world.written()
    assert f"{shown(first)} {shown(second)}" == said.strip()
    assert shown(first).endswith(".")
    assert all(message.stream and message.stream.state == "finished" for message in (first, second))
    assert [message.action_ids for message in (first, second)] == [[], ["feedback"]]
    assert world.calls("chat.update") == 0


def test_a_long_answer_goes_on_in_a_second_stream_with_its_code_closed_and_opened(world: World) -> None:
    lines = "".join(f"print({n})\n" for n in range(2_000))
    reply = world.reply(may_stream=True)
    for start in range(0, len(lines), 900):
        reply.append(("Here:\n\n```python\n" if start == 0 else "") + lines[start : start + 900])
        world.sleep(1.3)
    reply.append("```\nDone.")
    reply.finish()
    found = texts(world)
    assert len(found) == 3
    assert all(len(text) <= 11_500 and text.count("```") == 2 for text in found)
    assert all(text.startswith("```python\nprint(") for text in found[1:])
    assert found[-1].endswith("```\nDone.")
    assert sum(text.count("print(") for text in found) == 2_000
    assert all(message.stream for message in world.written())
    assert not world.standin.limits.refused


def test_a_table_is_not_cut_in_a_row_and_its_head_comes_again(world: World) -> None:
    rows = [f"| OPS-{n} | The gateway drops the connection of user {n} |\n" for n in range(400)]
    reply = world.reply(may_stream=True)
    reply.append("| key | summary |\n|---|---|\n")
    for start in range(0, 400, 7):
        text = "".join(rows[start : start + 7])
        reply.append(text[:33])
        world.sleep(1.2)
        reply.append(text[33:])
        world.sleep(1.2)
    reply.finish()
    found = texts(world)
    assert len(found) > 1
    for text in found:
        assert text.startswith("| key | summary |\n|---|---|\n")
        assert all(line.endswith("|") for line in text.splitlines() if line)
    assert sum(text.count("OPS-") for text in found) == 400


def test_a_stream_without_a_good_place_to_end_is_edited_from_then_on(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("See [the very long")
    for _ in range(28):
        world.sleep(10)
        reply.append(" link")
    reply.append("](https://example.org) now.")
    world.sleep(2)
    reply.finish()
    assert texts(world) == [f"See [the very long{' link' * 28}](https://example.org) now."]
    assert world.written()[0].action_ids == ["feedback"]


def test_an_idle_stream_is_ended_before_its_time_and_the_rest_comes_in_a_new_message(world: World) -> None:
    reply = world.reply(may_stream=True)
    reply.append("Let me look.")
    for _ in range(40):
        world.sleep(10)
        reply.tick()
    assert world.written()[0].stream.state == "finished"  # type: ignore[union-attr]
    reply.append("\n\nFound it.")
    reply.finish()
    assert texts(world) == ["Let me look.", "Found it."]


def test_where_slack_has_no_status_line_the_answer_is_begun_with_a_word_that_it_replaces(world: World) -> None:
    world.standin.faults.add(refused("assistant.threads.setStatus", "unknown_method", times=-1))
    first = world.reply()
    assert not first.begin(), "nobody knows yet that there is no status line"
    first.status("is searching Jira…")
    assert texts(world) == [BEGUN]
    assert world.written()[0].action_ids == ["turn_stop"]
    world.sleep(1.1)
    first.append("Known as OPS-1.")
    first.finish()

    second = world.reply()
    assert second.begin()
    assert not second.begin(), "it is begun once"
    second.fail("Jira is away.")

    assert texts(world) == ["Known as OPS-1.", "Jira is away."]


def test_a_worker_that_takes_over_goes_on_in_the_message_that_only_began(world: World) -> None:
    world.standin.faults.add(refused("assistant.threads.setStatus", "missing_scope", times=-1))
    world.reply().status("is searching Jira…")

    taken_over = world.reply(world.journal.segments)
    assert not taken_over.begin()
    taken_over.append("Known as OPS-1.")
    taken_over.finish()

    assert texts(world) == ["Known as OPS-1."]


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_token_that_was_refused_for_a_while_takes_no_status_away_for_longer(world: World, code: str) -> None:
    world.standin.faults.add(refused("assistant.threads.setStatus", code, times=1))
    world.reply().status("is searching Jira…")

    world.reply().status("is reading an issue…")

    assert [status.status for status in world.standin.workspace.statuses] == ["is reading an issue…"]


def test_where_slack_has_a_status_line_nothing_is_posted_before_the_answer(world: World) -> None:
    reply = world.reply()
    reply.status("is searching Jira…")
    assert not reply.begin()
    world.standin.faults.add(rate_limited("assistant.threads.setStatus", 2))
    world.sleep(2)
    reply.status("is reading an issue…")
    assert not reply.begin()
    assert texts(world) == []
