"""What becomes of a question whose message is changed or deleted, in whatever order Slack tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from workers.records import Conversation, TurnRequest
from workers.state.failed_turns import FailedTurns
from workers.state.mailbox import Mailboxes


@dataclass(frozen=True, slots=True)
class NewWords:
    """What a message says after somebody changed it."""

    ts: str
    text: str
    edited_ts: str = ""
    """When it was changed, empty if that is not known."""
    is_asked: bool = False
    """The new words ask the bot by themselves."""

    def is_newer(self, edited_ts: str) -> bool:
        """Return whether they are no older than a change that was made then; what is not dated is taken for new."""
        return float(self.edited_ts or "inf") >= float(edited_ts or 0)


@dataclass(frozen=True, slots=True)
class MessageChanges:
    """Hands changes on to the question, which may wait, be answered just now, have failed, or not have come yet."""

    boxes: Mailboxes
    failed: FailedTurns
    kick: Callable[[str], None]

    def edit(self, conversation: Conversation, new: NewWords) -> bool:
        """Take new words for a question; False if nothing changes by them now."""
        box = conversation.box
        is_edited = self._change(box, new)
        # Its own event may have been refused and come again after this one, with the old words.
        is_to_come = new.is_asked or self.boxes.strangers.has(box, new.ts)
        for message_id in (*((new.ts,) if is_to_come else ()), *self._next_try(conversation, new.ts)):
            if not is_edited and not self._keep_ahead(box, message_id, new):
                is_edited = self._change(box, new)  # It has come since the look above.
        # The Retry button of a failed one asks what the message says now.
        self.failed.change(conversation, new.ts, lambda failed: _said_anew(failed, new))
        return is_edited

    def catch_up(self, box: str, message_id: str) -> None:
        """Give a question that has come the words that came before it, if any; who works on it by now begins anew."""
        if words := self.boxes.ahead.of(box, message_id):
            self._change(box, NewWords(**words))

    def withdraw(self, conversation: Conversation, ts: str, *, is_placed: bool) -> bool:
        """Cancel the answer to a deleted question; False if it was answered already or has not come yet."""
        if not is_placed:
            conversation = self.boxes.conversation_of(conversation, ts)
        withdrawn = self._mark_deleted(conversation.box, ts)
        next_try = self._next_try(conversation, ts)
        self.failed.forget(conversation, ts)
        # Its own event may have been refused and come again after this one, and its Retry button be pressed just now.
        for message_id in (ts, *next_try):
            if not withdrawn and not self.boxes.refuse(conversation.box, message_id):
                withdrawn = self._mark_deleted(conversation.box, ts)  # It has come since the look above.
        if withdrawn:
            self.kick(conversation.box)
        return withdrawn

    def _next_try(self, conversation: Conversation, ts: str) -> tuple[str, ...]:
        """Return the id under which a failed question is tried again, if there is one."""
        failed = self.failed.find(conversation, ts)
        return (id_of_next_try(failed),) if failed else ()

    def _mark_deleted(self, box: str, ts: str) -> bool:
        return bool(self.boxes.mark(box, "deleted", only=ts))

    def _change(self, box: str, new: NewWords) -> bool:
        turns = self.boxes.turns_of(box, new.ts)
        edited = [message_id for message_id in turns if self._edit(box, message_id, new)]
        if edited:
            self.kick(box)
        return bool(edited)

    def _keep_ahead(self, box: str, message_id: str, new: NewWords) -> bool:
        return self.boxes.ahead.keep(box, message_id, asdict(new), lambda kept: new.is_newer(kept["edited_ts"]))

    def _edit(self, box: str, message_id: str, new: NewWords) -> bool:
        """Give a question its new words; another listener may change it between the look and the change."""
        while (stored := self.boxes.stored(box, message_id)) and new.is_newer(stored.body.get("edited_ts", "")):
            body = {**stored.body, "text": new.text, "edited_ts": new.edited_ts}
            # Also what asks the same is noted: an earlier change may come after it.
            is_same = stored.body["text"].split() == new.text.split()
            result = self.boxes.edit(box, message_id, body, instead_of=stored, is_same=is_same)
            if result != "changed":
                return result == "edited"
        return False


def id_of_next_try(failed: TurnRequest) -> str:
    """Return the id of the next try: named by the failure, not by the press, so who presses twice asks once."""
    return f"{failed.ts}~{failed.tries + 1}"


def _said_anew(failed: TurnRequest, new: NewWords) -> TurnRequest:
    # Slack may bring an earlier change again after a later one.
    is_newer = new.is_newer(failed.edited_ts)
    return failed.model_copy(update={"text": new.text, "edited_ts": new.edited_ts}) if is_newer else failed
