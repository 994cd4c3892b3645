"""Files of a conversation on the issue that is filed from it: each once, and said which are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.slack import NewFile
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import filed, press, press_stale, shows, words
from tests.e2e.sharing import draft, held
from tests.e2e.support import ADA, CHANNEL, GRACE, answer, ask, within
from tests.sample_files import png
from workers.failpoints import NAME

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("mended_files")]

ATTACH = "POST issue/{key}/attachments"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("files-of-issues")
    with Stack(folder=folder) as stack:
        yield stack


def test_the_draft_lists_its_files_and_the_issue_gets_them(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, GRACE, "look", files=[NewFile("image.png", png(2, 2))])
    stack.slack.say(CHANNEL, ADA, "mine", root, [NewFile("image.png", png(3, 3)), NewFile("clip.mp4", b"\0\1\2\3")])
    ask(stack, "what do you think?", thread_ts=root)
    answer(stack, root)
    shown = draft(stack, "Dialog is blue", NewFile("größe.log", b"E42 " * 50_000), thread_ts=root)
    assert "To be attached: image.png, image.png, clip.mp4, größe.log" in words(shown)

    press(stack, shown, "draft_create")

    shows(shown, "Attached: image.png, image-2.png, clip.mp4, größe.log")
    assert held(stack, "Dialog is blue") == {
        "image.png": png(2, 2),
        "image-2.png": png(3, 3),
        "clip.mp4": b"\0\1\2\3",
        "größe.log": b"E42 " * 50_000,
    }


@pytest.mark.parametrize(("wanted", "names"), [([], []), (["B.txt"], ["b.txt"])])
def test_the_model_chooses_the_files_that_belong_to_the_issue(
    stack: Stack, wanted: list[str], names: list[str]
) -> None:
    summary = f"Chosen {len(wanted)}"
    shown = draft(stack, summary, NewFile("a.txt", b"a"), NewFile("b.txt", b"b"), attachments=wanted)

    press(stack, shown, "draft_create")

    shows(shown, f"Attached: {names[0]}" if names else "Filed as")
    assert [*held(stack, summary)] == names


def test_what_jira_does_not_take_is_said_and_the_issue_stays(stack: Stack) -> None:
    stack.jira.site.may_not_attach.add(stack.jira.bot.account_id)
    shown = draft(stack, "No permission", NewFile("a.txt", b"a"))

    press(stack, shown, "draft_create")

    text = shows(shown, "Not attached: a.txt: I don't have the permission to attach files in Jira")
    assert "Filed as" in text
    assert held(stack, "No permission") == {}


@pytest.mark.parametrize(
    ("operation", "status", "body", "content", "why"),
    [
        ("GET attachment/meta", 200, {"enabled": False}, b"a", "attachments are switched off in Jira"),
        (ATTACH, 413, None, b"a", "it is larger than Jira takes"),
        (ATTACH, 400, {"errorMessages": ["No."], "errors": {}}, b"a", "Jira did not take it"),
        ("none", 200, None, b"", "the file is empty"),
    ],
)
def test_what_is_not_attached_is_said_with_the_reason_and_the_issue_stays(
    stack: Stack, operation: str, status: int, body: object, content: bytes, why: str
) -> None:
    summary = f"Not attached, since {why}"
    shown = draft(stack, summary, NewFile("a.txt", content))
    client = connect(stack.redis_url)
    client.delete("sb:cache:jira:upload_limit")
    stack.jira.faults.add(Fault(operation=operation, kind="status", status=status, body=body, times=-1))

    press(stack, shown, "draft_create")

    assert "Filed as" in shows(shown, f"Not attached: a.txt: {why}")
    assert held(stack, summary) == {}
    client.delete("sb:cache:jira:upload_limit")


def test_a_file_that_is_gone_from_slack_does_not_keep_the_others_off_the_issue(stack: Stack) -> None:
    shown = draft(stack, "One is gone", NewFile("gone.txt", b"gone"), NewFile("here.txt", b"here"))
    gone = next(each for each in stack.slack.workspace.files.values() if each.name == "gone.txt")
    del stack.slack.workspace.files[gone.id]

    press(stack, shown, "draft_create")

    shows(shown, "Not attached: gone.txt: Slack no longer has it")
    assert held(stack, "One is gone") == {"here.txt": b"here"}


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_an_upload_whose_answer_is_lost_is_looked_for_and_made_once(stack: Stack, kind: str) -> None:
    stack.jira.faults.add(Fault.model_validate({"operation": ATTACH, "kind": kind}))
    summary = f"Lost {kind}"
    shown = draft(stack, summary, NewFile("a.txt", b"aaa"), NewFile("b.txt", b"bbb"))

    press(stack, shown, "draft_create")

    shows(shown, "Attached: b.txt, a.txt")
    (issue,) = filed(stack, summary)
    assert sorted(row["filename"] for row in issue.fields["attachment"]) == ["a.txt", "b.txt"]


def test_pressing_create_again_attaches_nothing_twice(stack: Stack) -> None:
    shown = draft(stack, "Pressed twice", NewFile("a.txt", b"aaa"))
    press(stack, shown, "draft_create")
    shows(shown, "Attached: a.txt")
    looks = len(stack.jira.calls)

    press_stale(stack, shown, "draft_create")
    within(lambda: not stack.slack.slack.deliveries.under_way, "the click taken")

    (issue,) = filed(stack, "Pressed twice")
    assert len(issue.fields["attachment"]) == 1
    assert all(call["route"] != ATTACH for call in stack.jira.calls[looks:])


def test_a_worker_that_dies_between_two_files_is_followed_by_one_that_attaches_the_rest(stack: Stack) -> None:
    shown = draft(stack, "Died between", NewFile("a.txt", b"aaa"), NewFile("b.txt", b"bbb"))
    (old,) = stack.workers
    doomed = stack.start_worker({NAME: "file_attached"})
    stack.wait_until_ready()
    old.pause()
    try:
        press(stack, shown, "draft_create")
        within(lambda: not doomed.is_running, "the worker's death")
    finally:
        stack.workers.remove(doomed)
        old.resume()

    shows(shown, "Attached: a.txt, b.txt", seconds=60)
    assert held(stack, "Died between") == {"a.txt": b"aaa", "b.txt": b"bbb"}
    assert len(filed(stack, "Died between")[0].fields["attachment"]) == 2
