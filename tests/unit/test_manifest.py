"""manifest.yml names exactly what the code listens to and may do: nothing missing, nothing to spare."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from bot.app import SURFACES, create_app
from workers.bulk.tell import cancel_button
from workers.bulk_jobs import Job
from workers.jobs import open_door
from workers.proposals import Comment, Proposal
from workers.records import Conversation, Draft, Filing, FilingState
from workers.settings import BotSettings
from workers.similar import Similar, SimilarIssue
from workers.views.action_card import action_card
from workers.views.draft_card import draft_card
from workers.views.draft_modal import PROJECT_CHOICE, TYPE_CHOICE
from workers.views.feedback import feedback_buttons, question_blocks
from workers.views.form_fields import OPTIONS_SEARCH, PEOPLE_SEARCH
from workers.views.home import ABILITIES
from workers.views.triage_digest import Entry
from workers.views.triage_digest import page as triage_page
from workers.views.turn_buttons import turn_buttons

ROOT = Path(__file__).parents[2]

SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
}
# What each method of the Web API asks for; None is free for every token.
SCOPE_OF_METHOD = {
    "agents.sessions.rename": "chat:write",
    "agents.sessions.setStatus": "chat:write",
    "apps.connections.open": None,
    "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "assistant.threads.setTitle": "assistant:write",
    "auth.test": None,
    "chat.appendStream": "chat:write",
    "chat.delete": "chat:write",
    "chat.getPermalink": None,
    "conversations.info": "channels:read",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.startStream": "chat:write",
    "chat.stopStream": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "files.info": "files:read",
    "users.conversations": "channels:read",
    "users.info": "users:read",
    "views.open": None,
    "views.publish": None,
    "views.update": None,
}
# What `users.conversations` asks for, for each further kind of channel.
SCOPES_OF_KINDS = {"groups:read", "im:read", "mpim:read"}
# What comes with payloads and answers only if the scope was given.
SCOPE_OF_DATA = {"a message's files": "files:read", "a person's e-mail": "users:read.email"}
METHOD = re.compile(
    r'"((?:apps|assistant|agents|auth|bots|chat|conversations|files|reactions|team|users|views)(?:\.[a-zA-Z]+)+)"'
)
CALL = re.compile(
    r"\.((?:apps|assistant|agents|auth|bots|chat|conversations|files|reactions|team|users|views)_[a-zA-Z_]+)\("
)
LONGEST = {"name": 35, "description": 140}


class Recorder:
    """Takes registrations as Bolt's app does, and notes their names."""

    def __init__(self) -> None:
        self.names: dict[str, set[str]] = {}

    def __getattr__(self, surface: str) -> Callable[[Any], Callable[..., None]]:
        def register(name: Any) -> Callable[..., None]:
            self.names.setdefault(surface, set()).add(name["callback_id"] if isinstance(name, dict) else name)
            return lambda *_: None

        return register


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return content


@pytest.fixture(scope="module")
def handled() -> dict[str, set[str]]:
    settings = BotSettings.model_validate({"slack_bot_token": "xoxb-1", "slack_signing_secret": "secret"})
    services = create_app(settings, open_door(settings)).services
    recorder = Recorder()
    for surface in SURFACES:
        surface.register(recorder, services)
    return recorder.names


def methods_called() -> set[str]:
    """Return every method of the Web API that the code names."""
    found: set[str] = set()
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]:
        text = path.read_text()
        found |= set(METHOD.findall(text)) | {name.replace("_", ".") for name in CALL.findall(text)}
    return found


def test_the_events_are_those_that_handlers_exist_for(manifest: dict[str, Any], handled: dict[str, set[str]]) -> None:
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in subscribed} == handled["event"]
    assert {name for name in subscribed if name.startswith("message")} == {
        name for name in SCOPE_OF_EVENT if name.startswith("message")
    }


def test_shortcuts_and_commands_are_those_that_handlers_exist_for(
    manifest: dict[str, Any], handled: dict[str, set[str]]
) -> None:
    features = manifest["features"]
    assert {shortcut["callback_id"] for shortcut in features["shortcuts"]} == handled["shortcut"]
    assert {command["command"] for command in features["slash_commands"]} == handled["command"]
    assert handled["view"] == {"issue_draft", "channel_settings", "feedback_words"}


