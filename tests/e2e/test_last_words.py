"""Every way in which an answer ends is a sentence, said once, and leaves no status and no open stream behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import cast

import pytest

from sandbox.claude.errors import error_body
from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.faults import Fault
from sandbox.slack.messages import Message, words_of
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.breaking import GENERAL, LINUS_DM, assert_nobody_read_internals_and_nothing_stands, mend, search
from tests.e2e.dying import let_leases_run_out
from tests.e2e.support import ADA, CHANNEL, GRACE, LINUS, answer, ask, replies, within
from workers.claude.purse import DAY, MONTH
from workers.payer import Payer
from workers.rounds import Usage
from workers.slack.refusals import SETUP_SENTENCE
from workers.state.accounts import Account, Accounts, Reservation, channel_account, workspace_account
from workers.turn import MAX_ATTEMPTS
from workers.views import failures
from workers.views.money import TURN_SPENT

pytestmark = pytest.mark.e2e

PACE = Pacing(first_token_seconds=0.05, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 200))
SETTINGS = {
    "HOPELESS_SECONDS": "1",
    "ADMIN_USERS": GRACE,
    "BUDGET_CHANNEL_DAY_USD": "2",
    "BUDGET_WORKSPACE_MONTH_USD": "500",
}
FEEDBACK, AGAIN, NONE = ["feedback"], ["turn_retry"], list[str]()
"""What can be pressed below an answer, below one that failed and may be tried again, and below one that just ends."""
TEAM, SOON = "T0SANDBOX", 10.0
USED_UP = [
    (
        Account("channel", channel_account(CHANNEL, datetime.now(UTC)), 2, DAY),
        (
            "This channel's budget for me today is used up ($2.00). "
            "It begins anew at midnight UTC; Grace Moreno can raise it."
        ),
    ),
    (
        Account("workspace", workspace_account(datetime.now(UTC)), 500, MONTH),
        (
            "This workspace's budget for me this month is used up ($500.00). "
            "It begins anew on the first of next month; Grace Moreno can raise it."
        ),
    ),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, pace=PACE, settings=SETTINGS, folder=tmp_path_factory.mktemp("last-words")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _whole_again(stack: Stack) -> Iterator[None]:
    yield
    mend(stack)


def ended(stack: Stack, root: str, buttons: list[str], channel: str = CHANNEL) -> str:
    """Wait for the end of the one answer in a thread, see that nothing but it is left, and return its words."""
    done = answer(stack, root, channel=channel)
    within(lambda: not stack.slack.workspace.status_of(channel, root), "no status")
    if session := stack.slack.workspace.sessions.get((channel, root)):
        within(lambda: session.status == "active", "the session to rest")
    assert [message.ts for message in replies(stack, root, channel)] == [done.ts]
    assert not done.is_growing
    within(lambda: done.action_ids == buttons, f"{buttons} below {words_of(done)!r}", SOON)
    return words_of(done)


def pressed(stack: Stack, root: str, text: str, channel: str = CHANNEL) -> str:
    """Press the button of a failed answer, and return what stands in its place once that says `text`."""
    (failed,) = replies(stack, root, channel)
    stack.slack.click(channel, failed.ts, ADA, "turn_retry")
    within(lambda: text in words_of(failed), f"{text!r} after another try")
    return ended(stack, root, FEEDBACK, channel)


def growing(stack: Stack, root: str, part: str) -> Message:
    """Wait for an answer that has come so far."""
    return within(lambda: next((m for m in replies(stack, root) if part in words_of(m)), None), f"{part} is shown")


def asked_in_vain(stack: Stack, words: str, after_events: int = 1) -> str:
    """Ask a question to which the model begins an answer and says no word; with no event it does not even begin."""
    silence = Fault(operation="messages", kind="hang", seconds=600, after_events=after_events, label=words)
    stack.claude.faults.add(silence)
    root = ask(stack, words)
    within(lambda: any(fault.label == words for _, fault in stack.claude.faults.played), f"{words} is asked")
    return root


@contextmanager
def only_a_hasty_worker(stack: Stack) -> Iterator[None]:
    """While inside, one worker works, and gives each answer ten seconds."""
    (usual,) = stack.workers
    hasty = stack.start_worker({"TURN_TIMEOUT_SECONDS": "10"})
    stack.wait_until_ready()
    usual.pause()
    try:
        yield
    finally:
        usual.resume()
        stack.workers.remove(hasty)
        hasty.stop()


def forget_people(stack: Stack) -> None:
    """Have Slack asked anew who somebody is, as after an hour."""
    client = connect(stack.redis_url)
    for name in client.scan_iter("sb:cache:*:person:*"):
        client.delete(name)


def nobody_is_known(stack: Stack, fault: Fault) -> None:
    """Let Slack answer in this way when it is asked who somebody is."""
    forget_people(stack)
    stack.slack.faults.add(fault)


# --- the limits of an answer -----------------------------------------------------------------------------------------


def test_an_answer_that_takes_too_long_ends_before_its_first_word_and_in_the_middle(stack: Stack) -> None:
    with only_a_hasty_worker(stack):
        silent = asked_in_vain(stack, "think for very long")
        stack.claude.script(reply(STORY), when="tell it at length")
        long = ask(stack, "tell it at length")
        before_all = ended(stack, silent, NONE)
        in_the_middle = ended(stack, long, NONE)

    assert before_all == failures.DEADLINE
    told, _, last = in_the_middle.rpartition("\n\n")
    assert told.startswith("Sentence number 1 of the answer. Sentence number 2")
    assert "number 199" not in told
    assert last == failures.DEADLINE


def test_an_answer_that_has_read_too_much_ends_with_what_was_said_so_far(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", search(), usage={"input_tokens": 1_000_000}), when="read it all")

    root = ask(stack, "read it all", channel=GENERAL)

    assert ended(stack, root, FEEDBACK, GENERAL) == f"Let me look.\n\n{failures.TOO_MANY_TOKENS}"


def test_an_answer_that_has_cost_too_much_ends_with_what_was_said_so_far(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", search(), usage={"output_tokens": 150_000}), when="at any price")

    root = ask(stack, "at any price", channel=LINUS_DM, user=LINUS)

    assert ended(stack, root, FEEDBACK, LINUS_DM) == f"Let me look.\n\n{TURN_SPENT}"


@pytest.mark.parametrize(("account", "sentence"), USED_UP, ids=["channel", "workspace"])
def test_a_budget_of_many_that_is_used_up_is_said_with_whom_to_ask(
    stack: Stack, account: Account, sentence: str
) -> None:
    client, now = connect(stack.redis_url), datetime.now(UTC)
    Accounts(client).book(
        Reservation(Payer(TEAM, GRACE), ()), [account], "claude-haiku-5-5", Usage(), account.limit_usd, now
    )
    try:
        assert ended(stack, ask(stack, "what does it cost?"), FEEDBACK) == sentence
    finally:
        client.delete(*client.scan_iter("sb:usage:*"))


# --- a model that says nothing, or takes nothing ---------------------------------------------------------------------


@pytest.mark.parametrize("after_events", [0, 1], ids=["not even a byte came", "the answer had begun"])
def test_an_answer_that_is_stopped_before_its_first_word_says_so_and_nothing_else(
    stack: Stack, after_events: int
) -> None:
    root = asked_in_vain(stack, f"think about it {after_events}", after_events)

    stack.slack.stop(CHANNEL, root, ADA)

    assert ended(stack, root, NONE) == failures.STOPPED_BEFORE_ANSWER


def test_a_model_that_falls_silent_after_it_has_looked_still_ends_with_a_sentence(stack: Stack) -> None:
    stack.claude.script(reply("Let me look.", search()), reply(), when="and then silence")

    root = ask(stack, "and then silence")

    assert ended(stack, root, FEEDBACK) == f"Let me look.\n\n{failures.NOTHING_MORE}"


def test_a_question_that_the_model_does_not_take_is_to_be_put_in_other_words(stack: Stack) -> None:
    body = error_body("invalid_request_error", "messages.0: not like this", "req_standin_odd")
    stack.claude.faults.add(Fault(operation="messages", kind="status", status=400, body=body))
    stack.claude.script(reply("Like this it is fine."), when="in other words")

    root = ask(stack, "take this")

    assert ended(stack, root, NONE) == failures.NOT_UNDERSTOOD
    ask(stack, "in other words", thread_ts=root)
    assert words_of(answer(stack, root, number=2)) == "Like this it is fine."


# --- faults around it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(operation="users.info", kind="status", status=503, times=-1), failures.SOMETHING_DOWN),
        (Fault(operation="users.info", kind="error", error="missing_scope", times=-1), SETUP_SENTENCE),
        (
            Fault(operation="users.info", kind="status", status=200, body={"ok": True, "user": ["odd"]}, times=-1),
            failures.UNEXPECTED,
        ),
    ],
    ids=["Slack does not say who asks", "Slack may not be asked who asks", "nobody expected what Slack said"],
)
def test_what_fails_around_an_answer_is_said_with_a_button_that_works(
    stack: Stack, fault: Fault, sentence: str
) -> None:
    words = f"who am I {fault.kind} {fault.status}"
    stack.claude.script(reply("You are Ada."), when=words)
    nobody_is_known(stack, fault)

    root = ask(stack, words)

    assert ended(stack, root, AGAIN) == sentence
    stack.slack.faults.clear()
    assert pressed(stack, root, "You are Ada.") == "You are Ada."


def test_an_answer_at_which_worker_after_worker_dies_is_given_up_where_it_began(stack: Stack) -> None:
    stack.claude.script(reply(STORY), reply("It is well."), when="a deadly question")
    root = ask(stack, "a deadly question")
    begun = growing(stack, root, "number 3 ")
    stack.workers.pop().kill()
    client = connect(stack.redis_url)
    (journal,) = (
        name for name in cast("Iterator[bytes]", client.scan_iter("sb:{turn:*}:journal")) if root.encode() in name
    )
    client.hset(journal, "attempts", MAX_ATTEMPTS)  # As if the others had died of it, too.
    let_leases_run_out(stack)
    stack.start_worker()
    stack.wait_until_ready()

    assert ended(stack, root, AGAIN) == failures.GAVE_UP
    assert [message.ts for message in replies(stack, root)] == [begun.ts]
    assert pressed(stack, root, "It is well.") == "It is well."


# --- after all of it -------------------------------------------------------------------------------------------------


def test_nobody_has_read_anything_internal_and_nothing_is_left_standing(stack: Stack) -> None:
    assert_nobody_read_internals_and_nothing_stands(stack)
