"""Forms on the demo's page: what somebody empties there is empty in what is saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sandbox.stack import Stack
from tests.e2e.browsing import become, thread, write
from tests.e2e.drafting import filed

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

GRACE = "Grace Moreno (admin)"
FILE_IT = "@Support Bot please file a bug for the team Platform: the samovar leaks, priority high"


def test_quiet_hours_and_the_language_of_a_channel_are_taken_away_by_emptying_their_fields(page: Page) -> None:
    become(page, GRACE)
    modal = page.get_by_role("dialog")
    write(page, "#composer", "/jira settings")
    modal.get_by_label("Quiet from").fill("22:00")
    modal.get_by_label("Quiet until").fill("06:00")
    modal.get_by_label("Language of my answers").fill("German")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    expect(page.locator("#messages")).to_contain_text("quiet hours: none → 22:00 to 06:00")

    write(page, "#composer", "/jira settings")
    expect(modal.get_by_label("Quiet from")).to_have_value("22:00")
    for label in ("Quiet from", "Quiet until", "Language of my answers"):
        modal.get_by_label(label).fill("")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    expect(page.locator("#messages")).to_contain_text("→ none")

    write(page, "#composer", "/jira settings")
    expect(modal.get_by_label("Quiet from")).to_have_value("")
    expect(modal.get_by_label("Language of my answers")).to_have_value("")
    modal.get_by_role("button", name="Cancel").click()


def test_labels_and_priority_that_are_emptied_in_edit_are_not_filed_even_after_an_error(
    page: Page, stack: Stack
) -> None:
    write(page, "#composer", FILE_IT)
    thread(page).get_by_role("button", name="Edit", exact=True).click()
    modal = page.get_by_role("dialog")
    modal.get_by_label("Labels").fill("kitchen")
    modal.get_by_label("Priority").select_option(label="High")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    expect(thread(page)).to_contain_text("kitchen")

    thread(page).get_by_role("button", name="Edit", exact=True).click()
    expect(modal.get_by_label("Labels")).to_have_value("kitchen")
    modal.get_by_label("Labels").fill("")
    modal.get_by_label("Priority").select_option("")
    modal.get_by_label("Summary").fill("")
    modal.get_by_role("button", name="Save").click()
    expect(modal.get_by_role("alert")).to_contain_text("required")
    expect(modal.get_by_label("Labels")).to_have_value("")
    modal.get_by_label("Summary").fill("Samovar leaks on every floor")
    modal.get_by_role("button", name="Save").click()
    expect(modal).to_be_hidden()
    expect(thread(page)).not_to_contain_text("kitchen")

    thread(page).get_by_role("button", name="Create").click()
    expect(thread(page)).to_contain_text("Filed as")
    (issue,) = filed(stack, "Samovar leaks on every floor")
    assert "kitchen" not in issue.fields["labels"]
    # Jira gives an issue that names no priority its own usual one.
    assert (issue.fields.get("priority") or {}).get("name") != "High"
