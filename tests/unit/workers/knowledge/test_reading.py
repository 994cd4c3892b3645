"""Files become documents: sections under their headings, passages of a readable length, and reasons for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sample_files import encrypted_pdf
from workers.knowledge.files import read_file
from workers.knowledge.folders import Folder
from workers.knowledge.passages import LONGEST, passages_of
from workers.knowledge.values import Document, Section, SourceAway, Text, Unreadable

PAGE = """---
title: VPN guide
---
# VPN

Intro.

## Reset

```sh
# no heading
vpn reset
```

Older
-----

Gone.
"""


def test_markdown_is_cut_at_headings_but_not_inside_of_code() -> None:
    text = read_file(PAGE.encode(), "vpn", ".md")

    assert text.title == "VPN guide"
    assert [section.path for section in text.sections] == [("VPN",), ("VPN", "Reset"), ("VPN", "Older")]
    assert "# no heading" in text.sections[1].text


def test_html_is_read_as_a_person_sees_it() -> None:
    page = (
        "<html><head><title>Wiki</title><script>var x</script></head><body><nav>Menu</nav><h1>VPN</h1><p>One &amp; two"
        "</p><h2>Steps</h2><ul><li>Open</li><li>Close</li></ul><ac:structured-macro ac:name='code'><ac:parameter>bash"
        "</ac:parameter><ac:plain-text-body><![CDATA[if a < b]]></ac:plain-text-body></ac:structured-macro></body>"
    )

    text = read_file(page.encode(), "page", ".html")

    assert text.title == "Wiki"
    assert text.sections[0] == Section(("VPN",), "One & two")
    assert text.sections[1].path == ("VPN", "Steps")
    assert "- Open" in text.sections[1].text
    assert "if a < b" in text.sections[1].text
    assert not [section for section in text.sections if "Menu" in section.text or "bash" in section.text]


def test_what_word_processors_mark_for_themselves_is_no_end_of_the_reading() -> None:
    page = b"<p>One</p><![if !supportLists]><p>Two</p><![endif]><![odd[mark]]><p>Three</p><!odd><p>Four</p>"

    (section,) = read_file(page, "page", ".html").sections

    assert section.text.split() == ["One", "Two", "Three", "Four"]


@pytest.mark.parametrize(
    ("data", "suffix", "reason"),
    [
        (b"%PDF-1.7 nothing", ".pdf", "damaged"),
        (b"\0\1\2" * 100, ".txt", "not text"),
        (b"  \n", ".md", "no text"),
        (encrypted_pdf(), ".pdf", "it is encrypted"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_read_has_a_reason(data: bytes, suffix: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_file(data, "name", suffix)


def test_passages_are_no_longer_than_they_may_be_and_lose_no_word() -> None:
    words = " ".join(f"word{number}." for number in range(2_000))

    passages = passages_of(Text("Title", (Section(("Title", "Part"), words),)))

    assert max(len(passage.text) for passage in passages) <= LONGEST
    assert " ".join(passage.text for passage in passages).split() == words.split()
    assert {passage.heading for passage in passages} == {"Part"}


def test_a_folder_tells_a_change_by_its_contents_and_links_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub dir").mkdir()
    page = tmp_path / "sub dir" / "vpn.md"
    page.write_text("# VPN\n\nText.")
    (tmp_path / ".hidden.md").write_text("no")
    (tmp_path / "picture.png").write_bytes(b"no")
    folder = Folder(f"{tmp_path}=https://docs.example.com/")
    first = list(folder.listed())
    page.touch()

    again = list(Folder(f"{tmp_path}=https://docs.example.com/").listed())
    page.write_text("# VPN\n\nOther text.")
    changed = list(folder.listed())

    assert len(first) == 1
    assert again == first
    assert changed[0].version != first[0].version
    (_, document), *_ = folder.read([first[0].id])
    assert isinstance(document, Document)
    assert document.address == "https://docs.example.com/sub%20dir/vpn.md"


def test_a_folder_that_is_not_there_is_away_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceAway):
        list(Folder(str(tmp_path / "none")).listed())
