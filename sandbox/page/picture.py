"""`python -m sandbox.page.picture [file]`: takes the README's picture of a real conversation on the page."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from sandbox.page.browser import ARGUMENTS, chromium_path
from sandbox.page.examples import FILE_IT, MENTION, REPORT
from sandbox.page.server import Page as PageServer
from sandbox.procfile import CHECKOUT
from sandbox.server import Running
from sandbox.stack import LIFELIKE, Stack

PICTURE = CHECKOUT / "docs" / "images" / "demo.png"
SIZE: ViewportSize = {"width": 1640, "height": 1640}
PATIENCE_MS = 60_000


def main() -> int:
    """Hold the demo's conversation up to the draft and save what is seen."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    path = chromium_path()
    if path is None:
        print("There is no Chromium on the PATH.", file=sys.stderr)
        return 1
    with Stack(pace=LIFELIKE, folder=CHECKOUT / ".sandbox" / "picture") as stack, sync_playwright() as playwright:
        served = Running(PageServer(stack).make_app)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE)
        stack.slack.say("#support", "linus", "The printer on the second floor works again, thanks <@U0GRACE01>.")
        stack.slack.say("#support", "grace", "Good. I closed its issue.")
        page.goto(served.url)
        converse(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()
        served.stop()
    print(target)
    return 0


def converse(page: Page) -> None:
    """Report a problem, and ask for a draft once the answer is there."""
    page.wait_for_selector("body[data-ready]")
    _write(page, "#composer", f"{MENTION} {REPORT}")
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("file it", timeout=PATIENCE_MS)
    _write(page, "#thread-composer", FILE_IT)
    expect(thread.get_by_role("button", name="Create")).to_be_visible(timeout=PATIENCE_MS)
    expect(thread).to_contain_text("draft is ready", timeout=PATIENCE_MS)
    expect(thread).to_contain_text("Waiting for you", timeout=PATIENCE_MS)
    expect(thread.locator(".streaming")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_text("OPS-12").first).to_be_visible()
    page.mouse.move(0, 0)


def _write(page: Page, place: str, text: str) -> None:
    field = page.locator(place).get_by_role("textbox", name="Message")
    field.fill(text)
    field.press("Enter")


if __name__ == "__main__":
    raise SystemExit(main())
