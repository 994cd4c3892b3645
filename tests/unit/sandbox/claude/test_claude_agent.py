"""The rule-based support agent, in whole conversations through the real SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import anthropic
import pytest

Ask = Callable[..., anthropic.types.Message]
FOUND = """OPS-12 | Bug | In Progress | High | @jane | upd 2d | VPN drops after 30 minutes
OPS-7 | Bug | Done | Low | unassigned | upd 9d | VPN client update fails
address of an issue: https://jira.example.com/browse/<key>"""
OPTIONS = """Fields of Bug in OPS.
Required:
- Summary: text
- Team: Platform, Identity, Payments, Workplace
Optional:
- Priority: Highest, High, Medium, Low, Lowest
- Components (several): Network, Identity, E-mail
- Labels: labels
- Steps to reproduce: text"""
MISSING = """Required fields without a value:
- Team: Platform, Identity, Payments, Workplace
Nothing was drafted. Fill in what the conversation answers and call again; ask the person for the rest."""
SHOWN = (
    "Draft shown to Ada with the buttons Create, Edit and Cancel. Nothing is filed yet. Say that the draft is ready."
)
ISSUE = """OPS-12: VPN drops after 30 minutes
Address: https://jira.example.com/browse/OPS-12
Bug | In Progress | priority High
Assignee: Jane | Reporter: Ada
Description (as written in Jira):
The tunnel closes."""
CHANGES = "Shown to Ada on a card with the buttons Confirm and Cancel: OPS-12."
FACTS = "<facts>\nNow: Sunday\nAsker: Ada\nDefault project: OPS\nOpen projects: OPS, WEB{drafts}\n</facts>"


class Talk(Protocol):
    messages: list[dict[str, Any]]
    results: dict[str, Callable[[dict[str, Any]], str]]
    calls: list[tuple[str, Any]]
    parameters: dict[str, Any]

    def say(self, words: str | list[dict[str, Any]]) -> str: ...


def create(arguments: dict[str, Any]) -> str:
    if "Team" not in arguments["fields"]:
        raise ValueError(MISSING)
    return SHOWN


def options(arguments: dict[str, Any]) -> str:
    if arguments["project"] not in ("OPS", "WEB"):
        raise ValueError(f"Project {arguments['project']!r} is not open to me. Open projects: OPS, WEB.")
    if arguments["issue_type"] == "Story":
        raise ValueError("Project OPS has no issue type 'Story'. Its types: Incident, Task.")
    return OPTIONS


@pytest.fixture
def ada(talk: Talk) -> Talk:
    talk.results = {
        "jira_search": lambda _: FOUND,
        "jira_get_issue": lambda _: ISSUE,
        "jira_create_options": options,
        "jira_create_issue": create,
    }
    return talk


def asked(words: str, *thread: tuple[str, str], drafts: str = "") -> list[dict[str, Any]]:
    """Return a user message as the bot writes it: facts, the thread above, the question last."""
    above = "\n".join(f'<message from="{name}">\n{said}\n</message>' for name, said in thread)
    parts = [FACTS.format(drafts=drafts)] + ([f"<thread>\n{above}\n</thread>"] if thread else [])
    parts.append(f'<message from="Ada">\n{words}\n</message>')
    return [{"type": "text", "text": part} for part in parts]


def test_a_report_is_searched_and_answered_with_links_and_a_first_judgement(ada: Talk) -> None:
    answer = ada.say(asked("The VPN drops every few minutes since this morning"))

    name, arguments = ada.calls[0]
    assert name == "jira_search"
    assert "VPN" in " ".join(arguments["keywords"])
    assert "- [OPS-12](https://jira.example.com/browse/OPS-12): VPN drops after 30 minutes" in answer
    assert "**Severity:** high · **Component:** Network" in answer
    assert "who is affected" in answer
    assert "since when" not in answer
    assert "file it" in answer


def test_a_report_without_a_match_says_so(ada: Talk) -> None:
    ada.results["jira_search"] = lambda _: "No issue found in OPS, WEB. Try once more with other or fewer words."

    assert "I found no similar issue" in ada.say("The scanner prints blank pages")


