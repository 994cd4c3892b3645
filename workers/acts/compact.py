"""Shortens the history of a long conversation, after the answer and beside whatever is asked next."""

from __future__ import annotations

from collections.abc import Sequence

from workers.acts.services import ActServices
from workers.claude.summary import summarise
from workers.compaction import by_audience, head_to_compact, is_worth_it, summary_entry, transcript
from workers.errors import TurnFailed
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.payer import Payer
from workers.records import Action, Conversation
from workers.rounds import HistoryEntry

log = get_logger(__name__)


def compact(action: Action, services: ActServices) -> None:
    """Put summaries in the place of a history's older turns; raises Transient if the model is away.

    Done twice it changes nothing: the history is short by then. Without a summary the history stays as it is; far
    beyond this length the commit of a turn drops the oldest ones.
    """
    box = str(action.values["box"])
    past = services.pasts.read(box)
    head = head_to_compact(past.entries, services.settings.compact_at_tokens)
    if not head:
        return
    # Whose turn made it too long: what a summary costs is part of what talking to the bot costs.
    payer = Payer(action.team_id, action.user_id, Conversation.of_box(box).channel_id)
    try:
        short = [
            entry for group in by_audience(past.entries[:head]).values() for entry in _shortened(group, services, payer)
        ]
    except TurnFailed as error:
        log.warning("history_not_compacted", cause=type(error).__name__)
        return
    failpoint("history_summarised")
    is_replaced = services.pasts.replace_head(box, past, head, short)
    failpoint("history_replaced")
    if is_replaced:
        log.info("history_compacted", turns=head, left=len(past.entries) - head, summaries=len(short))


def _shortened(group: Sequence[HistoryEntry], services: ActServices, payer: Payer) -> Sequence[HistoryEntry]:
    if not is_worth_it(group):
        return group
    return [summary_entry(group, summarise(services.claude, transcript(group), payer))]
