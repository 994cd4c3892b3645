"""The demo's documents open in a browser, and no other file of the machine does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from aiohttp import web

from sandbox.page.documents import show_document
from sandbox.server import Running


@pytest.fixture
def address() -> Iterator[str]:
    def make_app() -> web.Application:
        app = web.Application()
        app.router.add_get("/documents/{path:.+}", show_document)
        return app

    running = Running(make_app)
    yield f"{running.url}/documents"
    running.stop()


def test_a_document_is_shown_as_a_page_without_scripts(address: str) -> None:
    answer = requests.get(f"{address}/vpn.md", timeout=10)

    assert "<h1>VPN guide</h1>" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["nothing.md", "%2e%2e/%2e%2e/README.md", "..%2f..%2fREADME.md", "%2fetc%2fpasswd"])
def test_what_is_no_document_of_the_demo_is_not_found(address: str, path: str) -> None:
    assert requests.get(f"{address}/{path}", timeout=10).status_code == 404
