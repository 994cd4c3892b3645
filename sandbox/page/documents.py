"""The demo's documents as a browser shows them: what the numbered sources of an answer open."""

from __future__ import annotations

from aiohttp import web
from markdown_it import MarkdownIt

from sandbox.procfile import CHECKOUT
from sandbox.reading_page import reading_page

DOCUMENTS = (CHECKOUT / "sandbox" / "knowledge").resolve()


async def show_document(request: web.Request) -> web.Response:
    """Answer with a document of the folder, and with nothing that lies elsewhere."""
    path = (DOCUMENTS / request.match_info["path"]).resolve()
    if not path.is_relative_to(DOCUMENTS) or path.suffix != ".md" or not path.is_file():
        return reading_page("Documents", "Not found", "<h1>There is no such document</h1>", 404)
    body = MarkdownIt("commonmark", {"html": False}).render(path.read_text())
    return reading_page("Documents", path.name, body)
