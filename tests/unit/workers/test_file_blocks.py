"""What a file becomes for Claude: by what it is, whatever it calls itself, and never more than a request takes."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_files import gif, jpeg, pdf, png, webp
from workers.files import blocks
from workers.files.blocks import Room, Shown, room_after, show
from workers.files.media import sides
from workers.files.pdf import letters_of, pages_of


def shown(content: bytes, name: str = "file", room: Room | None = None) -> Shown:
    return show(name, io.BytesIO(content), len(content), room or Room())[0]


def text_of(content: bytes, room: Room | None = None) -> str:
    block = shown(content, room=room).block
    assert block is not None
    assert block["type"] == "text"
    return str(block["text"])


@pytest.mark.parametrize(
    ("content", "kind"),
    [(png(), "image/png"), (jpeg(), "image/jpeg"), (gif(), "image/gif"), (webp(), "image/webp")],
)
def test_a_picture_is_an_image_block_of_the_type_that_its_bytes_say(content: bytes, kind: str) -> None:
    block = shown(content, "holiday.txt").block

    source = {"type": "base64", "media_type": kind, "data": base64.b64encode(content).decode()}
    assert block == {"type": "image", "source": source}


def test_a_pdf_is_a_document_block_with_its_name() -> None:
    block = shown(pdf(), "manual.pdf").block

    assert block is not None
    assert (block["type"], block["title"]) == ("document", "manual.pdf")
    assert block["source"]["media_type"] == "application/pdf"
    assert base64.b64decode(block["source"]["data"]) == pdf()


@pytest.mark.parametrize("make", [png, jpeg, gif, webp])
def test_the_sides_of_each_format_are_read(make: object) -> None:
    kinds = {png: "image/png", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp"}

    assert sides(make(1234, 567), kinds[make]) == (1234, 567)  # type: ignore[operator,index]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"line one\nline two", "line one\nline two"),
        ("a,b\r\n1,2\r\n".encode("utf-8-sig"), "a,b\n1,2\n"),
        ("Größe: 3 µm".encode(), "Größe: 3 µm"),
        ("Größe".encode("cp1252"), "Größe"),
        ("Größe\n".encode("utf-16"), "Größe\n"),
        (b'{"a": [1, 2]}', '{"a": [1, 2]}'),
        (b"\x1b[31mERROR\x1b[0m disk full\n", "\x1b[31mERROR\x1b[0m disk full\n"),
    ],
)
def test_text_in_any_usual_encoding_is_text(content: bytes, words: str) -> None:
    assert text_of(content) == words


def test_of_a_long_log_the_beginning_and_more_of_the_end_are_shown_in_whole_lines() -> None:
    lines = [f"{number:07d} request served\n" for number in range(200_000)]

    words = text_of("".join(lines).encode())

    assert words.startswith(lines[0])
    assert words.endswith(lines[-1])
    assert len(words) < blocks.MOST_TEXT_OF_ONE + 100
    head, tail = words.split("\n[… about ")
    assert all(f"{line}\n" in lines for line in head.splitlines())
    assert all(f"{line}\n" in lines for line in tail.splitlines()[1:])
    assert len(tail) > 1.5 * len(head)
    assert "characters left out …]" in tail


def test_a_log_in_two_byte_characters_is_cut_between_them() -> None:
    words = text_of("".join(f"{number:07d} ok\n" for number in range(100_000)).encode("utf-16"))

    assert words.startswith("0000000 ok\n")
    assert words.endswith("0099999 ok\n")
    assert "\ufffd" not in words


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", blocks.EMPTY),
        (b"  \n\n ", blocks.EMPTY),
        (b"PK\x03\x04\x14\0\x06\0" + b"\0" * 50, blocks.UNKNOWN),
        (b"\0\0\0\x18ftypmp42" + bytes(range(256)), blocks.UNKNOWN),
        (png()[:-20], blocks.DAMAGED),
        (jpeg()[:-8], blocks.DAMAGED),
        (webp()[:-4], blocks.DAMAGED),
        (b"\xff\xd8\xff\xe0not a picture", blocks.DAMAGED),
        (b"\x89PNG\r\n\x1a\n", blocks.DAMAGED),
        (png(9000, 10), blocks.TOO_WIDE),
        (jpeg(10, 8001), blocks.TOO_WIDE),
        (pdf()[:-10], blocks.DAMAGED),
        (pdf(more=b"<< /Encrypt 5 0 R >>"), blocks.PROTECTED),
        (pdf(101), blocks.TOO_MANY_PAGES),
        (pdf(150, is_packed=True), blocks.TOO_MANY_PAGES),
        (png(padding=4_000_000), "it is larger than 3.9 MB"),
        (pdf(more=b"x" * 6_100_000), "it is larger than 6 MB"),
    ],
)
def test_what_claude_cannot_take_has_a_reason_that_a_person_can_read(content: bytes, problem: str) -> None:
    found = shown(content)

    assert (found.block, found.problem) == (None, problem)


def test_packed_and_plain_pages_are_counted() -> None:
    assert (pages_of(pdf(7)), pages_of(pdf(7, is_packed=True))) == (7, 7)


def test_a_stream_that_lies_about_its_packing_counts_nothing() -> None:
    assert pages_of(b"%PDF-1.7 /Type /ObjStm >>\nstream\nnot packed") == 0


@pytest.mark.parametrize(
    "piece",
    [
        b"/Type/ObjStm stream\nx\x9c\x03\x00",
        b"/Type/ObjStm stream\nx\x9c\x03\x00endstream ",
        b"1 0 obj <<>> stream\nx\x9c\x03\x00",
        b"1 0 obj <<>> stream\nx\x9c\x03\x00endstream ",
    ],
)
def test_no_file_keeps_a_worker_busy_by_the_number_of_its_streams(piece: bytes) -> None:
    crafted = b"%PDF-1.7\n" + piece * (5_000_000 // len(piece)) + b"%%EOF"

    # Were all that is behind each of them read these would take many minutes.
    assert pages_of(crafted) == 0
    assert letters_of(crafted) <= len(crafted)


def test_words_that_never_end_are_read_once() -> None:
    endless = b"%PDF-1.7\n1 0 obj <<>> stream\n(" + b"\\(" * 2_000_000 + b"\nendstream\n%%EOF"

    assert letters_of(endless) == 0


def test_media_take_room_until_there_is_none() -> None:
    room, problems = Room(), []
    for _ in range(3):
        content = png(padding=2_500_000)
        each, room = show("shot.png", io.BytesIO(content), len(content), room)
        problems.append(each.problem)

    assert problems == ["", "", blocks.TOO_MUCH]
    assert shown(b"words stay possible", room=room).block


def test_a_thread_holds_so_many_pictures_that_large_ones_stay_possible() -> None:
    sent = [{"role": "user", "content": [shown(png()).block] * blocks.MOST_IMAGES + [shown(pdf()).block]}]
    room = room_after([*sent, {"role": "assistant", "content": "fine"}])

    assert shown(png(), room=room).problem == blocks.NO_MORE_IMAGES
    assert room.documents == blocks.MOST_DOCUMENTS - 1


def test_a_thread_holds_so_many_documents_that_their_pages_fit() -> None:
    assert shown(pdf(), room=Room(documents=0)).problem == blocks.NO_MORE_DOCUMENTS


def test_many_texts_share_the_room_and_the_rest_is_named() -> None:
    room, found = Room(), []
    for _ in range(5):
        content = b"word " * 8_000
        each, room = show("app.log", io.BytesIO(content), len(content), room)
        found.append(each)

    assert [each.problem for each in found] == ["", "", "", blocks.NO_MORE_TEXT, blocks.NO_MORE_TEXT]
    assert sum(len(each.block["text"]) for each in found if each.block) < blocks.MOST_TEXT + 500


@given(st.binary(max_size=400), st.sampled_from([b"", *(make()[:30] for make in (png, jpeg, gif, webp, pdf))]))
def test_any_bytes_become_a_block_or_a_reason(rest: bytes, start: bytes) -> None:
    found = shown(start + rest)

    assert bool(found.block) != bool(found.problem)
