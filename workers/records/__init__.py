"""What is handed over, stored and shown: plain frozen values, no client and no decision; one file for each subject."""

from __future__ import annotations

from workers.records.actions import CHANGES_VERSION, DRAFT_VERSION, FORM, Action, ActionKind
from workers.records.base import Record
from workers.records.drafts import NOT_SENT, Draft, Filing, FilingState
from workers.records.fields import FieldKind, FieldOption, FieldSpec, FieldValue
from workers.records.replies import ReplySegment
from workers.records.turns import Conversation, SlackFile, TurnRequest

__all__ = [
    "CHANGES_VERSION",
    "DRAFT_VERSION",
    "FORM",
    "NOT_SENT",
    "Action",
    "ActionKind",
    "Conversation",
    "Draft",
    "FieldKind",
    "FieldOption",
    "FieldSpec",
    "FieldValue",
    "Filing",
    "FilingState",
    "Record",
    "ReplySegment",
    "SlackFile",
    "TurnRequest",
]
