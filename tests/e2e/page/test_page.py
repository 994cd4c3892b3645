"""The demo's page in a real browser: what a newcomer does there, and what they see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sandbox.page.costs import MOST_TURNS
from sandbox.page.examples import FILE_IT, REMEMBER, REPORT
from sandbox.stack import Stack
from tests.e2e.browsing import become, thread, write

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def test_the_whole_conversation_is_held_on_the_page(page: Page, stack: Stack) -> None:
    known = set(stack.jira.issues)
    write(page, "#composer", f"@Support Bot {REPORT}")
    expect(thread(page).locator(".from-bot")).to_have_count(1)
    seen = lengths_until(thread(page).locator(".from-bot .content"), "file it")
    assert len(seen) >= 3, f"the answer was seen in these lengths only: {seen}"
    expect(thread(page).get_by_role("link", name=re.compile(r"^OPS-\d+$")).first).to_be_visible()

    write(page, "#thread-composer", FILE_IT)
    create = thread(page).get_by_role("button", name="Create")
    expect(create).to_be_visible()
    assert set(stack.jira.issues) == known
    create.click()

    expect(page.locator("#pane-jira").get_by_text("New", exact=True)).to_be_visible()
    (key,) = set(stack.jira.issues) - known
    thread(page).get_by_role("link", name=key).click()
    issue = page.locator("#pane-jira article")
    expect(issue).to_contain_text("Platform")
    expect(issue.get_by_role("link", name="Slack conversation")).to_be_visible()

    write(page, "#thread-composer", REMEMBER)
    expect(thread(page).locator(".from-bot").last).to_contain_text(key)


def lengths_until(answer: Locator, last_words: str) -> list[int]:
    """Return each length that the answer was seen at until its last words appeared."""
    seen: list[int] = []
    while True:
        text = answer.first.inner_text()
        if len(text) not in seen:
            seen.append(len(text))
        if last_words in text:
            return seen
        # Asked of the page anew each time: a message that changes may be drawn as a new element.
        expect(answer.first).not_to_have_text(text, use_inner_text=True)


def test_what_happened_is_listed_with_times_outcomes_and_tokens(page: Page) -> None:
    write(page, "#composer", "@Support Bot how does OPS-1 stand?")
    page.get_by_role("tab", name="What happened").click()
    calls = page.locator("#calls")
    for words in ("chat.startStream", "messages", "in,"):
        expect(calls.get_by_text(words).last).to_be_visible()
    expect(page.locator("#turns tbody tr", has_text="how does OPS-1 stand?").last).to_contain_text("$0.0")
    page.get_by_role("button", name="Jira", exact=True).click()
    expect(calls.locator(".service-slack")).to_have_count(0)


def test_what_the_answers_cost_is_drawn_and_adds_up(page: Page, address: str) -> None:
    page.get_by_role("tab", name="What happened").click()
    columns = page.locator("#turns .chart .column")
    before = columns.count()
    write(page, "#composer", "@Support Bot is there an open issue about the payroll export?")
    row = page.locator("#turns tbody tr", has_text="payroll export")
    expect(row).to_contain_text("$0.0")
    expect(columns).to_have_count(min(before + 1, MOST_TURNS))
    expect(columns.last.locator(".part")).to_have_count(3)
    expect(page.get_by_role("img", name=re.compile(r"^Dollars of the latest turns: .*\$0\.\d+"))).to_be_visible()
    page.locator("#turns").get_by_role("button", name="Tokens").click()
    expect(page.get_by_role("img", name=re.compile("^Tokens of the latest turns"))).to_be_visible()
    page.locator("#turns").get_by_role("button", name="Dollars").click()

    expect(page.locator("#turns .cost-sum strong")).to_have_text(re.compile(r"^\$0\.\d+$"))
    costs = page.request.get(f"{address}/api/state").json()["costs"]
    assert costs["total"]["usd"] == pytest.approx(sum(model["usd"] for model in costs["models"]))
    assert costs["total"]["cached"] > 0


def test_admins_see_what_the_workspace_spent_and_others_their_own(page: Page) -> None:
    become(page, "Linus Berg")
    write(page, "#composer", "@Support Bot is there an open issue about the checkout?")
    expect(thread(page).locator(".from-bot")).to_have_count(1)
    page.get_by_role("tab", name="Usage").click()
    usage = page.get_by_role("tabpanel", name="Usage")
    expect(usage).to_contain_text("Your own usage")
    expect(usage.get_by_role("table")).to_have_count(0)

    become(page, "Grace Moreno")
    expect(usage).to_contain_text("This month: $")
    expect(usage.get_by_role("table", name="By channel")).to_contain_text("#support")
    expect(usage.get_by_role("table", name="By person")).to_contain_text("Linus Berg")
    expect(usage.get_by_role("table", name="By model")).to_contain_text("claude-sonnet-5-5")
    expect(usage.get_by_role("img", name=re.compile(r"^Dollars by day: .*\$0\.\d+"))).to_be_visible()


def test_the_bars_of_the_usage_command_stand_in_lines_beside_an_open_thread(page: Page) -> None:
    become(page, "Grace Moreno")
    write(page, "#composer", "@Support Bot hello")
    expect(thread(page).locator(".from-bot")).to_have_count(1)
    write(page, "#composer", "/jira usage")
    chart = page.locator("#messages .ephemeral pre").first
    expect(chart).to_be_visible()
    lines = len(chart.inner_text().rstrip("\n").split("\n"))
    rows = chart.evaluate("node => (node.clientHeight - 16) / parseFloat(getComputedStyle(node).lineHeight)")
    assert round(rows) == lines


def test_a_draft_is_edited_in_the_modal_with_errors_at_the_field(page: Page) -> None:
    write(page, "#composer", "@Support Bot please file a bug for the team Platform: the coffee machine leaks")
    thread(page).get_by_role("button", name="Edit", exact=True).click()
    modal = page.get_by_role("dialog")
    summary = modal.get_by_label("Summary")
    expect(summary).to_be_visible()
    summary.fill("")
    modal.get_by_role("button", name="Save").click()
    expect(modal.get_by_role("alert")).to_contain_text("required")
    modal.get_by_label("Summary").fill("Coffee machine leaks on the third floor")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    expect(thread(page)).to_contain_text("Coffee machine leaks on the third floor")


def test_a_message_is_filed_through_its_shortcut(page: Page, stack: Stack) -> None:
    write(page, "#composer", "The projector of the big room is dark.")
    message = page.locator("#messages .message", has_text="projector").last
    message.hover()
    message.get_by_role("button", name="File a Jira issue").click()
    modal = page.get_by_role("dialog")
    expect(modal.get_by_label("Description")).to_have_value(re.compile("projector"))
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()
    assert not [issue for issue in stack.jira.issues.values() if "projector" in str(issue.fields)]


def test_a_command_answers_only_the_person_who_used_it(page: Page) -> None:
    write(page, "#composer", "/jira help")
    expect(page.locator("#messages .ephemeral").last).to_contain_text("Only visible to you")
    become(page, "Linus Berg")
    expect(page.locator("#messages .ephemeral")).to_have_count(0)


def test_the_bot_answers_directly_and_shows_its_home(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="Support Bot App").click()
    write(page, "#composer", "The printer prints blank pages")
    expect(thread(page).locator(".from-bot")).to_contain_text("OPS-")
    page.get_by_role("tab", name="Home").click()
    expect(page.locator("#home")).to_contain_text("Jira")


def test_people_write_as_themselves_and_markup_is_only_text(page: Page) -> None:
    become(page, "Grace Moreno")
    write(page, "#composer", "<img src=x onerror=alert(1)> & *bold* <@U0NOBODY>")
    message = page.locator("#messages .message").last
    expect(message).to_contain_text("Grace Moreno")
    expect(message).to_contain_text("<img src=x onerror=alert(1)> & bold <@U0NOBODY>")
    expect(message.locator("strong", has_text="bold")).to_have_count(1)


def test_a_file_goes_along_with_a_message(page: Page, stack: Stack, tmp_path: Path) -> None:
    note = tmp_path / "trace.log"
    note.write_text("connection reset by peer")
    page.locator("#composer").get_by_label("File to upload").set_input_files(note)
    write(page, "#composer", "Here is the log.")
    expect(page.locator("#messages .file", has_text="trace.log")).to_be_visible()
    assert [file.content for file in stack.slack.workspace.files.values()] == [b"connection reset by peer"]


def test_the_page_says_what_is_a_stand_in(page: Page) -> None:
    banner = page.locator("#banner")
    for name in ("Slack stand-in", "Jira stand-in", "Claude stand-in", "rules, not from a model"):
        expect(banner).to_contain_text(name)


def test_a_change_of_person_on_one_page_reaches_the_other(page: Page, browser: Browser, address: str) -> None:
    other = browser.new_page()
    other.goto(address)
    other.wait_for_selector("body[data-ready]")
    write(page, "#composer", "Lunch at noon?")
    expect(other.locator("#messages .message").last).to_contain_text("Lunch at noon?")
    other.close()