def test_the_buttons_are_those_that_the_program_shows(handled: dict[str, set[str]]) -> None:
    place = Conversation(team_id="T1", channel_id="C1", thread_ts="1.1")
    draft = Draft(
        id="d1",
        conversation=place,
        turn_ts="1.1",
        asker_id="U1",
        project="OPS",
        issue_type="Bug",
        summary="x",
        created_at=1,
    )
    change = Comment(id="c1", key="OPS-1", body="x")
    proposal = Proposal(id="a1", conversation=place, turn_ts="1.1", asker_id="U1", created_at=1, changes=(change,))
    like = Similar(state="looked", issues=(SimilarIssue(key="OPS-1", summary="x"),))
    shown = [turn_buttons("stop", "1.1"), turn_buttons("retry", "1.1")]
    for state in get_args(FilingState):
        for asks_person in (False, True):
            shown += draft_card(draft, Filing(state=state), like, asks_person=asks_person)[0]
            shown += action_card(proposal.model_copy(update={"state": state}), asks_person=asks_person)[0]
    buttons = {element["action_id"] for block in shown if block["type"] == "actions" for element in block["elements"]}
    buttons |= {block["accessory"]["action_id"] for block in shown if "accessory" in block}
    elements = [feedback_buttons("1.1")["elements"], question_blocks("1.1")[1]["elements"]]
    buttons |= {element["action_id"] for each in elements for element in each}
    job = Job(id="j1", kind="triage", team_id="T1", channel_id="C1", asked={"projects": ["OPS"]})
    entry = Entry(1, "OPS-1", "https://jira.example.com/browse/OPS-1", "x", 0, priority="High", duplicate_of="OPS-2")
    digest = [*triage_page(job, [entry, replace(entry, number=2)], left=1)[0], cancel_button(job)]
    rows = [block["elements"] for block in digest if block["type"] == "actions"]
    buttons |= {element["action_id"] for row in rows for element in row}
    # Selects of the form that files something.
    assert buttons | {PROJECT_CHOICE, TYPE_CHOICE} == handled["action"]
    assert handled["options"] == {PEOPLE_SEARCH, OPTIONS_SEARCH}


def test_every_method_that_is_called_has_a_known_scope() -> None:
    assert methods_called() <= SCOPE_OF_METHOD.keys()


def test_the_scopes_are_those_that_the_code_needs(manifest: dict[str, Any]) -> None:
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed = {SCOPE_OF_EVENT[event] for event in events if event in SCOPE_OF_EVENT}
    needed |= {scope for method in methods_called() if (scope := SCOPE_OF_METHOD.get(method))}
    needed |= {"commands", *SCOPES_OF_KINDS, *SCOPE_OF_DATA.values()}
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert sorted(scopes["bot"]) == sorted(needed)


def test_it_is_an_agent_with_a_home_and_a_messages_tab(manifest: dict[str, Any]) -> None:
    features = manifest["features"]
    assert "assistant_view" not in features
    assert len(features["agent_view"]["agent_description"]) <= 300
    prompts = features["agent_view"]["suggested_prompts"]
    assert 1 <= len(prompts) <= 4
    assert all(prompt.keys() == {"title", "message"} for prompt in prompts)
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_it_keeps_slacks_limits_and_keys(manifest: dict[str, Any]) -> None:
    assert manifest["_metadata"] == {"major_version": 2, "minor_version": 1}
    for name, longest in LONGEST.items():
        assert 0 < len(manifest["display_information"][name]) <= longest
    for shortcut in manifest["features"]["shortcuts"]:
        assert shortcut.keys() == {"name", "type", "callback_id", "description"}
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    for command in manifest["features"]["slash_commands"]:
        assert command["command"].startswith("/")
        assert command.keys() <= {"command", "description", "url", "usage_hint", "should_escape"}
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_the_shortcut_has_the_name_by_which_people_are_told_of_it(manifest: dict[str, Any]) -> None:
    (shortcut,) = manifest["features"]["shortcuts"]
    assert shortcut["name"] == "File a Jira issue"
    assert any(f"*{shortcut['name']}*" in ability for ability in ABILITIES)
    assert f"*{shortcut['name']}*" in (ROOT / "README.md").read_text()
