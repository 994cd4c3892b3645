"""What people see of an answer that grows, and what is left after every way it can be disturbed."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from tests.unit.workers.slack.world import ADA, CHANNEL, World, markdown_of, rate_limited
from workers.errors import Interrupted, Misconfigured, ReplyGone
from workers.records import ReplySegment
from workers.slack.pace import edit_pace
from workers.state.limiter import Grant, Hold
from workers.state.slack_budgets import budgets_of
from workers.views.limits import MARKDOWN_TEXT

pytestmark = pytest.mark.integration


def test_the_first_text_is_posted_at_once_and_more_follows_at_a_pace(world: World) -> None:
    reply = world.reply()
    reply.append("Let me ")
    assert world.texts() == ["Let me"]
    assert reply.is_visible
    for word in ("look ", "into ", "that."):
        reply.append(word)
    assert world.texts() == ["Let me"], "within a second nothing more is sent"
    world.sleep(1.0)
    reply.tick()
    assert world.texts() == ["Let me look into that."]
    reply.finish()

    (message,) = world.written()
    assert [version.kind for version in message.versions] == ["posted", "updated", "updated"]
    assert message.thread_ts == world.turn_ts
    assert message.text == "Let me look into that."


def test_words_that_come_after_nothing_or_nothing_new_are_shown_at_once(world: World) -> None:
    reply = world.reply()
    reply.restart_from("")
    reply.append("**Let")
    assert world.texts() == []
    reply.append(" me** look.")
    assert world.texts() == ["**Let me** look."]
    world.sleep(1.0)
    reply.restart_from("**Let me** look.")
    reply.append(" Found it.")

    assert world.texts() == ["**Let me** look. Found it."]


def test_a_growing_answer_can_be_stopped_and_a_finished_one_cannot(world: World) -> None:
    reply = world.reply()
    reply.append("Hello")
    assert world.written()[0].action_ids == ["turn_stop"]
    assert world.written()[0].blocks[1]["elements"][0]["value"] == world.turn_ts  # type: ignore[index]
    reply.finish()
    assert world.written()[0].action_ids == []
    updates = world.calls("chat.update")
    reply.finish()
    assert world.calls("chat.update") == updates, "what is shown already is not sent again"


def test_the_intent_lies_in_the_journal_before_the_post_and_the_ts_right_after(world: World) -> None:
    reply = world.reply()
    reply.append("Hello")
    reply.append(" there")
    reply.finish()

    (message,) = world.written()
    assert world.journal.saved[0] == (ReplySegment(intended="Hello"),)
    assert world.journal.saved[1][0].ts == message.ts
    assert message.metadata == {
        "event_type": "supportbot_reply",
        "event_payload": {"turn": world.turn_ts, "segment": 0},
    }


def test_nothing_is_written_when_the_turn_was_taken_away(world: World) -> None:
    reply = world.reply()
    reply.append("Hello")
    world.journal.is_fenced = True
    world.sleep(5)
    with pytest.raises(Interrupted):
        reply.append(" there")
    with pytest.raises(Interrupted):
        reply.finish()
    assert world.texts() == ["Hello"]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_post_whose_answer_was_lost_is_looked_for_and_not_doubled(world: World, kind: str) -> None:
    world.standin.faults.add(Fault.model_validate({"operation": "chat.postMessage", "kind": kind}))
    reply = world.reply()
    reply.append("Hello")
    reply.append(" there")
    world.sleep(2)
    reply.append(".")
    reply.finish()
    assert world.texts() == ["Hello there."]
    assert world.journal.segments[0].ts == world.written()[0].ts


def test_another_worker_goes_on_in_the_same_message(world: World) -> None:
    first = world.reply()
    first.append("Half an ans")
    second = world.reply(world.journal.segments)
    second.restart_from("")
    second.append("A whole answer.")
    second.finish()
    assert world.texts() == ["A whole answer."]


def test_a_worker_that_died_between_intent_and_ts_left_a_message_that_is_found(world: World) -> None:
    world.standin.faults.add(Fault(operation="chat.postMessage", kind="drop_after"))
    world.reply().append("Hello")
    assert world.journal.segments == (ReplySegment(intended="Hello"),)

    second = world.reply(world.journal.segments)
    second.append("Hello again")
    second.finish()
    assert world.texts() == ["Hello again"]


def test_the_messages_of_two_turns_in_one_thread_are_not_mixed_up(world: World) -> None:
    first = world.reply()
    first.append("One")
    first.finish()
    world.sleep(3)
    again = world.standin.say(CHANNEL, ADA, "and now?", world.turn_ts)
    other = world.reply((ReplySegment(intended="Two"),), turn_ts=again)
    other.append("Two")
    other.finish()
    assert world.texts() == ["One", "Two"]


def test_text_of_a_cut_round_is_taken_back_not_doubled(world: World) -> None:
    reply = world.reply()
    reply.append("I will search Jira. There are thr")
    world.sleep(2)
    reply.restart_from("I will search Jira. ")
    reply.append("There are two.")
    reply.finish()
    assert world.texts() == ["I will search Jira. There are two."]


def test_a_second_message_that_is_no_longer_needed_goes_away(world: World) -> None:
    reply = world.reply()
    reply.append("word " * 3_000)
    world.sleep(3)
    reply.tick()
    assert len(world.written()) == 2
    reply.restart_from("")
    reply.append("Short after all.")
    world.sleep(3)
    reply.finish()
    assert world.texts() == ["Short after all."]
    assert len(world.journal.segments) == 1


def test_a_long_answer_goes_on_in_a_second_message_with_its_code_closed_and_opened(world: World) -> None:
    lines = "".join(f"print({n})\n" for n in range(2_000))
    reply = world.reply()
    for start in range(0, len(lines), 900):
        reply.append(("Here:\n\n```python\n" if start == 0 else "") + lines[start : start + 900])
        world.sleep(1.3)
    reply.append("```\nDone.")
    reply.finish()

    texts = world.texts()
    assert len(texts) == 3
    assert all(len(text) <= MARKDOWN_TEXT and text.count("```") == 2 for text in texts)
    assert all(text.startswith("```python\nprint(") for text in texts[1:])
    assert texts[-1].endswith("```\nDone.")
    assert sum(text.count("print(") for text in texts) == 2_000
    assert [message.action_ids for message in world.written()] == [[], [], []]
    assert not world.standin.limits.refused


def test_every_version_that_was_ever_shown_has_its_code_closed(world: World) -> None:
    answer = (
        "Try **this**:\n\n```bash\nip link show\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSee [docs](https://x.org)."
    )
    reply = world.reply()
    for letter in answer:
        reply.append(letter)
        world.sleep(1.1)
    reply.finish()
    for version in world.written()[0].versions:
        shown = version.blocks[0]["text"]  # type: ignore[index]
        assert shown.count("```") in (0, 2)
        assert shown.count("**") in (0, 2)
        assert "[docs](" not in shown or "[docs](https://x.org)" in shown
    assert world.texts() == [answer]
    assert not world.standin.limits.refused


def test_the_model_calls_nobody(world: World) -> None:
    reply = world.reply()
    reply.append("<!channel> <!here> @everyone <@U0ADA0001> <!subteam^S1|@ops> `<!here>`")
    reply.finish()
    (message,) = world.written()
    outside = world.texts()[0].replace("`<!here>`", "")
    for form in ("<!", "<@", "@channel", "@here", "@everyone"):
        assert form not in outside
        assert form not in message.text
    assert "channel" in outside
    assert "ops" in outside


def test_growth_never_waits_and_the_final_text_does(world: World) -> None:
    world.standin.faults.add(rate_limited("chat.update", 20))
    reply = world.reply()
    reply.append("One ")
    world.sleep(1)
    began = world.now
    reply.append("two ")
    reply.append("three ")
    assert world.now == began
    reply.append("four.")
    reply.finish()
    assert 20 <= world.now - began < 25
    assert world.texts() == ["One two three four."]


def test_a_final_text_outlives_a_storm_of_429s(world: World) -> None:
    world.standin.faults.add(rate_limited("chat.postMessage", 5, times=4))
    reply = world.reply()
    reply.append("Here you are.")
    reply.finish()
    assert world.texts() == ["Here you are."]


def test_a_final_text_outlives_a_slack_that_is_down_for_a_while(world: World) -> None:
    reply = world.reply()
    reply.append("Here ")
    world.standin.faults.add(Fault(operation="chat.update", kind="status", status=503, times=4, body=""))
    reply.append("you are.")
    reply.finish()
    assert world.texts() == ["Here you are."]


def test_without_room_for_a_closing_update_nothing_is_begun_but_the_answer_comes(world: World) -> None:
    (updates,) = budgets_of(world.team_id, "chat.update")
    for number in range(45):
        assert world.limiter.reserve(Hold(updates, f"other {number}", 300))
    reply = world.reply()
    reply.append("One ")
    assert world.texts() == []
    world.sleep(10)
    reply.append("two.")
    reply.finish()
    assert world.texts() == ["One two."]
    assert world.calls("chat.update") == 0


def test_a_place_that_was_kept_for_nothing_is_given_back(world: World) -> None:
    (updates,) = budgets_of(world.team_id, "chat.update")
    world.standin.faults.add(rate_limited("chat.postMessage", 2))
    reply = world.reply()
    reply.append("One.")
    reply.finish()
    grant = world.limiter.acquire([updates], priority=True)
    assert isinstance(grant, Grant)
    assert grant.holders == 0


def test_the_closing_update_is_kept_while_others_use_the_rest(world: World) -> None:
    (updates,) = budgets_of(world.team_id, "chat.update")
    reply = world.reply()
    reply.append("One ")
    while isinstance(world.limiter.acquire([updates], priority=True), Grant):
        pass
    reply.append("two.")
    began = world.now
    reply.finish()
    assert world.now == began
    assert world.texts() == ["One two."]
    assert world.counted("chat.update", "no_place") == 0


def test_a_deleted_message_ends_the_reply(world: World) -> None:
    reply = world.reply()
    reply.append("One ")
    world.standin.delete(CHANNEL, world.written()[0].ts)
    world.sleep(2)
    with pytest.raises(ReplyGone):
        reply.append("two.")
    with pytest.raises(ReplyGone):
        reply.finish()
    assert world.texts() == []


def test_a_dead_token_is_said_to_the_operator(world: World) -> None:
    world.standin.faults.add(Fault(operation="chat.postMessage", kind="error", error="token_revoked"))
    with pytest.raises(Misconfigured):
        world.reply().append("One")


def test_blocks_that_slack_does_not_take_become_plain_text(world: World) -> None:
    world.standin.faults.add(Fault(operation="chat.postMessage", kind="error", error="invalid_blocks"))
    reply = world.reply()
    reply.append("**One**")
    assert world.written() == []
    world.standin.faults.add(Fault(operation="chat.postMessage", kind="error", error="invalid_blocks"))
    reply.finish()
    assert [message.text for message in world.written()] == ["One"]


def test_the_status_is_shown_refreshed_and_taken_away(world: World) -> None:
    reply = world.reply()
    reply.status("is searching Jira…")
    reply.status("is searching Jira…")
    assert world.calls("assistant.threads.setStatus") == 1
    reply.status("is reading OPS-1…")
    assert world.calls("assistant.threads.setStatus") == 1, "not twice in a second"
    world.sleep(1)
    reply.tick()
    assert world.standin.workspace.status_of(CHANNEL, world.turn_ts) == "is reading OPS-1…"
    world.sleep(81)
    reply.tick()
    assert world.calls("assistant.threads.setStatus") == 3
    reply.append("Found it.")
    reply.finish()
    assert world.standin.workspace.status_of(CHANNEL, world.turn_ts) == ""


def test_a_status_that_slack_refuses_disturbs_nobody(world: World) -> None:
    world.standin.faults.add(Fault(operation="assistant.threads.setStatus", kind="error", error="invalid_thread_ts"))
    world.standin.faults.add(rate_limited("assistant.threads.setStatus", 30, times=-1))
    reply = world.reply()
    reply.status("is thinking…")
    world.sleep(2)
    reply.status("is still thinking…")
    reply.append("Done.")
    reply.finish()
    assert world.texts() == ["Done."]


def test_a_failure_is_a_sentence_with_a_button_to_try_again(world: World) -> None:
    reply = world.reply()
    reply.append("Half a\n```\ncode")
    reply.fail("I can't think at the moment.", can_retry=True)
    (message,) = world.written()
    assert world.texts() == ["Half a\n```\ncode\n```\n\nI can't think at the moment."]
    assert message.action_ids == ["turn_retry"]


def test_a_stopped_answer_says_so_even_before_its_first_word(world: World) -> None:
    world.reply().stopped("_Stopped._")
    assert world.texts() == ["_Stopped._"]


def test_the_pace_is_stretched_by_how_many_replies_are_open() -> None:
    assert edit_pace(Grant(room=29, holders=1, at_seconds=0), 50, 20) == 1.0
    assert edit_pace(Grant(room=2, holders=1, at_seconds=0), 50, 20) == pytest.approx(60 / 29)
    assert edit_pace(Grant(room=10, holders=15, at_seconds=0), 50, 20) == pytest.approx(15.0)
    assert edit_pace(Grant(room=1, holders=15, at_seconds=0), 50, 20) == pytest.approx(60.0)


def test_many_long_replies_at_once_never_meet_a_429(world: World) -> None:
    replies = [world.reply(turn_ts=f"{world.turn_ts[:-1]}{n}") for n in range(8)]
    for _ in range(60):
        for reply in replies:
            reply.append("word ")
        world.sleep(0.5)
    for reply in replies:
        reply.finish()
    assert {markdown_of(message) for message in world.written()} == {("word " * 60).strip()}
    assert len(world.written()) == 8
    assert not world.standin.limits.refused
