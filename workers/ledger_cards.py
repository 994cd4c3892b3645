"""Keeps the cards of a ledger's entries saying where each entry stands, at the price of few edits in Slack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from workers.errors import Misconfigured, SlackRefused, SlackUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.cards import Cards
from workers.views.reply import Blocks

SHOW_AGAIN_SECONDS = 30.0
"""How soon a card is tried again that Slack did not take when it was to tell how something ended."""

EntryT = TypeVar("EntryT")
EntryT_contra = TypeVar("EntryT_contra", contravariant=True)

log = get_logger(__name__)


@dataclass(frozen=True)
class Drawn:
    """A card as it is to be now, and what is known of the message that shows it."""

    conversation: Conversation
    key: str
    blocks: Blocks
    text: str
    known_ts: str
    known_shows: str
    """A digest of what the message is known to say."""

    @property
    def shows(self) -> str:
        """A digest of what the card says."""
        return hashlib.sha256(json.dumps([self.blocks, self.text]).encode()).hexdigest()[:16]


class CardLedger(Protocol[EntryT_contra]):
    """What a ledger remembers of its cards, and when it has an entry looked at again."""

    def remember_card(self, entry: EntryT_contra, /, card_ts: str, shows: str, *, instead_of: str) -> str: ...
    def look_later(self, entry: EntryT_contra, /, seconds: float) -> None: ...


class LedgerCards(Generic[EntryT]):
    """The cards of one ledger; `draw` reads an entry anew, and returns None for one that is gone."""

    def __init__(
        self, ledger: CardLedger[EntryT], cards: Cards, draw: Callable[[EntryT], Drawn | None], *, failpoint_name: str
    ) -> None:
        self._ledger, self._cards, self._draw, self._failpoint = ledger, cards, draw, failpoint_name

    def refresh(self, entry: EntryT, *, is_new: bool = False, is_passing: bool = False) -> None:
        """Make the card show where the entry stands now; `is_new` if it has certainly no card yet."""
        drawn = self._draw(entry)
        if not drawn:
            return
        if drawn.known_ts and drawn.known_shows == drawn.shows:
            return  # Slack allows few edits a minute, for all cards and answers together.
        try:
            ts = self._cards.show(
                drawn.conversation,
                key=drawn.key,
                blocks=drawn.blocks,
                text=drawn.text,
                known_ts=drawn.known_ts,
                is_new=is_new,
                is_passing=is_passing,
            )
        except SlackUnavailable as error:
            if drawn.known_ts and error.was_sent:
                # Perhaps it shows this now: what it showed before must not be taken for what stands there.
                self._ledger.remember_card(entry, drawn.known_ts, "", instead_of=drawn.known_ts)
            raise
        failpoint(self._failpoint)
        if ts and self._ledger.remember_card(entry, ts, drawn.shows, instead_of=drawn.known_ts) != ts:
            # Whoever took this one's work over while it stood still has shown a card as well.
            self._cards.take_back(drawn.conversation, ts)
            self.refresh(entry)

    def try_to_refresh(self, entry: EntryT) -> None:
        """Show where the entry stands if Slack lets us: what was begun does not fail for want of a card."""
        self._try(entry, is_passing=False)

    def refresh_in_passing(self, entry: EntryT) -> None:
        """Show where the entry stands at once or not at all."""
        self._try(entry, is_passing=True)

    def settle(self, entry: EntryT, finish: Callable[[], object] = lambda: None) -> None:
        """Show how it ended, and `finish` what is left to do whether or not Slack takes that.

        A Slack that does not take it is told again later: whoever called may give up; the card must not stay as it is.
        """
        is_late = False
        try:
            self.refresh(entry)
        except (SlackUnavailable, Misconfigured):
            is_late = True
            raise
        finally:
            finish()
            if is_late:
                self._ledger.look_later(entry, SHOW_AGAIN_SECONDS)

    def _try(self, entry: EntryT, *, is_passing: bool) -> None:
        try:
            self.refresh(entry, is_passing=is_passing)
        except (SlackUnavailable, SlackRefused, Misconfigured) as error:
            log.warning("card_not_shown", cause=type(error).__name__)
