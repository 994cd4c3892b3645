"""Mailboxes on a real server: in order, one at a time, once; whatever dies in between."""

from __future__ import annotations

import threading

import pytest
import redis

from workers.errors import Interrupted
from workers.rounds import HistoryEntry
from workers.state.mailbox import Claim, Mailboxes, Mark

pytestmark = pytest.mark.integration

BOX = "turn:T1:C1:100.000001"


@pytest.fixture
def boxes(redis_client: redis.Redis) -> Mailboxes:
    return Mailboxes(redis_client, ttl_seconds=3600)


def entry(claim: Claim) -> HistoryEntry:
    return HistoryEntry(turn_ts=claim.id, asker_id="U1", audience="channel:C1")


def taken(boxes: Mailboxes, box: str = BOX) -> Claim:
    claim = boxes.claim(box)
    assert claim is not None
    return claim


def let_lease_run_out(client: redis.Redis) -> None:
    """What time does to the lease of a dead worker."""
    client.delete(f"sb:{{{BOX}}}:lease")


def test_a_message_comes_out_as_it_went_in(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000001", {"text": "VPN is down ü"})

    claim = taken(boxes)

    assert (claim.id, claim.body, claim.attempts) == ("100.000001", {"text": "VPN is down ü"}, 1)


def test_a_message_is_stored_once_however_often_slack_sends_it(boxes: Mailboxes) -> None:
    answers = [boxes.put(BOX, "100.000001", {}) for _ in range(3)]

    assert answers == ["new", "seen", "seen"]
    claim = taken(boxes)
    assert boxes.commit(claim, entry(claim)) is False
    assert boxes.put(BOX, "100.000001", {}) == "seen"
    assert boxes.claim(BOX) is None


def test_a_follow_up_counts_only_where_the_bot_takes_part(boxes: Mailboxes) -> None:
    assert boxes.put(BOX, "100.000002", {}, asked=False) == "stranger"
    boxes.put(BOX, "100.000003", {})

    assert boxes.put(BOX, "100.000004", {}, asked=False) == "new"


def test_what_was_written_before_the_first_question_is_no_follow_up_however_late_it_comes(boxes: Mailboxes) -> None:
    boxes.put(BOX, "100.000003", {})

    assert boxes.put(BOX, "100.000002", {}, asked=False) == "stranger"
    # A mention above it may come late, and then it counts.
    assert boxes.put(BOX, "100.000001", {}) == "overtaken"
    assert boxes.put(BOX, "100.000002", {}, asked=False) == "new"


def test_a_full_mailbox_refuses_and_forgets_so_that_a_redelivery_may_try_again(boxes: Mailboxes) -> None:
    for number in range(50):
        assert boxes.put(BOX, f"1.{number:06}", {}) == "new"
    assert boxes.put(BOX, "2.0", {}) == "full"
    boxes.commit(taken(boxes))

    assert boxes.put(BOX, "2.0", {}) == "new"


def test_only_one_worker_holds_a_conversation(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    boxes.put(BOX, "2.0", {})
    first = taken(boxes)

    assert boxes.claim(BOX) is None
    assert boxes.commit(first, entry(first)) is True
    assert taken(boxes).id == "2.0"


def test_many_workers_at_once_get_one_claim(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    claims: list[Claim | None] = []
    threads = [threading.Thread(target=lambda: claims.append(boxes.claim(BOX))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([claim for claim in claims if claim]) == 1


def test_a_worker_that_lost_its_lease_can_write_nothing_more(boxes: Mailboxes, redis_client: redis.Redis) -> None:
    boxes.put(BOX, "1.0", {})
    dead = taken(boxes)
    let_lease_run_out(redis_client)
    heir = taken(boxes)

    for write in (
        lambda: boxes.write_journal(dead, {"a": 1}),
        lambda: boxes.seal(dead),
        lambda: boxes.restart(dead),
        lambda: boxes.commit(dead, entry(dead)),
    ):
        with pytest.raises(Interrupted):
            write()
    assert boxes.release(dead) is False
    assert boxes.renew([dead]) == [(False, "")]
    assert boxes.history(BOX) == []
    boxes.commit(heir, entry(heir))
    assert [turn.turn_ts for turn in boxes.history(BOX)] == ["1.0"]


def test_the_heir_finds_what_the_dead_worker_had_done(boxes: Mailboxes, redis_client: redis.Redis) -> None:
    boxes.put(BOX, "1.0", {})
    boxes.write_journal(taken(boxes), {"round:0": {"text": "half"}})
    let_lease_run_out(redis_client)

    heir = taken(boxes)

    assert (dict(heir.journal), heir.attempts) == ({"round:0": {"text": "half"}}, 2)


def test_the_next_message_starts_with_an_empty_journal(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    boxes.put(BOX, "2.0", {})
    first = taken(boxes)
    boxes.write_journal(first, {"round:0": "x"})
    boxes.commit(first)

    assert dict(taken(boxes).journal) == {}


def test_a_handover_is_no_failed_attempt_and_keeps_the_journal(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    claim = taken(boxes)
    boxes.write_journal(claim, {"round:0": "x"})
    assert boxes.release(claim, refund=True) is True

    heir = taken(boxes)

    assert (heir.attempts, dict(heir.journal)) == (1, {"round:0": "x"})


def test_a_turn_that_waits_for_a_time_is_not_handed_out_before(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    boxes.release(taken(boxes), delay_seconds=3600)

    assert boxes.claim(BOX) is None
    assert boxes.due() == []


def test_a_stop_reaches_a_running_turn_and_a_waiting_one(boxes: Mailboxes) -> None:
    for number in ("1.0", "2.0", "3.0"):
        boxes.put(BOX, number, {})
    running = taken(boxes)

    assert boxes.mark(BOX, "stopped", before="2.5") == ["1.0", "2.0"]
    assert boxes.renew([running]) == [(True, "stopped")]
    boxes.commit(running)
    second = taken(boxes)
    assert (second.id, second.mark) == ("2.0", "stopped")
    boxes.commit(second)
    assert taken(boxes).mark == ""


def test_a_stop_wakes_a_turn_that_waits_for_a_time(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {})
    boxes.release(taken(boxes), delay_seconds=3600)
    boxes.mark(BOX, "stopped", only="1.0")

    assert taken(boxes).mark == "stopped"


def test_an_edit_before_the_answer_starts_just_changes_the_words(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {"text": "old"})

    assert boxes.edit(BOX, "1.0", {"text": "new"}) == "edited"
    claim = taken(boxes)
    assert (claim.body, claim.mark) == ({"text": "new"}, "")


def test_an_edit_of_a_running_turn_begins_it_anew_in_the_same_slack_messages(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {"text": "old"})
    running = taken(boxes)
    boxes.write_journal(running, {"round:0": "x", "segments": ["s"]})
    for words in ("newer", "newest"):
        assert boxes.edit(BOX, "1.0", {"text": words}) == "edited"

    assert boxes.renew([running]) == [(True, "edited")]
    assert boxes.seal(running) == "edited"
    boxes.restart(running)
    again = taken(boxes)

    assert (again.body, again.mark, dict(again.journal)) == ({"text": "newest"}, "", {"segments": ["s"]})


@pytest.mark.parametrize("mark", ["stopped", "deleted"])
def test_a_stop_or_a_deletion_that_comes_after_an_edit_is_obeyed(boxes: Mailboxes, mark: Mark) -> None:
    boxes.put(BOX, "1.0", {"text": "old"})
    running = taken(boxes)
    assert boxes.edit(BOX, "1.0", {"text": "new"}) == "edited"
    assert boxes.mark(BOX, mark, only="1.0") == ["1.0"]
    boxes.restart(running)

    assert taken(boxes).mark == mark


def test_an_edit_comes_too_late_for_a_sealed_answer_and_for_a_stopped_one(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {"text": "old"})
    claim = taken(boxes)
    assert boxes.seal(claim) == ""
    assert boxes.edit(BOX, "1.0", {"text": "new"}) == "late"
    boxes.commit(claim)
    assert boxes.edit(BOX, "1.0", {"text": "new"}) == "late"
    boxes.put(BOX, "2.0", {"text": "old"})
    boxes.mark(BOX, "stopped", only="2.0")

    assert boxes.edit(BOX, "2.0", {"text": "new"}) == "late"


def test_mail_that_nobody_was_told_of_is_found_by_the_reaper(boxes: Mailboxes, redis_client: redis.Redis) -> None:
    boxes.put(BOX, "1.0", {})
    redis_client.zadd("sb:ready", {BOX: 0})

    assert boxes.due() == [BOX]
    assert boxes.due() == []
    boxes.commit(taken(boxes))
    assert redis_client.zcard("sb:ready") == 0


def test_history_is_trimmed_by_whole_turns(boxes: Mailboxes) -> None:
    for number in ("1.0", "2.0", "3.0"):
        boxes.put(BOX, number, {})
        claim = taken(boxes)
        boxes.commit(claim, entry(claim), drop_oldest=1 if number == "3.0" else 0, of_turns=2)

    assert [turn.turn_ts for turn in boxes.history(BOX)] == ["2.0", "3.0"]


def test_an_edit_wakes_a_turn_that_waits_for_a_time_though_no_worker_is_told(boxes: Mailboxes) -> None:
    boxes.put(BOX, "1.0", {"text": "old"})
    boxes.release(taken(boxes), delay_seconds=3600)

    assert boxes.edit(BOX, "1.0", {"text": "new"}) == "edited"

    assert boxes.due() == [BOX]
    assert taken(boxes).body == {"text": "new"}
