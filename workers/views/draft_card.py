"""The card of a draft in every state. Before Jira has confirmed it, nothing on it says that it was filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workers.records import NOT_SENT, Draft, FieldValue, Filing, FilingState
from workers.similar import Similar
from workers.views.defuse import defuse
from workers.views.limits import (
    BUTTON_VALUE,
    FALLBACK_TEXT,
    HEADER_TEXT,
    SECTION_TEXT,
    cut,
    cut_escaped,
    escape,
)
from workers.views.markdown import presentable
from workers.views.reply import Blocks
from workers.views.sending_again import asked_twice
from workers.views.similar_issues import similar_blocks

DESCRIPTION_SHOWN = 3_000
FIELD_NAME, FIELD_SHOWN = 80, 500
FIELDS_A_SECTION = 10
MOST_FIELDS = 30
MOST_NOTES = 10
FILES_SHOWN = 1_000
ERRORS_SHOWN = 10

FILL_IN = "press Edit to fill it in."
"""How the note on a required field without a value ends; until then Edit is what to press."""

CREATE, EDIT, CANCEL = "draft_create", "draft_edit", "draft_cancel"
CHECK, FORCE = "filing_check", "filing_force"


def draft_card(
    draft: Draft, filing: Filing, similar: Similar | None = None, *, asks_person: bool = True
) -> tuple[Blocks, str]:
    """Return the blocks of a draft's card and its text for notifications.

    `asks_person` shows the two buttons of an uncertain filing; before that the card says that it is being looked for.
    """
    like = similar_blocks(draft, similar or Similar())
    states: dict[FilingState, Callable[[], Blocks]] = {
        "new": lambda: [*_issue(draft), *like, *_buttons(draft)],
        "sending": lambda: [*_issue(draft), _section(_sending(filing))],
        "done": lambda: [*_done(filing), *_attachments(draft, filing)],
        "rejected": lambda: [
            *_issue(_without_said(draft, filing)),
            _section(_reasons(filing)),
            *like,
            *_buttons(draft),
        ],
        "uncertain": lambda: [*_issue(draft), *_uncertain(draft, filing, asks_person=asks_person)],
        "cancelled": lambda: _cancelled(draft, filing),
    }
    return states[filing.state](), _headline(draft, filing)


def _headline(draft: Draft, filing: Filing) -> str:
    if filing.joins and filing.state in ("sending", "uncertain", "done"):
        start = "Added" if filing.state == "done" else "Being added"
        return cut_escaped(f"{start} to {filing.joins}", FALLBACK_TEXT)
    if filing.state == "done":
        return cut_escaped(f"Filed as {filing.issue_key}", FALLBACK_TEXT)
    words = {"new": "Draft", "sending": "Sending to Jira", "rejected": _refused(filing), "cancelled": "Cancelled"}
    start = words.get(filing.state, "Not confirmed by Jira")
    return cut_escaped(defuse(f"{start}: {draft.project} {draft.issue_type}: {draft.summary}"), FALLBACK_TEXT)


def _issue(draft: Draft) -> Blocks:
    """Show the issue as it would be filed."""
    summary = _plain(draft.summary) or "(no summary)"
    blocks: Blocks = [_context(f"Draft for *{_mrkdwn(draft.project, 100)}* · {_mrkdwn(draft.issue_type, 100)}")]
    blocks.append({"type": "header", "text": {"type": "plain_text", "text": cut(summary, HEADER_TEXT)}})
    if len(summary) > HEADER_TEXT:
        blocks.append({"type": "section", "text": {"type": "plain_text", "text": cut(summary, SECTION_TEXT)}})
    blocks += _description(draft.description)
    rows = _rows(draft)
    for start in range(0, len(rows), FIELDS_A_SECTION):
        blocks.append({"type": "section", "fields": [_text(row) for row in rows[start : start + FIELDS_A_SECTION]]})
    if draft.files:
        names = ", ".join(file.name or "a file without a name" for file in draft.files)
        blocks.append(_context(f"📎 To be attached: {_mrkdwn(names, FILES_SHOWN)}"))
    blocks += [_context(f"⚠︎ {_mrkdwn(note, FIELD_SHOWN)}") for note in draft.notes[:MOST_NOTES]]
    return blocks


def _description(description: str) -> Blocks:
    text = presentable(defuse(description), is_final=True).strip()
    if not text:
        return []
    if len(text) <= DESCRIPTION_SHOWN:
        return [{"type": "markdown", "text": text}]
    shown = presentable(text[:DESCRIPTION_SHOWN])
    more = f"The description goes on for {len(text) - len(shown):,} more characters; *Edit* shows all of it."
    return [{"type": "markdown", "text": shown or cut(text, DESCRIPTION_SHOWN)}, _context(more)]


def _rows(draft: Draft) -> list[str]:
    """Return a line for each further field that has a value, by its display name."""
    names = {spec.id: spec.name for spec in draft.specs}
    values: list[tuple[str, FieldValue]] = [("Priority", draft.priority or ""), ("Labels", draft.labels)]
    values += [(names.get(field_id, field_id), value) for field_id, value in draft.fields.items()]
    rows = [f"*{_mrkdwn(name, FIELD_NAME)}*\n{_mrkdwn(_joined(value), FIELD_SHOWN)}" for name, value in values if value]
    if len(rows) <= MOST_FIELDS:
        return rows
    return [*rows[: MOST_FIELDS - 1], f"and {len(rows) - MOST_FIELDS + 1} more fields; *Edit* shows them"]


def _joined(value: FieldValue) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _sending(filing: Filing) -> str:
    return f"Adding it to {escape(filing.joins)}…" if filing.joins else "Sending it to Jira…"


def _done(filing: Filing) -> Blocks:
    link = f"<{filing.issue_url}|{escape(filing.issue_key)}>" if filing.issue_url else escape(filing.issue_key)
    if filing.joins:
        by = f" · chosen by <@{filing.pressed_by}>" if filing.pressed_by else ""
        return [_section(f"💬 Added to *{link}* as a comment; no new issue was made{by}")]
    by = f" · Create was pressed by <@{filing.pressed_by}>" if filing.pressed_by else ""
    return [_section(f"✅ Filed as *{link}*{by}")]


def _attachments(draft: Draft, filing: Filing) -> Blocks:
    """Say which of the draft's files are on the issue, and of the others why not."""
    lines = []
    if filing.attached:
        lines.append(f"📎 Attached: {_mrkdwn(', '.join(filing.attached), FILES_SHOWN)}")
    waiting = len(draft.files) - len(filing.attached) - len(filing.not_attached)
    if waiting > 0:
        lines.append(f"📎 Attaching {waiting} {'file' if waiting == 1 else 'files'}…")
    missing = list(filing.not_attached.items())
    lines += [f"⚠︎ Not attached: {_mrkdwn(f'{name}: {why}', FIELD_SHOWN)}" for name, why in missing[:MOST_NOTES]]
    return [_context(line) for line in lines]


