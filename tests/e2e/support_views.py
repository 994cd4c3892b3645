"""What the tests of forms share: the modal in front of a person, once it shows what is waited for."""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.modals import View
from sandbox.stack import Stack
from tests.e2e.support import within


def modal(stack: Stack, user: str, text: str = "") -> View:
    """Wait for a person's modal that has something to send, or says `text`, and return it."""

    def look() -> View | None:
        view = next(iter(reversed(stack.slack.views.get(user, []))), None)
        if view is None:
            return None
        is_there = text in shown(view) if text else view.body.get("submit") is not None
        return view if is_there else None

    return within(look, f"a modal of {user} with {text!r}")


def shown(view: View) -> str:
    """Return all that a view holds, as text."""
    return json.dumps(view.body, ensure_ascii=False)


def choices(view: View, block: str) -> list[str]:
    """Return what a select of a form offers; `block` is the beginning of its block id."""
    (element,) = (each["element"] for each in view.body["blocks"] if each.get("block_id", "").startswith(block))
    return [option["text"]["text"] for option in element["options"]]


def input_of(view: View, field: str) -> str:
    """Return the block id of the input for a field; what stands behind the field's own id tells its choices."""
    ids = [str(each.get("block_id", "")) for each in view.body["blocks"]]
    return next(each for each in ids if each.partition("@")[0] == field)


def value(view: View, block: str) -> Any:
    """Return what an input holds at first; `block` is the beginning of its block id."""
    element = next(each["element"] for each in view.body["blocks"] if each.get("block_id", "").startswith(block))
    return element.get("initial_value") or element.get("initial_option", {}).get("text", {}).get("text")


def audits(stack: Stack, channel: str) -> list[str]:
    """Return what a channel was told of its settings."""
    return [each.text for each in stack.slack.messages(channel) if "changed my settings" in each.text]


def change_settings(stack: Stack, *, user: str, channel: str, **values: Any) -> str:
    """Change a channel's settings as a person, wait until the channel was told, and return what it was told."""
    before = len(audits(stack, channel))
    stack.slack.command(channel, user, "/jira", "settings")
    modal(stack, user)
    assert stack.slack.submit_view(user, "top", values) == {}
    within(lambda: len(audits(stack, channel)) > before, "the word on the change")
    return audits(stack, channel)[-1]


def choose(stack: Stack, user: str, action_id: str, name: str) -> None:
    """Choose in a select of the form in front that changes what the form asks for, and wait for that."""
    view = modal(stack, user)

    def drawn() -> str:
        element = next(each["element"] for each in view.body["blocks"] if _is(each, action_id))
        return str(element["initial_option"]["text"]["text"])

    if drawn() != name:
        stack.slack.click_in_view(user, view.id, action_id, name)
        within(lambda: drawn() == name, f"the form for {name}")


def _is(block: dict[str, Any], action_id: str) -> bool:
    return bool(block.get("element", {}).get("action_id") == action_id)
