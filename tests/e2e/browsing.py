"""A Chromium that drives the demo's page, and what a person does there again and again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from sandbox.page.browser import ARGUMENTS, chromium_path

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the Chromium of this machine; without one the test is skipped, or fails where one is asked for."""
    path = chromium_path()
    if path is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium on the PATH, and REQUIRE_BROWSER=1 asks for one")
        pytest.skip("no Chromium on the PATH: the page is not tested in a browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@contextmanager
def fresh_page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a fresh page on which no script fails and which asks nobody but its own server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda asked: None if asked.url.startswith(address) else problems.append(asked.url))
    opened.goto(address)
    opened.wait_for_selector("body[data-ready]")
    yield opened
    context.close()
    assert problems == []


def write(page: Page, place: str, text: str) -> None:
    """Type into the channel's or the thread's composer and press Enter."""
    field = page.locator(place).get_by_role("textbox", name="Message")
    field.fill(text)
    field.press("Enter")


def thread(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Thread")


def become(page: Page, name: str) -> None:
    """Choose who one is, as the list has it with admin or guest behind the name, and wait until the page has it."""
    choice = page.get_by_label("You are")
    choice.select_option(value=choice.locator("option", has_text=name).get_attribute("value"))
    initials = (word[0] for word in name.split() if not word.startswith("("))
    expect(page.locator("#my-avatar")).to_contain_text("".join(initials))


def put_on(page: Page, message: Locator, name: str) -> None:
    """Choose an emoji for a message in the picker."""
    message.hover()
    message.get_by_role("button", name="Add a reaction").click()
    page.get_by_role("menuitem", name=name).click()