def _cancelled(draft: Draft, filing: Filing) -> Blocks:
    by = f" by <@{filing.pressed_by}>" if filing.pressed_by else ""
    return [_context(f"Draft cancelled{by}: {_mrkdwn(draft.summary, HEADER_TEXT)}")]


def _reasons(filing: Filing) -> str:
    reasons = [error for error in filing.errors if error != NOT_SENT]
    lines = [f"• {_mrkdwn(error, FIELD_SHOWN // 2)}" for error in reasons[:ERRORS_SHOWN]]
    return "\n".join([f"*{_refused(filing)}.* Edit the draft and press Create again.", *lines])


def _without_said(draft: Draft, filing: Filing) -> Draft:
    """Return the draft without the notes on fields of which Jira's reasons speak."""
    missing = {note: note.removesuffix(f" is required: {FILL_IN}") for note in draft.notes if note.endswith(FILL_IN)}
    said = [note for note, name in missing.items() if any(name in error for error in filing.errors)]
    return draft.model_copy(update={"notes": tuple(note for note in draft.notes if note not in said)})


def _refused(filing: Filing) -> str:
    return "Not sent to Jira" if NOT_SENT in filing.errors else "Jira did not take it"


def _uncertain(draft: Draft, filing: Filing, *, asks_person: bool) -> Blocks:
    if filing.joins:
        lost = f"*Jira's answer was lost.* I am looking whether the comment is on {escape(filing.joins)}…"
        check = {"type": "actions", "elements": [_button(CHECK, "Check again", draft)]}
        return [_section(lost), *([check] if asks_person else [])]
    if not asks_person:
        return [_section("*Jira's answer was lost.* I am looking whether the issue is there…")]
    question = (
        "*Jira's answer was lost, and I can't find the issue there yet.* I keep looking. "
        "If you are sure that it is not in Jira, you can have it sent once more."
    )
    force = asked_twice(
        _button(FORCE, "File anyway", draft, "danger"), "If Jira took the first one after all, there will be two."
    )
    buttons = [_button(CHECK, "Check again", draft), force]
    return [_section(question), {"type": "actions", "elements": buttons}]


def _buttons(draft: Draft) -> Blocks:
    is_ready = not any(note.endswith(FILL_IN) for note in draft.notes)
    buttons = [
        _button(CREATE, "Create", draft, "primary" if is_ready else ""),
        _button(EDIT, "Edit", draft, "" if is_ready else "primary"),
        _button(CANCEL, "Cancel", draft),
    ]
    asked = f"Asked for by {_mrkdwn(draft.asker_name, FIELD_NAME)}. " if draft.asker_name else ""
    hint = _context(f"{asked}Nothing goes to Jira before somebody presses Create.")
    return [{"type": "actions", "elements": buttons}, hint]


def _button(action_id: str, label: str, draft: Draft, style: str = "") -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    button = {"type": "button", "action_id": action_id, "text": text, "value": draft.id[:BUTTON_VALUE]}
    return {**button, "style": style} if style else button


def _section(mrkdwn: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(mrkdwn)}


def _context(mrkdwn: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_text(mrkdwn)]}


def _text(mrkdwn: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": mrkdwn}


def _mrkdwn(words: str, limit: int) -> str:
    """Return words of others for mrkdwn: escaped, harmless, in one piece, short."""
    return cut_escaped(defuse(_plain(words)), limit) or "-"


def _plain(words: str) -> str:
    return " ".join(words.split())
