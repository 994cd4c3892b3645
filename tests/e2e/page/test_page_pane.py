"""The pane at the right of the demo's page: whose sight of Jira it is, and that everything in it has its place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.waiting import wait_for
from tests.e2e.browsing import write

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

TURNS = 6
OVERFLOW = "boxes => boxes.map(box => box.scrollWidth - box.clientWidth)"
BOXES = "labels => labels.map(label => label.getBoundingClientRect()).map(box => [box.left, box.right])"
WIDTHS = "names => names.map(name => name.getBoundingClientRect().width)"
# A name may break where it has been made breakable, and nowhere else.
PIECES = r"""names => names.flatMap(name => name.textContent.split(/[\u200b ]/).map(piece => {
  const probe = document.createElement("span");
  probe.style.cssText = "position: absolute; white-space: nowrap; font: " + getComputedStyle(name).font;
  probe.textContent = piece;
  document.body.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return [piece, width];
}))"""


def drawn(look: Callable[[], list[Any]], what: str) -> list[Any]:
    """Return what is seen of parts of the pane; it is drawn anew now and then, and a replaced part has no size."""

    def seen() -> list[Any] | None:
        found = look()
        return found if found and all(each not in (0, [0, 0]) for each in found) else None

    return wait_for(seen, what, seconds=30)


def test_the_list_of_issues_says_with_whose_eyes_it_is_seen(page: Page) -> None:
    page.get_by_role("tab", name="Jira").click()
    expect(page.get_by_text("Jira as its administrator sees it")).to_be_visible()
    assert page.locator(".issue-key", has_text="SECRET-1").count()


def test_many_answers_keep_their_labels_apart_and_calls_their_names_whole(page: Page) -> None:
    page.get_by_role("tab", name="What happened").click()
    columns = page.locator("#turns .chart .column")
    for number in range(1, TURNS + 1):
        write(page, "#composer", f"@Support Bot how does OPS-{number} stand?")
        expect(columns).to_have_count(number)

    boxes = drawn(lambda: page.locator("#turns .chart .column text:not(.chart-foot)").evaluate_all(BOXES), "labels")
    assert len(boxes) == TURNS
    assert [(left, right) for left, right in pairwise(boxes) if left[1] >= right[0]] == []
    assert set(page.locator("#pane-trace, #turns, #calls, #turns .table").evaluate_all(OVERFLOW)) == {0}
    narrowest = min(drawn(lambda: page.locator(".operation").evaluate_all(WIDTHS), "names"))
    pieces = page.locator(".operation").evaluate_all(PIECES)
    assert [piece for piece, width in pieces if width > narrowest] == []
