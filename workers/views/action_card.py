"""The card of changes to issues that exist, in every state: exactly what will change, then what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from workers.proposals import NOTHING, AnyChange, Comment, FieldChange, Link, Move, Outcome, Proposal, Update
from workers.records import FieldValue, FilingState
from workers.views.change_words import named, sentence
from workers.views.defuse import defuse
from workers.views.limits import BUTTON_VALUE, FALLBACK_TEXT, SECTION_TEXT, cut_escaped, escape
from workers.views.markdown import presentable
from workers.views.reply import Blocks
from workers.views.sending_again import asked_twice

CONFIRM, CANCEL = "action_confirm", "action_cancel"
CHECK, FORCE = "action_check", "action_force"
VERSION = "version:"
"""Begins the name of the block of buttons: which version of the changes they are about."""

WAITS = "⏳ Jira does not take this right now. I do it by myself as soon as it does, unless somebody presses Cancel."
NAME_SHOWN, VALUE_SHOWN = 80, 500
OLD_TEXT_SHOWN = 300
MARKS = {"done": "✅", "refused": "⚠︎", "uncertain": "❓", "waiting": "•"}


def action_card(proposal: Proposal, *, asks_person: bool = True) -> tuple[Blocks, str]:
    """Return the blocks of a card and its text for notifications.

    `asks_person` shows the buttons of changes whose answer was lost; before that the card says that they are looked
    for.
    """
    states: dict[FilingState, Callable[[], Blocks]] = {
        "new": lambda: [*_changes(proposal), *_buttons(proposal, "Confirm")],
        "sending": lambda: [*_changes(proposal), _section("Sending it to Jira…")],
        "done": lambda: _ended(proposal),
        "rejected": lambda: [*_changes(proposal), *_reasons(proposal), *_buttons(proposal, "Try again")],
        "uncertain": lambda: [*_changes(proposal), *_uncertain(proposal, asks_person=asks_person)],
        "cancelled": lambda: _ended(proposal),
    }
    return states[proposal.state](), _headline(proposal)


def _headline(proposal: Proposal) -> str:
    words = {
        "new": "To be confirmed",
        "sending": "Sending to Jira",
        "rejected": "Jira did not take all of it",
        "cancelled": "Cancelled",
        "done": "Done",
    }
    start = words.get(proposal.state, "Not confirmed by Jira")
    return cut_escaped(defuse(f"{start}: {'; '.join(map(named, proposal.changes))}"), FALLBACK_TEXT)


def _changes(proposal: Proposal) -> Blocks:
    """Show each change as it would be made; of one that was made its name."""
    blocks: Blocks = []
    for change in proposal.changes:
        outcome = proposal.outcome(change.id)
        if outcome.state == "done":
            blocks.append(_result(change, outcome))
        else:
            blocks += _change(change)
    return blocks


def _change(change: AnyChange) -> Blocks:
    blocks = [_section(f"*{_title(change)}*\n{_issue(change)}"), *_details(change)]
    return [*blocks, _context(f"⚠︎ {_mrkdwn(change.note, VALUE_SHOWN)}")] if change.note else blocks


def _title(change: AnyChange) -> str:
    if isinstance(change, Comment):
        return "Add an internal comment" if change.is_internal else "Add a comment"
    if isinstance(change, Move):
        return "Change the status"
    return "Link two issues" if isinstance(change, Link) else "Change fields"


def _issue(change: AnyChange) -> str:
    link = f"<{change.url}|{escape(change.key)}>" if change.url else escape(change.key)
    return f"{link} {_mrkdwn(change.summary, 150)}" if change.summary else link


def _details(change: AnyChange) -> Iterator[dict[str, Any]]:
    if isinstance(change, Comment):
        yield from _comment(change)
    elif isinstance(change, Update):
        yield from _fields(change.fields)
    elif isinstance(change, Move):
        yield _section(f"*Status:* {_from_to(change.from_status, change.to_status)}{_way(change)}")
        if change.resolution:
            yield _section(f"*Resolution:* {_mrkdwn(change.resolution, VALUE_SHOWN)}")
        yield from _fields(change.fields)
    else:
        other = f" {_mrkdwn(change.other_summary, 150)}" if change.other_summary else ""
        yield _section(f"{escape(change.key)} *{_mrkdwn(change.relation, NAME_SHOWN)}* {escape(change.other)}{other}")


def _way(change: Move) -> str:
    """Name the way where the status does not tell it: another one may lead there too."""
    is_told = change.way.strip().casefold() in ("", change.to_status.strip().casefold())
    return "" if is_told else f" (by “{_mrkdwn(change.way, NAME_SHOWN)}”)"


def _comment(change: Comment) -> Iterator[dict[str, Any]]:
    yield _markdown(change.body)
    if change.is_for_customers:
        yield _context("⚠︎ *Customers of the service desk will read this.*")
    elif change.is_internal:
        yield _context("🔒 Internal: customers of the service desk do not see it.")


def _fields(fields: tuple[FieldChange, ...]) -> Iterator[dict[str, Any]]:
    for field in fields:
        name = _mrkdwn(field.spec.name, NAME_SHOWN)
        if field.add or field.remove:
            parts = [f"+ {_mrkdwn(word, VALUE_SHOWN)}" for word in field.add]
            parts += [f"- {_mrkdwn(word, VALUE_SHOWN)}" for word in field.remove]
            yield _section(f"*{name}:* {', '.join(parts)}")
        elif field.spec.kind == "paragraph" and field.new:
            yield _section(f"*{name}*, the new text:")
            yield _markdown(_joined(field.new))
            yield _context(f"It replaces: {_mrkdwn(field.old or NOTHING, OLD_TEXT_SHOWN)}")
        else:
            yield _section(f"*{name}:* {_from_to(field.old, _joined(field.new))}")


def _from_to(old: str, new: str) -> str:
    return f"{_mrkdwn(old or NOTHING, VALUE_SHOWN)} → {_mrkdwn(new or NOTHING, VALUE_SHOWN)}"


def _markdown(text: str) -> dict[str, Any]:
    """Show a text whole: what is proposed was measured before, so that it fits a card."""
    shown = presentable(defuse(text), is_final=True).strip() or "-"
    return {"type": "markdown", "text": shown}


def _ended(proposal: Proposal) -> Blocks:
    """Say what was done, in a line for each, and who had it done or cancelled."""
    lines = [_result(change, proposal.outcome(change.id)) for change in proposal.changes]
    if proposal.state == "cancelled":
        names = "; ".join(named(each) for each in proposal.changes if proposal.outcome(each.id).state == "waiting")
        lines = [row for row, each in zip(lines, proposal.changes, strict=True) if _is_told(proposal, each)]
        by = f" by <@{proposal.pressed_by}>" if proposal.pressed_by else ""
        return [*lines, _context(f"Cancelled{by}: {_mrkdwn(names, VALUE_SHOWN)}" if names else f"Closed{by}.")]
    pressed = [_context(f"Confirm was pressed by <@{proposal.pressed_by}>")] if proposal.pressed_by else []
    return [*lines, *pressed]


def _is_told(proposal: Proposal, change: AnyChange) -> bool:
    return proposal.outcome(change.id).state != "waiting"


def _result(change: AnyChange, outcome: Outcome) -> dict[str, Any]:
    name = sentence(named(change))
    link = f"<{change.url}|{escape(change.key)}>" if change.url else escape(change.key)
    shown = _mrkdwn(name, SECTION_TEXT - 700).replace(escape(change.key), link, 1)
    why = f"\n{_mrkdwn(outcome.reason, VALUE_SHOWN)}" if outcome.reason else ""
    unsure = " (it is not known whether Jira has it)" if outcome.state == "uncertain" else ""
    return _section(f"{MARKS[outcome.state]} {shown}{unsure}{why}")


def _reasons(proposal: Proposal) -> Blocks:
    refused = [(each, proposal.outcome(each.id)) for each in proposal.changes]
    lines = [
        f"• {_mrkdwn(named(change), 150)}: {_mrkdwn(outcome.reason, VALUE_SHOWN // 2)}"
        for change, outcome in refused
        if outcome.state == "refused"
    ]
    return [_section("\n".join(["*This was not done:*", *lines])[:SECTION_TEXT])]


def _uncertain(proposal: Proposal, *, asks_person: bool) -> Blocks:
    lost = [named(each) for each in proposal.changes if proposal.outcome(each.id).state != "done"]
    what = _mrkdwn("; ".join(lost), VALUE_SHOWN)
    if not asks_person:
        return [_section(f"*Jira's answer was lost.* I am looking whether it is there: {what}")]
    question = (
        f"*Jira's answer was lost, and I can't find this there:* {what}\n"
        "If you are sure that Jira does not have it, you can have it sent once more."
    )
    force = asked_twice(
        _button(FORCE, "Do it anyway", proposal, "danger"),
        "If Jira took the first one after all, it will be there twice.",
    )
    buttons = [_button(CHECK, "Check again", proposal), force, _button(CANCEL, "Leave it", proposal)]
    return [_section(question), _actions(proposal, buttons)]


def _buttons(proposal: Proposal, label: str) -> Blocks:
    buttons = [_button(CONFIRM, label, proposal, "primary"), _button(CANCEL, "Cancel", proposal)]
    asked = f"Asked for by {_mrkdwn(proposal.asker_name, NAME_SHOWN)}. " if proposal.asker_name else ""
    hint = WAITS if proposal.is_queued else f"{asked}Nothing changes in Jira before somebody presses {label}."
    return [_actions(proposal, buttons), _context(hint)]


def _actions(proposal: Proposal, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "actions", "block_id": f"{VERSION}{proposal.version}", "elements": buttons}


def _button(action_id: str, label: str, proposal: Proposal, style: str = "") -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    button = {"type": "button", "action_id": action_id, "text": text, "value": proposal.id[:BUTTON_VALUE]}
    return {**button, "style": style} if style else button


def _joined(value: FieldValue) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _section(mrkdwn: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn}}


def _context(mrkdwn: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn}]}


def _mrkdwn(words: str, limit: int) -> str:
    """Return words of others for mrkdwn: escaped, harmless, in one piece, short."""
    return cut_escaped(defuse(" ".join(words.split())), limit) or "-"
