"""The part of a draft's card that asks whether it is one of the issues that exist."""

from __future__ import annotations

from typing import Any

from workers.records import Draft
from workers.similar import Similar, SimilarIssue
from workers.views.defuse import defuse
from workers.views.limits import BUTTON_VALUE, cut_escaped, escape
from workers.views.reply import Blocks

USE, IGNORE = "duplicate_use", "duplicate_ignore"
SUMMARY_SHOWN, STATUS_SHOWN = 200, 60
MOST_SHOWN = 5
QUESTION = "*Is it one of these?* Then the report is added to it as a comment, and no new issue is filed."
NOT_LOOKED = "⚠︎ I could not look for similar issues: Jira did not answer in time."


def similar_blocks(draft: Draft, similar: Similar) -> Blocks:
    """Return the question with a button for each issue; nothing if there are none or a person waved them away."""
    missed: Blocks = [{"type": "context", "elements": [_text(NOT_LOOKED)]}] if similar.state == "failed" else []
    if not similar.shown:
        return missed
    rows = [_row(draft, issue) for issue in similar.shown[:MOST_SHOWN]]
    none = _button(IGNORE, "None of these", draft.id)
    return [{"type": "section", "text": _text(QUESTION)}, *rows, *missed, {"type": "actions", "elements": [none]}]


def _row(draft: Draft, issue: SimilarIssue) -> dict[str, Any]:
    link = f"<{issue.url}|{escape(issue.key)}>" if issue.url else escape(issue.key)
    status = f" · _{_words(issue.status, STATUS_SHOWN)}_" if issue.status else ""
    button = _button(USE, "Use this one", f"{draft.id} {issue.key}")
    text = _text(f"*{link}*{status}\n{_words(issue.summary, SUMMARY_SHOWN)}")
    return {"type": "section", "text": text, "accessory": button}


def _button(action_id: str, label: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action_id, "text": text, "value": value[:BUTTON_VALUE]}


def _text(mrkdwn: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": mrkdwn}


def _words(text: str, limit: int) -> str:
    return cut_escaped(defuse(" ".join(text.split())), limit) or "-"