def test_a_search_that_fails_is_told_plainly(ada: Talk) -> None:
    def broken(_: dict[str, Any]) -> str:
        raise ValueError("Jira does not answer now.")

    ada.results["jira_search"] = broken

    assert "could not search Jira" in ada.say("The scanner prints blank pages")


def test_filing_asks_for_what_nobody_said_and_then_drafts(ada: Talk) -> None:
    ada.say(asked("The VPN drops every few minutes since this morning"))
    question = ada.say(asked("please file it"))
    ready = ada.say(asked("Platform, please"))

    assert "**Team**: Platform, Identity, Payments, Workplace" in question
    assert "draft is ready" in ready
    assert "**Create**" in ready
    assert [name for name, _ in ada.calls[1:]] == ["jira_create_options", "jira_create_issue", "jira_create_issue"]
    arguments = ada.calls[-1][1]
    assert arguments["project"] == "OPS"
    assert arguments["issue_type"] == "Bug"
    assert arguments["summary"] == "The VPN drops every few minutes since this morning"
    assert "## What happened" in arguments["description"]
    # The card lists what may be the same.
    assert "OPS-12" not in arguments["description"]
    assert arguments["priority"] == "High"
    assert arguments["fields"]["Team"] == "Platform"


def test_what_the_person_said_is_not_asked_again(ada: Talk) -> None:
    ready = ada.say(asked("File a bug for team Identity: nobody can log in with SSO. Steps: open the portal"))

    assert "draft is ready" in ready
    fields = ada.calls[-1][1]["fields"]
    assert fields["Team"] == "Identity"
    assert fields["Steps to reproduce"] == "open the portal"
    assert ada.calls[-1][1]["summary"].startswith("Nobody can log in with SSO")


def test_the_thread_above_is_read(ada: Talk) -> None:
    thread = (("Grace", "Checkout fails with error 502 for all customers"), ("Linus", "same here, team Payments knows"))
    ada.say(asked("file it please", *thread))

    arguments = ada.calls[-1][1]
    assert arguments["summary"] == "Checkout fails with error 502 for all customers"
    assert "**Linus**: same here" in arguments["description"]
    assert arguments["fields"]["Team"] == "Payments"
    assert arguments["priority"] == "Highest"


def test_names_in_front_of_lines_are_understood_too(ada: Talk) -> None:
    ada.say("Grace: Checkout fails with error 502\nAda: file it please, for team Payments")

    assert ada.calls[-1][1]["summary"] == "Checkout fails with error 502"


def test_the_latest_report_is_the_one_that_is_filed(ada: Talk) -> None:
    ada.say("The checkout fails with error 502 for all customers")
    ada.say("The printer on floor 3 is stuck")
    ada.say("file it for team Workplace")

    assert ada.calls[-1][1]["summary"] == "The printer on floor 3 is stuck"
    assert "checkout" not in ada.calls[-1][1]["description"]


def test_half_of_an_allowed_value_is_enough(ada: Talk) -> None:
    ada.results["jira_create_options"] = lambda _: "Required:\n- Severity: SEV1 - Outage, SEV2 - Major"
    ada.results["jira_create_issue"] = lambda _: SHOWN
    ada.say("file an incident: the checkout is down, this is a SEV1")

    assert ada.calls[-1][1]["fields"] == {"Severity": "SEV1 - Outage"}
    assert ada.calls[-1][1]["issue_type"] == "Incident"


def test_a_yes_to_the_offer_files_it(ada: Talk) -> None:
    ada.say("The VPN drops every few minutes, team Platform knows")

    assert "draft is ready" in ada.say("yes please")


def test_more_details_are_noted_and_filed(ada: Talk) -> None:
    ada.say("The VPN drops every few minutes")
    noted = ada.say("It started yesterday and everyone in Berlin sees it")
    ada.say("file it for team Platform")

    assert noted.startswith("Thanks, noted")
    assert "blocker" in noted
    assert "everyone in Berlin" in ada.calls[-1][1]["description"]
    assert ada.calls[-1][1]["summary"] == "The VPN drops every few minutes"


