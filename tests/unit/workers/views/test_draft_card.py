"""What a card says and offers in each state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.slack.blocks import check_blocks, markdown_length
from sandbox.slack.messages import interactive_elements
from tests.unit.workers.views.drafts import draft, wild_drafts, wild_filings
from workers.records import NOT_SENT, Draft, Filing
from workers.views.draft_card import FILL_IN, draft_card
from workers.views.limits import FALLBACK_TEXT, MARKDOWN_TEXT

URL = "https://jira.example/browse/OPS-7"


def buttons(blocks: list[dict[str, Any]]) -> dict[str, str]:
    return {element["action_id"]: element["value"] for _, element in interactive_elements(blocks)}


def words(blocks: list[dict[str, Any]]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_a_new_draft_shows_the_issue_as_it_will_be_filed() -> None:
    blocks, text = draft_card(draft(notes=("Label x was left out.",)), Filing())
    shown = words(blocks)
    for part in ("OPS", "Bug", "VPN drops every ten minutes", "It began **today**.", "High", "vpn, network"):
        assert part in shown
    assert "*Environment*\\nProduction" in shown
    assert "Label x was left out." in shown
    assert "Ada Park" in shown
    assert buttons(blocks) == {"draft_create": "d1", "draft_edit": "d1", "draft_cancel": "d1"}
    assert text == "Draft: OPS Bug: VPN drops every ten minutes"


@pytest.mark.parametrize("state", ["new", "sending", "rejected", "uncertain"])
@pytest.mark.parametrize("asks_person", [True, False])
def test_an_unfiled_card_says_of_nothing_that_it_was_created(state: Any, asks_person: bool) -> None:
    filing = Filing(state=state, errors=("Environment is required.",), issue_key="OPS-7", issue_url=URL)
    blocks, text = draft_card(draft(), filing, asks_person=asks_person)
    shown = (words(blocks) + text).lower()
    for word in ("created", "filed", "ops-7", URL):
        assert word not in shown


def test_while_it_is_sent_nothing_can_be_pressed() -> None:
    blocks, _ = draft_card(draft(), Filing(state="sending"))
    assert buttons(blocks) == {}


def test_a_filed_card_is_a_link_with_who_pressed_and_nothing_else() -> None:
    filing = Filing(state="done", issue_key="OPS-7", issue_url=URL, pressed_by="U2")
    blocks, text = draft_card(draft(), filing)
    assert len(blocks) == 1
    assert f"<{URL}|OPS-7>" in words(blocks)
    assert "<@U2>" in words(blocks)
    assert buttons(blocks) == {}
    assert text == "Filed as OPS-7"


def test_a_rejected_card_says_why_and_can_be_edited() -> None:
    blocks, _ = draft_card(draft(), Filing(state="rejected", errors=("Environment: 'Prod' is unknown.",)))
    assert "Environment: 'Prod' is unknown." in words(blocks)
    assert set(buttons(blocks)) == {"draft_create", "draft_edit", "draft_cancel"}


def test_a_field_that_jira_misses_is_named_once() -> None:
    other = f"Environment is required: {FILL_IN}"
    missing = draft(notes=(f"Team is required: {FILL_IN}", other))
    blocks, _ = draft_card(missing, Filing(state="rejected", errors=("Team is required.",)))
    assert words(blocks).count("Team is required") == 1
    assert other in words(blocks)
    # Editing comes first.
    assert [each["text"]["text"] for _, each in interactive_elements(blocks) if each.get("style")] == ["Edit"]


def test_what_was_never_sent_is_not_said_to_be_refused_by_jira() -> None:
    errors = (NOT_SENT, "Parent: Project 'NOPE' is not open to me.")
    blocks, text = draft_card(draft(), Filing(state="rejected", errors=errors))
    shown = words(blocks) + text
    assert "Not sent to Jira" in shown
    assert "Project 'NOPE' is not open to me." in shown
    assert "Jira did not take it" not in shown
    assert shown.count(NOT_SENT) == 0


@pytest.mark.parametrize(
    ("notes", "primary"), [((), "draft_create"), (("Team is required: press Edit to fill it in.",), "draft_edit")]
)
def test_the_button_that_helps_on_is_the_primary_one(notes: tuple[str, ...], primary: str) -> None:
    blocks, _ = draft_card(draft(notes=notes), Filing())
    styled = [element["action_id"] for _, element in interactive_elements(blocks) if element.get("style") == "primary"]
    assert styled == [primary]


def test_an_unconfirmed_filing_asks_a_person_when_told_to() -> None:
    looking, _ = draft_card(draft(), Filing(state="uncertain"), asks_person=False)
    assert buttons(looking) == {}
    asking, _ = draft_card(draft(), Filing(state="uncertain"), asks_person=True)
    assert buttons(asking) == {"filing_check": "d1", "filing_force": "d1"}


def test_a_cancelled_card_says_by_whom() -> None:
    blocks, _ = draft_card(draft(), Filing(state="cancelled", pressed_by="U2"))
    assert "cancelled by <@U2>" in words(blocks)
    assert buttons(blocks) == {}


def test_words_of_others_cannot_call_anyone_or_draw_links() -> None:
    nasty = "<!channel> <https://evil.example|OPS-1> <@U9>"
    fields = {"customfield_1": nasty}
    blocks, text = draft_card(
        draft(summary=nasty, description=nasty, fields=fields, notes=(nasty,), asker_name=nasty), Filing()
    )
    for block in blocks:
        if block["type"] == "header":
            continue  # Plain text has no markup.
        assert "<!channel>" not in words([block])
        assert "<@U9>" not in words([block])
        if block["type"] != "markdown":
            assert "<https" not in words([block])
    assert "<" not in text


def test_a_long_description_is_cut_and_says_so() -> None:
    blocks, _ = draft_card(draft(description="```\n" + "line of code\n" * 2_000 + "```"), Filing())
    (description,) = [block["text"] for block in blocks if block["type"] == "markdown"]
    assert len(description) < 3_100
    assert description.count("```") == 2
    assert "more characters" in words(blocks)


@given(wild_drafts(), wild_filings(), st.booleans())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_draft_makes_a_card_that_slack_refuses(wild: Draft, filing: Filing, asks_person: bool) -> None:
    blocks, text = draft_card(wild, filing, asks_person=asks_person)
    assert check_blocks(blocks) == []
    assert markdown_length(blocks) <= MARKDOWN_TEXT
    assert 0 < len(text) <= FALLBACK_TEXT
