"""What people do with their own messages on the demo's page, and what goes away again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sandbox.page.examples import FILE_IT
from sandbox.stack import Stack
from tests.e2e.browsing import become, thread, write

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def test_ones_own_message_is_edited_and_others_see_it(page: Page, stack: Stack) -> None:
    write(page, "#composer", "@Grace Moreno: lunch & <learn> at noon")
    own = page.locator("#messages .message", has_text="at noon")
    own.hover()
    own.get_by_role("button", name="Edit message").click()
    field = page.get_by_role("textbox", name="Edit message")
    expect(field).to_have_value("@Grace Moreno: lunch & <learn> at noon")
    field.fill("@Grace Moreno: lunch & <learn> at one")
    field.press("Enter")

    edited = page.locator("#messages .message", has_text="at one")
    expect(edited).to_contain_text("(edited)")
    expect(edited).to_contain_text("lunch & <learn>")
    assert stack.slack.messages("C0SUPPORT")[-1].text == "<@U0GRACE01>: lunch &amp; &lt;learn&gt; at one"
    become(page, "Grace Moreno")
    other = page.locator("#messages .message", has_text="at one")
    other.hover()
    expect(other.get_by_role("button", name="Reply in thread")).to_be_visible()
    expect(other.get_by_role("button", name="Edit message")).to_have_count(0)
    expect(other.get_by_role("button", name="Delete message")).to_have_count(0)


def test_escape_leaves_a_message_as_it_was(page: Page) -> None:
    write(page, "#composer", "Nobody touches this")
    own = page.locator("#messages .message", has_text="Nobody touches this")
    own.hover()
    own.get_by_role("button", name="Edit message").click()
    field = page.get_by_role("textbox", name="Edit message")
    field.fill("Somebody does")
    field.press("Escape")
    expect(page.locator("#messages .message", has_text="Nobody touches this")).to_have_count(1)
    expect(page.locator("#messages .message", has_text="Somebody does")).to_have_count(0)


def test_a_question_is_deleted_and_its_thread_says_so(page: Page) -> None:
    write(page, "#composer", "@Support Bot is there an open issue about the payroll export?")
    expect(thread(page).locator(".from-bot")).to_have_count(1)
    expect(page.locator("#thread-status .stop")).to_have_count(0)
    question = page.locator("#messages .message", has_text="payroll export?")
    question.hover()
    question.get_by_role("button", name="Delete message").click()
    page.get_by_role("button", name="Delete for everyone").click()

    left = page.locator("#messages .message", has_text="This message was deleted.")
    expect(left).to_have_count(1)
    expect(page.locator("#messages")).not_to_contain_text("payroll export?")
    expect(page.locator("body")).not_to_contain_text("USLACKBOT")
    left.get_by_role("button", name=re.compile("repl")).click()
    expect(thread(page)).to_contain_text("This message was deleted.")


def test_a_message_without_replies_is_gone_when_it_is_deleted(page: Page) -> None:
    write(page, "#composer", "A slip of the pen")
    own = page.locator("#messages .message", has_text="A slip of the pen")
    own.hover()
    own.get_by_role("button", name="Delete message").click()
    page.get_by_role("button", name="Cancel").click()
    expect(own).to_have_count(1)
    own.hover()
    own.get_by_role("button", name="Delete message").click()
    page.get_by_role("button", name="Delete for everyone").click()
    expect(own).to_have_count(0)


def test_what_only_one_person_sees_is_taken_away_by_them(page: Page) -> None:
    write(page, "#composer", "/jira search vpn")
    looking = page.locator("#messages .ephemeral", has_text="One moment")
    expect(looking).to_have_count(1)
    expect(page.locator("#messages .ephemeral", has_text="OPS-")).to_have_count(1)
    looking.hover()
    looking.get_by_role("button", name="Dismiss message").click()
    expect(looking).to_have_count(0)
    become(page, "Grace Moreno")
    become(page, "Ada Park")
    expect(page.locator("#messages .ephemeral", has_text="OPS-")).to_have_count(1)
    expect(looking).to_have_count(0)


def test_filing_is_not_suggested_any_more_once_there_is_a_draft(page: Page) -> None:
    write(page, "#composer", "@Support Bot the printer on floor two smells of smoke")
    expect(thread(page).locator(".from-bot")).to_have_count(1)
    suggestion = page.locator("#thread-examples").get_by_role("button", name="File it")
    expect(suggestion).to_be_visible()
    write(page, "#thread-composer", FILE_IT)
    thread(page).get_by_role("button", name="Create").click()
    expect(thread(page)).to_contain_text("Filed as")
    expect(suggestion).to_have_count(0)
    expect(page.locator("#thread-examples").get_by_role("button", name="What did I report?")).to_be_visible()
