"""Files on an issue: under clean names, in pieces, within what Jira takes; what is there already is seen."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from workers.errors import JiraRefused, JiraUnavailable, ToolError
from workers.jira.attachments import LONGEST_NAME, Attachment, Multipart, attachment_names, clean_name
from workers.jira.gateway import JiraGateway

ATTACH = "POST issue/{key}/attachments"


class Piecewise(io.BytesIO):
    """Notes the largest piece that was read at once."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.largest = max(self.largest, len(piece))
        return piece


def attach(gateway: JiraGateway, name: str, content: bytes, key: str = "OPS-1", media_type: str = "") -> None:
    gateway.attach(key, name, io.BytesIO(content), len(content), media_type=media_type)


def held(jira: JiraStandIn, key: str = "OPS-1") -> dict[str, bytes]:
    """Return the files on an issue by name."""
    issue = jira.issue(key)
    return {row["filename"]: issue.attachments[row["id"]] for row in issue.fields["attachment"]}


def test_a_file_arrives_with_its_name_bytes_and_type(gateway: JiraGateway, jira: JiraStandIn) -> None:
    attach(gateway, "größe & co.png", b"\x89PNG\r\n--\r\n\0", media_type="image/png")

    assert held(jira) == {"größe & co.png": b"\x89PNG\r\n--\r\n\0"}
    assert jira.issue("OPS-1").fields["attachment"][0]["mimeType"] == "image/png"
    assert gateway.attachments("ops-1") == (Attachment("größe & co.png", 11),)


def test_a_large_file_is_sent_in_pieces(gateway: JiraGateway, jira: JiraStandIn) -> None:
    content = Piecewise(b"0123456789" * 300_000)

    gateway.attach("OPS-1", "big.log", content, 3_000_000)

    assert held(jira)["big.log"] == content.getvalue()
    assert content.largest <= 65_536


@pytest.mark.parametrize("kind", ["text/plain\r\nX: y", "nonsense", ""])
def test_a_type_that_is_none_is_not_passed_on(gateway: JiraGateway, jira: JiraStandIn, kind: str) -> None:
    attach(gateway, "a.bin", b"x", media_type=kind)

    assert jira.issue("OPS-1").fields["attachment"][0]["mimeType"] == "application/octet-stream"


def test_the_limit_is_read_once(gateway: JiraGateway, jira: JiraStandIn) -> None:
    assert [gateway.upload_limit(), gateway.upload_limit()] == [20_000_000, 20_000_000]
    assert [call["route"] for call in jira.calls] == ["GET attachment/meta"]


def test_no_limit_means_that_attachments_are_off(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.site.upload_limit = 0

    assert gateway.upload_limit() == 0


def test_a_file_that_is_too_large_is_refused(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.site.upload_limit = 10

    with pytest.raises(JiraRefused) as refused:
        attach(gateway, "a.log", b"x" * 11)
    assert refused.value.status == 413


def test_an_account_without_the_permission_is_refused(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.site.may_not_attach.add(jira.bot.account_id)

    with pytest.raises(JiraRefused) as refused:
        attach(gateway, "a.log", b"x")
    assert refused.value.status == 403


def test_a_lost_answer_is_unavailable_and_the_file_is_seen_by_looking(gateway: JiraGateway, jira: JiraStandIn) -> None:
    jira.faults.add(Fault(operation=ATTACH, kind="drop_after"))

    with pytest.raises(JiraUnavailable):
        attach(gateway, "a.log", b"x")

    assert gateway.attachments("OPS-1") == (Attachment("a.log", 1),)
    assert sum(call["route"] == ATTACH for call in jira.calls) == 1


def test_projects_that_are_not_open_get_no_file(gateway: JiraGateway, jira: JiraStandIn) -> None:
    with pytest.raises(ToolError):
        attach(gateway, "a.log", b"x", key="SECRET-1")
    assert jira.calls == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("vpn.log", "vpn.log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\shot.png", "shot.png"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("line\r\nbreak.txt", "line_break.txt"),
        ("  two   spaces .txt", "two spaces .txt"),
        (".htaccess", "htaccess"),
        ("evil\u202egnp.exe", "evil_gnp.exe"),
        ("u\u0308ber.md", "über.md"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_names_are_harmless(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_long_name_keeps_its_ending() -> None:
    clean = clean_name("x" * 400 + ".json")

    assert (len(clean), clean[-5:]) == (LONGEST_NAME, ".json")


def test_files_of_the_same_name_are_told_apart_and_always_in_the_same_way() -> None:
    given = ["image.png", "image.png", "IMAGE.png", "image-2.png", "log"]

    assert attachment_names(given) == ("image.png", "image-2.png", "IMAGE-3.png", "image-2-2.png", "log")


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_names_become_as_many_different_ones(names: list[str]) -> None:
    found = attachment_names(names)

    assert len({name.casefold() for name in found}) == len(names)
    assert found == tuple(clean_name(name) for name in found)


def test_the_body_is_as_long_as_it_says() -> None:
    body = Multipart("über.txt", "text/plain", io.BytesIO(b"abc"), 3)

    assert len(body) == len(b"".join(body))
    assert body.read() == b""
