"""How an entry of a ledger is sent to Jira by one caller at a time; what is sent, and what came of it, is not here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from workers.errors import Interrupted
from workers.patience import LOOK_AFTER_INTERRUPT_SECONDS, is_given_back, patiently
from workers.state.filing_lease import renewing
from workers.state.ledger import Begin, BeginMode

AnswerT = TypeVar("AnswerT")
EntryT = TypeVar("EntryT")
EntryT_contra = TypeVar("EntryT_contra", contravariant=True)


class SendingLedger(Protocol[EntryT_contra]):
    """What decides who may send an entry."""

    def begin(self, entry: EntryT_contra, /, *, token: str, by: str, mode: BeginMode) -> Begin: ...
    def renew(self, entry: EntryT_contra, /, *, token: str) -> bool: ...
    def look_later(self, entry: EntryT_contra, /, seconds: float) -> None: ...


class Sender(Generic[EntryT]):
    """Sends the entries of one ledger; `show` makes an entry's card tell where it stands."""

    def __init__(self, ledger: SendingLedger[EntryT], show: Callable[[EntryT], None]) -> None:
        self._ledger, self._show = ledger, show

    def begin(self, entry: EntryT, *, by: str, mode: BeginMode) -> str:
        """Return the token with which this caller may send, empty if it is not this caller's to send.

        While another one sends it waits for what comes of that: what was given back is sent by this one.
        """
        token = secrets.token_hex(8)
        begun = self._ledger.begin(entry, token=token, by=by, mode=mode)
        if begun == "busy" and is_given_back(lambda: self.look(entry)):
            begun = self._ledger.begin(entry, token=token, by=by, mode=mode)
        return token if begun == "begun" else ""

    def look(self, entry: EntryT) -> Begin:
        """Return where an entry stands; one whose sender has died is uncertain from now on."""
        return self._ledger.begin(entry, token="", by="", mode="look")

    @contextmanager
    def holding(self, entry: EntryT, token: str) -> Iterator[None]:
        """Remain the one who sends while inside."""
        with renewing(lambda: self._ledger.renew(entry, token=token)):
            yield

    def patiently(self, entry: EntryT, send: Callable[[], AnswerT]) -> AnswerT:
        """Send, again for ten seconds while Jira certainly did not take it; the card tells what is raised then."""
        return patiently(send, lambda: self._show(entry))

    def looked_after(self, entry: EntryT, act: Callable[[], AnswerT]) -> AnswerT:
        """Act on an entry, and have it looked at soon if that is interrupted."""
        try:
            return act()
        except Interrupted:
            # Whose press this is now may have counted it as done meanwhile: the card must not stay as it is.
            self._ledger.look_later(entry, LOOK_AFTER_INTERRUPT_SECONDS)
            raise
