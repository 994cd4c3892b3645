"""The demo's page as somebody uses it who is at home in Slack: emoji, tasks, reloads, narrow windows, a dead server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.claude.scripts import reply
from sandbox.page.examples import FILE_IT, REPORT
from sandbox.page.server import Page as PageServer
from sandbox.server import Running
from sandbox.slack.delivery import Delivery
from sandbox.stack import Stack
from tests.e2e.browsing import become, put_on, thread, write
from tests.e2e.support import within

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

GRACE = "Grace Moreno (admin)"


def test_an_emoji_on_a_message_is_seen_by_all_and_taken_back(page: Page) -> None:
    write(page, "#composer", "The lift stops between two floors.")
    message = page.locator("#messages .message", has_text="The lift stops").last
    put_on(page, message, "eyes")
    mine = message.get_by_role("button", name="eyes, 1")
    expect(mine).to_have_attribute("aria-pressed", "true")
    become(page, GRACE)
    expect(mine).to_have_attribute("aria-pressed", "false")
    mine.click()
    both = message.get_by_role("button", name="eyes, 2")
    both.click()
    expect(both).to_have_count(0)
    expect(mine).to_be_visible()


def test_the_emoji_for_issues_makes_a_draft_asked_for_by_who_put_it_on(page: Page, stack: Stack) -> None:
    write(page, "#composer", "The escalator squeaks.")
    message = page.locator("#messages .message", has_text="The escalator squeaks").last
    become(page, GRACE)
    put_on(page, message, "ticket: drafts an issue")
    message.get_by_role("button", name="1 reply").click()
    expect(thread(page).get_by_role("button", name="Create")).to_be_visible()
    expect(thread(page)).to_contain_text("Asked for by Grace Moreno")
    assert not [issue for issue in stack.jira.issues.values() if "escalator" in str(issue.fields)]


def is_look_at_general(delivery: Delivery) -> bool:
    return delivery.event.get("type") == "app_context_changed" and "C0GENERAL" in str(delivery.event)


def test_the_bot_hears_which_channel_was_looked_at_before_it_is_asked_directly(page: Page, stack: Stack) -> None:
    stack.claude.script(reply("For chatter."), when="which channel was that")
    places = page.get_by_role("navigation")
    places.get_by_role("button", name="general").click()
    within(lambda: [each for each in stack.slack.deliveries if each.is_acked and is_look_at_general(each)], "the look")
    places.get_by_role("button", name="Support Bot App").click()
    write(page, "#composer", "which channel was that?")
    expect(page.locator("body")).to_contain_text("For chatter.")
    assert any("Looking at: #general" in str(request.body.get("messages")) for request in stack.claude.requests)


def test_what_the_bot_did_stands_in_a_line_each_with_state_and_links(page: Page) -> None:
    write(page, "#composer", f"@Support Bot {REPORT}")
    task = thread(page).locator(".task", has_text="Searching Jira")
    expect(task.get_by_role("img", name="done")).to_be_visible()
    expect(task.get_by_role("link", name=re.compile(r"^[A-Z]+-\d+$")).first).to_be_visible()
    write(page, "#thread-composer", FILE_IT)
    expect(thread(page).get_by_role("button", name="Create")).to_be_visible()

    def are_in_lines() -> bool:
        # A row that is drawn anew just now has no place yet.
        tops = thread(page).locator(".task").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().top)")
        return len(tops) >= 2 and len(set(tops)) == len(tops)

    assert within(are_in_lines, "each task in a line of its own")


def test_a_reload_comes_back_to_the_same_person_place_and_thread(page: Page) -> None:
    become(page, GRACE)
    page.get_by_role("navigation").get_by_role("button", name="oncall").click()
    write(page, "#composer", "@Support Bot how does OPS-1 stand?")
    expect(thread(page).locator(".from-bot")).to_contain_text("OPS-1")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#person")).to_have_value("U0GRACE01")
    expect(page.locator(".me")).to_contain_text("admin")
    expect(page.locator("#place-name")).to_have_text("oncall")
    expect(thread(page).locator(".from-bot")).to_contain_text("OPS-1")


def test_a_narrow_window_folds_into_drawers_and_cuts_nothing_off(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.get_by_role("button", name="Channels", exact=True).click()
    page.get_by_role("navigation").get_by_role("button", name="general").click()
    expect(page.locator("#place-name")).to_have_text("#general")
    page.get_by_role("button", name="Jira and calls").click()
    expect(page.get_by_role("tab", name="What happened")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tab", name="What happened")).to_be_hidden()
    write(page, "#composer", f"@Support Bot {REPORT}")
    expect(thread(page).locator(".from-bot")).to_contain_text("file it")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert thread(page).locator(".messages").evaluate("list => list.scrollWidth - list.clientWidth") == 0


def test_a_page_whose_server_went_away_says_so_until_it_is_back(browser: Browser, stack: Stack) -> None:
    running = Running(PageServer(stack).make_app)
    page = browser.new_page()
    page.goto(running.url)
    page.wait_for_selector("body[data-ready]")
    running.stop()
    expect(page.get_by_role("alert").filter(has_text="make demo")).to_be_visible()
    again = Running(PageServer(stack).make_app, port=running.port)
    expect(page.locator("#lost")).to_be_hidden()
    write(page, "#composer", "Still there?")
    expect(page.locator("#messages .message").last).to_contain_text("Still there?")
    page.close()
    again.stop()
    assert again.port == running.port


def test_the_bot_is_invited_where_it_is_not_and_answers_then(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="random").click()
    page.get_by_role("button", name="Invite it").click()
    expect(page.get_by_role("button", name="Invite it")).to_have_count(0)
    write(page, "#composer", "@Support Bot how does OPS-1 stand? See https://status.example.com/vpn?a=1&b=2.")
    expect(thread(page).locator(".from-bot")).to_contain_text("OPS-1")
    link = thread(page).get_by_role("link", name="https://status.example.com/vpn?a=1&b=2", exact=True)
    expect(link).to_have_attribute("href", "https://status.example.com/vpn?a=1&b=2")