def test_a_second_turn_knows_what_was_reported_and_filed(ada: Talk) -> None:
    ada.say(asked("The VPN drops every few minutes since this morning, team Platform knows"))
    ada.say(asked("please file it"))
    calls = len(ada.calls)

    drafts = "\nDraft 'The VPN drops' (OPS Bug) was filed as OPS-31"
    answer = ada.say(asked("remind me: which issue was it, and what did I report?", drafts=drafts))

    assert "The VPN drops every few minutes since this morning" in answer
    assert "OPS-31" in answer
    assert len(ada.calls) == calls


def test_before_anything_was_filed_the_similar_issues_are_remembered(ada: Talk) -> None:
    ada.say("The VPN drops every few minutes")

    answer = ada.say("what did I report?")

    assert "The VPN drops every few minutes" in answer
    assert "OPS-12" in answer


def test_without_a_button_the_filed_issue_is_named(ada: Talk) -> None:
    ada.results["jira_create_issue"] = lambda _: "Filed as OPS-31: https://jira.example.com/browse/OPS-31"

    assert ada.say("file a ticket: the VPN drops every minute") == "Filed as **OPS-31**."


def test_another_project_is_used_when_named(ada: Talk) -> None:
    ada.say(asked("file it in WEB for team Platform: the export button crashes"))

    assert ada.calls[-1][1]["project"] == "WEB"
    assert "export button crashes" in ada.calls[-1][1]["summary"].lower()


def test_a_project_that_is_not_open_is_told(ada: Talk) -> None:
    answer = ada.say(asked("please file a ticket in NOPE: the export button crashes"))

    assert "NOPE" in answer
    assert "Open projects: OPS, WEB" in answer


def test_a_type_that_a_project_lacks_is_replaced(ada: Talk) -> None:
    ada.say("create a story for team Platform: the export button should be larger")

    assert ada.calls[-1][1]["issue_type"] == "Task"


def test_a_field_of_free_text_is_asked_for_and_taken(ada: Talk) -> None:
    def wants_steps(arguments: dict[str, Any]) -> str:
        if "Error code" not in arguments["fields"]:
            raise ValueError("Required fields without a value:\n- Error code: any text\nNothing was drafted.")
        return SHOWN

    ada.results["jira_create_issue"] = wants_steps
    question = ada.say("file a ticket: the VPN drops every minute")
    ada.say("E-4711")

    assert "**Error code**" in question
    assert ada.calls[-1][1]["fields"]["Error code"] == "E-4711"


def test_there_must_be_something_to_file(ada: Talk) -> None:
    answer = ada.say("please create a ticket")

    assert "don't know yet what it is about" in answer
    assert ada.calls == []


def test_an_issue_is_looked_up_by_its_key(ada: Talk) -> None:
    answer = ada.say(asked("how is OPS-12 doing?"))

    assert ada.calls == [("jira_get_issue", {"key": "OPS-12"})]
    assert answer.startswith("[OPS-12](https://jira.example.com/browse/OPS-12): VPN drops after 30 minutes")
    assert "Assignee: Jane" in answer


def test_two_keys_are_looked_up_at_once(ada: Talk) -> None:
    ada.say("compare OPS-12 and OPS-7")

    assert [arguments["key"] for _, arguments in ada.calls] == ["OPS-12", "OPS-7"]
    assert len([block for block in ada.messages[1]["content"] if block["type"] == "tool_use"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        "Is there an open issue about the checkout?",
        "is there any open ticket for the checkout page",
        "any open bug in the checkout?",
    ],
)
def test_a_question_for_open_issues_is_a_search_and_no_wish_to_open_one(ada: Talk, words: str) -> None:
    ada.say(asked(words))

    assert [name for name, _ in ada.calls] == ["jira_search"]
    assert "checkout" in str(ada.calls[0]).lower()


