"""What every test of the demo's page opens with: a browser, one stack for the file, and a fresh page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from sandbox.page.server import Page as PageServer
from sandbox.server import Running
from sandbox.stack import LIFELIKE, Stack
from tests.e2e.browsing import chromium, fresh_page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all tests of a file; `browser` comes first, so that nothing starts where there is none."""
    assert browser.is_connected()
    with Stack(pace=LIFELIKE, folder=tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="module")
def address(stack: Stack) -> Iterator[str]:
    running = Running(PageServer(stack).make_app)
    yield running.url
    running.stop()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with fresh_page(browser, address) as opened:
        yield opened
