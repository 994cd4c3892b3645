"""Files that the model is not shown: the person reads which, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.slack import NewFile
from sandbox.stack import Stack
from tests.e2e.drafting import words
from tests.e2e.sharing import asked, echo_of_what_is_not_seen, encoded, share, shown_files, told
from tests.e2e.support import answer
from tests.sample_files import encrypted_pdf, pdf, png

HEIC = b"\0\0\0\x18ftypheic" + bytes(range(256))

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("not-shown")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("torn.pdf", pdf().replace(b"%%EOF", b""), "damaged or was not uploaded completely"),
        ("locked.pdf", encrypted_pdf(), "protected by a password"),
        ("empty.txt", b"", "the file is empty"),
        ("page.exe", b"MZ\0\0" + bytes(range(256)), "none of them"),
        ("voice.m4a", b"\0\0\0\x20ftypM4A " + bytes(range(256)), "none of them"),
        ("photo.heic", HEIC, "none of them"),
    ],
)
def test_one_that_cannot_be_read_is_named_with_the_reason(stack: Stack, name: str, content: bytes, why: str) -> None:
    text = told(stack, f"read {name}", NewFile(name, content))

    assert f"attached: {name}" in text
    assert why in text
    assert shown_files(asked(stack, f"read {name}")) == []


def test_of_a_picture_of_a_kind_that_the_model_cannot_open_slacks_own_is_shown(stack: Stack) -> None:
    drawn = png(5, 7)
    text = told(stack, "see the phone's photo", NewFile("phone.heic", HEIC, "image/heic", preview=drawn))

    assert "you can't see it" not in text
    assert shown_files(asked(stack, "see the phone's photo")) == [("image/png", encoded(drawn))]


def test_one_that_was_deleted_before_it_was_read_is_named(stack: Stack) -> None:
    stack.claude.script(echo_of_what_is_not_seen, when="deleted by then")
    stack.workers[0].pause()
    try:
        ts = share(stack, "deleted by then", NewFile("gone.log", b"boom"), NewFile("fine.txt", b"fine"))
        gone = next(each for each in stack.slack.workspace.files.values() if each.name == "gone.log")
        del stack.slack.workspace.files[gone.id]
    finally:
        stack.workers[0].resume()
    text = words(answer(stack, ts))

    assert "attached: gone.log" in text
    assert "Slack no longer has it, or does not show it to me" in text
    assert [kind for kind, _ in shown_files(asked(stack, "deleted by then"))] == ["text"]


def test_of_too_many_pictures_the_last_is_named(stack: Stack) -> None:
    pictures = [NewFile(f"shot{number}.png", png(3, number + 1)) for number in range(21)]
    text = told(stack, "many pictures", *pictures)

    assert "attached: shot20.png" in text
    assert "I can look at 20 pictures in one thread, and that many are here already" in text
    assert len(shown_files(asked(stack, "many pictures"))) == 20


def test_of_too_many_documents_the_last_is_named(stack: Stack) -> None:
    text = told(stack, "many documents", *(NewFile(f"part{number}.pdf", pdf(number + 1)) for number in range(6)))

    assert "attached: part5.pdf" in text
    assert "I can read 5 PDFs in one thread, and that many are here already" in text
    assert len(shown_files(asked(stack, "many documents"))) == 5


def test_of_too_much_text_the_rest_is_named(stack: Stack) -> None:
    logs = [NewFile(f"log{number}.txt", b"0123456789 all is well\n" * 4_000) for number in range(8)]
    text = told(stack, "much text", *logs)

    assert "attached: log7.txt" in text
    assert "there is too much text in the files of this message" in text


def test_of_too_many_files_the_last_is_named(stack: Stack) -> None:
    notes = [NewFile(f"note{number}.txt", f"This is note {number}.".encode()) for number in range(31)]
    text = told(stack, "many files", *notes)

    assert "attached: note30.txt" in text
    assert "I read 30 files at once, and the newest of them come first" in text
    assert len(shown_files(asked(stack, "many files"))) == 30