def test_ones_own_issues_are_searched_and_listed(ada: Talk) -> None:
    answer = ada.say(asked("what issues did I file?"))

    assert ada.calls == [("jira_search", {"reporter": "me", "sort": "created", "status": "any"})]
    assert "- [OPS-12](https://jira.example.com/browse/OPS-12): VPN drops after 30 minutes" in answer
    assert "/jira mine" in answer
    assert "Severity" not in answer


def test_a_priority_and_a_status_are_changed_together(ada: Talk) -> None:
    ada.results |= dict.fromkeys(("jira_update_issue", "jira_transition_issue"), lambda _: CHANGES)
    ada.say(asked("how is OPS-12 doing?"))

    ada.say(asked("set the priority to High and move it to In Progress"))

    assert ada.calls[1:] == [
        ("jira_update_issue", {"key": "OPS-12", "priority": "High"}),
        ("jira_transition_issue", {"key": "OPS-12", "to_status": "In Progress"}),
    ]
    # Calls of one round stand on one card.
    assert len([block for block in ada.messages[-3]["content"] if block["type"] == "tool_use"]) == 2


def test_what_is_told_of_it_changes_nothing(ada: Talk) -> None:
    ada.say(asked("how is OPS-12 doing?"))

    ada.say(asked("The scanner is broken: it does not start, and it does not give an error"))

    assert [name for name, _ in ada.calls] == ["jira_get_issue", "jira_search"]


def test_two_fields_are_changed_by_one_call(ada: Talk) -> None:
    ada.results["jira_update_issue"] = lambda _: CHANGES

    ada.say(asked("OPS-12: set the priority to Low, and assign it to Grace"))

    assert ada.calls == [("jira_update_issue", {"key": "OPS-12", "priority": "Low", "assignee": "Grace"})]


def test_two_topics_are_searched_at_once(ada: Talk) -> None:
    ada.say("The wifi in the office is down and also the printer on floor 3 shows error 500")

    assert [name for name, _ in ada.calls] == ["jira_search", "jira_search"]
    assert "wifi" in str(ada.calls[0])
    assert "printer" in str(ada.calls[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("hi", "Hello!"),
        ("Good morning!", "Hello!"),
        ("thanks a lot", "welcome"),
        ("help", "OPS-12"),
        ("what can you do?", "draft an issue"),
        ("(no text)", "What should I do"),
        ("(no text)\n[attached: shot.png, image/png]", "I see a file"),
        ("hm, well", "not sure"),
        ("delete OPS-12", "don't delete"),
        ("can you please delete this ticket?", "don't delete"),
    ],
)
def test_small_talk_is_short_and_calls_nothing(ada: Talk, words: str, said: str) -> None:
    answer = ada.say(asked(words))

    assert said in answer
    assert ada.calls == []


def test_a_long_report_is_as_long_as_asked(ada: Talk) -> None:
    answer = ada.say("write a long report of 40 paragraphs, please")

    assert answer.count("Paragraph ") == 40
    assert "```python" in answer
    assert "\n- " in answer
    assert len(answer) > 12_000


def test_a_schema_is_answered_with_json_that_fits(client: anthropic.Anthropic) -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["severity", "summary", "keywords"],
        "properties": {
            "severity": {"enum": ["low", "medium", "high"]},
            "summary": {"type": "string"},
            "keywords": {"type": "array", "items": {"type": "string"}},
        },
    }
    message = client.messages.create(
        model="claude-haiku-5-5",
        max_tokens=2048,
        messages=[{"role": "user", "content": "The VPN drops every few minutes"}],
        output_config={"format": {"type": "json_schema", "schema": schema}},
    )

    answer = next(block.text for block in message.content if block.type == "text")
    assert answer == (
        '{"severity": "high", "summary": "The VPN drops every few minutes", "keywords": ["VPN", "drops"]}'
    )


def test_the_same_request_gets_the_same_answer(ask: Ask, tools: list[dict[str, Any]]) -> None:
    first, second = (ask("The VPN drops", tools=tools) for _ in range(2))

    assert [block.type for block in first.content] == [block.type for block in second.content]
    assert first.content[-1].to_dict()["input"] == second.content[-1].to_dict()["input"]
