"""One file's bytes as a document: by its suffix, with a reason where that does not go."""

from __future__ import annotations

import io
import re

from workers.files.text import encoding_of
from workers.knowledge.html import read_html
from workers.knowledge.markdown import read_markdown, read_plain
from workers.knowledge.values import Section, Text, Unreadable

MARKDOWN = (".md", ".markdown", ".mdx")
HTML = (".html", ".htm", ".xhtml")
PLAIN = (".txt", ".text", ".rst", ".adoc", ".log")
PDF = (".pdf",)
SUFFIXES = (*MARKDOWN, *HTML, *PLAIN, *PDF)
MOST_PDF_PAGES = 300
MOST_CHARACTERS = 1_000_000


def read_file(data: bytes, name: str, suffix: str) -> Text:
    """Return the text of a file; raises Unreadable with a reason, whatever is wrong with it."""
    try:
        return _pdf(data, name) if suffix in PDF else _text(data, name, suffix)
    except Unreadable:
        raise
    except Exception as error:
        # A damaged file makes a library stumble anywhere, and must not hold up all others.
        raise Unreadable(f"it is damaged ({type(error).__name__})") from error


def _text(data: bytes, name: str, suffix: str) -> Text:
    text = _decoded(data)[:MOST_CHARACTERS]
    read = read_markdown if suffix in MARKDOWN else read_html if suffix in HTML else read_plain
    found = read(text, name)
    if not found.sections:
        raise Unreadable("it holds no text")
    return found


def _decoded(data: bytes) -> str:
    encoding = encoding_of(data)
    if encoding is None:
        raise Unreadable("it is not text")
    return data.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\0", "")


def _pdf(data: bytes, name: str) -> Text:
    """Return a PDF with a section for each page."""
    # Costs 60 ms and is seldom needed.
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("a password protects it")
        title = str((reader.metadata.title if reader.metadata else "") or "").strip()
        pages = [_paragraphs(page.extract_text()) for page in reader.pages[:MOST_PDF_PAGES]]
    except DependencyError as error:
        raise Unreadable("it is encrypted, and is searched only as a copy that is not") from error
    sections = tuple(Section((f"page {number}",), text) for number, text in enumerate(pages, 1) if text.strip())
    if not sections:
        raise Unreadable("it holds no text, only pictures")
    return Text(title or name, sections)


def _paragraphs(text: str) -> str:
    """Join the lines of a printed page where a sentence goes on."""
    text = re.sub(r"(\w)-\n(\w)", r"\1\2", text.replace("\0", ""))
    return re.sub(r"(?<![.:!?\n])\n(?=[a-z(])", " ", text)
