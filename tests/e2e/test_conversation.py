"""What people see of a conversation: who is heard, who said what is known, and the answer stays whole and harmless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.slack.messages import Message, Version, words_of
from sandbox.slack.people import NewFile
from sandbox.stack import Stack
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, GUEST, LINUS, RUNGS, answer, ask, replies, within

pytestmark = pytest.mark.e2e

GENERAL, ONCALL, TRIAGE = "C0GENERAL", "C0ONCALL0", "G0TRIAGE0"
# An answer is posted, grows and is closed: slow enough to be seen at several moments.
PACE = Pacing(first_token_seconds=0.02, chunk_seconds=0.05, chunk_characters=30)
FENCE = re.compile(r"^```", re.MULTILINE)
NOTIFIES = re.compile(r"<!(?:channel|here|everyone|subteam)|<@[UW]|@(?:channel|here|everyone)\b")


@pytest.fixture(scope="module", params=RUNGS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("conversation")
    with Stack(beat=False, pace=PACE, settings=RUNGS[request.param], folder=folder) as stack:
        yield stack


def requests_with(stack: Stack, words: str) -> list[dict[str, Any]]:
    """Return what the model was sent for questions that contain these words, first to last."""
    bodies = [kept.body for kept in stack.claude.message_requests]
    return [body for body in bodies if words in json.dumps(body["messages"][-1], ensure_ascii=False)]


def read_by_model(stack: Stack, words: str) -> str:
    """Return the last user message of the one request that asked this."""
    (body,) = requests_with(stack, words)
    return "\n".join(part["text"] for part in body["messages"][-1]["content"])


def shown(message: Message | Version) -> str:
    """Return the words of a message as Slack shows them."""
    return words_of(message)


def test_a_mention_in_mid_thread_knows_who_wrote_what_above(stack: Stack) -> None:
    stack.claude.script(reply("Restart the gateway."), when="what should Linus do")
    root = stack.slack.say(CHANNEL, ADA, "The VPN gateway drops me with error 809.")
    stack.slack.say(CHANNEL, GRACE, "Same here, since the update at nine.", root)
    stack.slack.say(CHANNEL, LINUS, "I could restart it.", root)
    ask(stack, "what should Linus do?", thread_ts=root, user=GRACE)

    answer(stack, root)

    read = read_by_model(stack, "what should Linus do")
    said = re.findall(r'<message from="([^"]+)">\n(.*?)\n</message>', read, re.DOTALL)
    assert said == [
        ("Ada Park", "The VPN gateway drops me with error 809."),
        ("Grace Moreno", "Same here, since the update at nine."),
        ("Linus Berg", "I could restart it."),
        ("Grace Moreno", "what should Linus do?"),
    ]
    assert read.index("<facts>") < read.index("<thread>") < read.index("what should Linus do?")


def test_a_later_turn_reads_only_what_is_new_and_history_carries_the_rest(stack: Stack) -> None:
    stack.claude.script(reply("Noted: printer."), when="please note the printer")
    stack.claude.script(reply("It was the printer."), when="what was it again")
    root = stack.slack.say(GENERAL, ADA, "The printer on floor three jams.")
    ask(stack, "please note the printer", thread_ts=root, channel=GENERAL)
    answer(stack, root, channel=GENERAL)
    stack.slack.say(GENERAL, GRACE, f"<@{LINUS}> can you bring paper?", root)
    ask(stack, "what was it again?", thread_ts=root, channel=GENERAL, user=LINUS)

    second = answer(stack, root, number=2, channel=GENERAL)

    assert shown(second) == "It was the printer."
    read = read_by_model(stack, "what was it again")
    assert re.findall(r'<message from="([^"]+)">', read) == ["Grace Moreno", "Linus Berg"]
    assert "jams" not in read
    (body,) = requests_with(stack, "what was it again")
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert "jams" in json.dumps(body["messages"][0])


def test_the_second_request_repeats_the_first_byte_by_byte_and_reads_it_from_the_cache(stack: Stack) -> None:
    stack.claude.script(reply("First answer."), when="cache question one")
    stack.claude.script(reply("Second answer."), when="cache question two")
    root = ask(stack, f"cache question one {'with many words ' * 400}", channel=ADAS_DM)
    answer(stack, root, channel=ADAS_DM)
    stack.slack.say(ADAS_DM, ADA, "cache question two", root)
    answer(stack, root, number=2, channel=ADAS_DM)

    (first,), (second,) = requests_with(stack, "cache question one"), requests_with(stack, "cache question two")

    assert json.dumps(second["messages"][: len(first["messages"])]) == json.dumps(first["messages"])
    for stable in ("system", "tools", "model", "thinking"):
        assert json.dumps(second[stable]) == json.dumps(first[stable])
    usage = next(kept.usage for kept in stack.claude.message_requests if kept.body is second)
    assert usage["cache_read_input_tokens"] > 1_500
    assert usage["input_tokens"] < usage["cache_read_input_tokens"]


def test_a_follow_up_needs_no_mention_where_the_bot_takes_part(stack: Stack) -> None:
    stack.claude.script(reply("Hello."), when="hello there")
    stack.claude.script(reply("Since nine."), when="and since when")
    root = ask(stack, "hello there")
    answer(stack, root)
    stack.slack.say(CHANNEL, GRACE, "and since when?", root)

    assert shown(answer(stack, root, number=2)) == "Since nine."
    assert 'from="Grace Moreno"' in read_by_model(stack, "and since when")


def test_people_among_themselves_are_left_alone(stack: Stack) -> None:
    stack.claude.script(reply("Here."), when="are you here")
    alone = stack.slack.say(GENERAL, ADA, "Does anybody have lunch plans?")
    stack.slack.say(GENERAL, GRACE, "Pizza at noon.", alone)
    root = ask(stack, "are you here?", channel=GENERAL)
    answer(stack, root, channel=GENERAL)
    stack.slack.say(GENERAL, ADA, f"<@{GRACE}> please look at this one", root)
    stack.claude.script(reply("Still here."), when="still with us")
    ask(stack, "still with us?", thread_ts=root, channel=GENERAL)

    answer(stack, root, number=2, channel=GENERAL)

    assert replies(stack, alone, GENERAL) == []
    assert len(replies(stack, root, GENERAL)) == 2
    assert not requests_with(stack, "lunch plans")


def test_a_direct_message_is_triaged_and_ends_with_an_offer(stack: Stack) -> None:
    root = stack.slack.say(ADAS_DM, ADA, "the VPN drops every few minutes since this morning, on macOS")

    done = answer(stack, root, channel=ADAS_DM)

    assert re.search(r"OPS-\d+", shown(done))
    within(lambda: not stack.slack.workspace.status_of(ADAS_DM, root), "the status gone")


def test_files_that_come_with_a_message_are_named_to_the_model(stack: Stack) -> None:
    stack.claude.script(reply("I see a log."), when="look at this log")
    files = [NewFile("crash.log", b"boom", "text/plain"), NewFile("screen shot.png", b"png", "image/png")]
    root = stack.slack.say(CHANNEL, ADA, f"{stack.slack.mention} look at this log", files=files)

    answer(stack, root)

    read = read_by_model(stack, "look at this log")
    assert "[attached: crash.log, text/plain]" in read
    assert "[attached: screen shot.png, image/png]" in read


def test_a_file_alone_is_a_question_too(stack: Stack) -> None:
    stack.claude.script(reply("What should I do with it?"), when="trace.txt")
    root = stack.slack.say(ADAS_DM, ADA, "", files=[NewFile("trace.txt", b"x", "text/plain")])

    assert shown(answer(stack, root, channel=ADAS_DM)) == "What should I do with it?"


def test_nothing_that_the_model_writes_notifies_anyone(stack: Stack) -> None:
    words = "Hey <!channel>, <!here|all>, <!everyone>, @here, @channel and <!subteam^S0TEAM>: look at `<!channel>` now."
    stack.claude.script(reply(f"{words} {words}\n\n```\n<!channel> @here\n```\n\n{words}"), when="wake everybody")
    root = ask(stack, "wake everybody", channel=ONCALL)

    done = answer(stack, root, channel=ONCALL)

    assert done.stream or not [version.text for version in done.versions if "<!" in version.text]
    # In code Slack reads nothing, and people want to see it as it was written.
    prose = [re.sub(r"```.*?```|`[^`]*`", "", shown(version), flags=re.DOTALL) for version in done.versions]
    assert not [part for part in prose if NOTIFIES.search(part)]


def test_people_of_the_thread_and_whom_the_asker_names_are_mentioned_and_nobody_else(stack: Stack) -> None:
    words = f"@grace can restart it, <@{LINUS}> can't; <@{GUEST}> and @robin were not asked. `@grace` is code."
    stack.claude.script(reply(f"{words} {words}"), when="who can restart it")
    root = stack.slack.say(CHANNEL, GRACE, "The gateway is down.")
    ask(stack, f"who can restart it, <@{LINUS}>?", thread_ts=root)

    done = answer(stack, root)

    right = f"<@{GRACE}> can restart it, <@{LINUS}> can't; @someone and @robin were not asked. `@grace` is code."
    assert shown(done).replace("\u200b", "") == f"{right} {right}"
    assert not [version for version in done.versions if GUEST in re.findall(r"<@(\w+)>", shown(version))]
    assert f"@Linus Berg ({LINUS})" in read_by_model(stack, "who can restart it")


def test_who_is_spoken_of_in_the_thread_is_shown_by_name_and_not_called(stack: Stack) -> None:
    words = f"<@{LINUS}>, or @Linus Berg ({LINUS}); not <@U0NOBODY1>."
    stack.claude.script(reply(f"{words} {words}"), when="who is on call")
    root = stack.slack.say(CHANNEL, GRACE, f"<@{LINUS}> is on call.")
    ask(stack, "who is on call?", thread_ts=root)

    first = answer(stack, root)
    stack.claude.script(reply(f"Still <@{LINUS}>."), when="and now")
    ask(stack, "and now?", thread_ts=root)

    right = "@Linus Berg, or @Linus Berg; not @someone."
    assert shown(first).replace("\u200b", "") == f"{right} {right}"
    assert shown(answer(stack, root, number=2)).replace("\u200b", "") == "Still @Linus Berg."
    assert not [each for each in first.versions if LINUS in shown(each) or "U0NOBODY1" in shown(each)]
    read = read_by_model(stack, "who is on call")
    assert f"@Linus Berg ({LINUS}) is on call." in read


def test_long_and_wide_tables_are_shown_whole(stack: Stack) -> None:
    long = "| key | what |\n|---|---|\n" + "".join(f"| OPS-{number} | it drops |\n" for number in range(150))
    wide = "|" + " cell |" * 25 + "\n|" + "---|" * 25 + "\n|" + " 1 |" * 25 + "\n"
    pace, stack.claude.pacing = stack.claude.pacing, Pacing(chunk_seconds=0.02, chunk_characters=100)
    stack.claude.script(reply(f"All of them:\n\n{long}\nAnd:\n\n{wide}\nThat is all."), when="two large tables")
    root = ask(stack, "two large tables")

    done = answer(stack, root)
    stack.claude.pacing = pace

    assert re.findall(r"OPS-(\d+)", shown(done)) == [str(number) for number in range(150)]
    assert shown(done).count("| key | what |") == 2
    assert f"```\n{wide}```" in shown(done)
    assert shown(done).endswith("That is all.")


def test_fences_are_whole_at_every_moment(stack: Stack) -> None:
    code = "\n".join(f"    line_{number} = compute({number})" for number in range(60))
    stack.claude.script(reply(f"Try this:\n\n```python\n{code}\n```\n\nThat is *all*."), when="write me some code")
    root = ask(stack, "write me some code", channel=TRIAGE)

    done = answer(stack, root, channel=TRIAGE)

    assert len(done.versions) >= 3
    # Slack draws the open end of a stream by itself.
    alone = done.versions[-1:] if done.stream else done.versions
    assert all(len(FENCE.findall(shown(version))) % 2 == 0 for version in alone)
    assert code in shown(done)
    assert shown(done).endswith("That is *all*.")


def test_a_long_answer_goes_on_in_a_second_message(stack: Stack) -> None:
    paragraphs = [f"Paragraph {number}: " + "word " * 60 for number in range(1, 61)]
    stack.claude.script(reply("\n\n".join(paragraphs)), when="everything you know")
    pace, stack.claude.pacing = stack.claude.pacing, Pacing(chunk_seconds=0.02, chunk_characters=400)
    root = ask(stack, "everything you know")

    answer(stack, root, number=2, seconds=40)
    stack.claude.pacing = pace

    both = replies(stack, root)
    assert len(both) == 2
    assert "turn_stop" not in both[0].action_ids
    assert all(len(shown(part)) <= 12_000 for part in both)
    found = re.findall(r"Paragraph (\d+):", "\n".join(shown(part) for part in both))
    assert found == [str(number) for number in range(1, 61)]


def test_no_request_was_refused_and_no_status_is_left(stack: Stack) -> None:
    assert not [kept.error for kept in stack.claude.message_requests if kept.error]
    within(lambda: not [s for s in stack.slack.workspace.shown_statuses.values() if s.status], "all statuses gone")
    assert not [call.outcome for call in stack.slack.calls if call.outcome not in ("ok", "ratelimited")]
