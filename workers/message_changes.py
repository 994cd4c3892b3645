"""What becomes of a question whose message is changed or deleted, in whatever order Slack tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from workers.records import Conversation
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
        if not is_edited and new.is_asked and self.boxes.keep_ahead(box, new.ts, asdict(new)):
            is_edited = self._change(box, new)
        failed = self.failed.find(conversation, new.ts)
        if failed:
            # Its Retry button asks what the message says now.
            self.failed.keep(failed.model_copy(update={"text": new.text}))
        return is_edited

    def catch_up(self, box: str, ts: str) -> None:
        """Give a question that has come the words that came before it; who works on it by now begins anew."""
        self._change(box, NewWords(**self.boxes.words_ahead(box, ts)))

    def withdraw(self, conversation: Conversation, ts: str, *, is_placed: bool) -> bool:
        """Cancel the answer to a deleted question; False if it was answered already or has not come yet."""
        if not is_placed:
            conversation = self.boxes.conversation_of(conversation, ts)
        withdrawn = bool(self.boxes.mark(conversation.box, "deleted", only=ts))
        self.failed.forget(conversation, ts)
        if withdrawn:
            self.kick(conversation.box)
        else:
            # Its own event may have been refused and come again after this one.
            self.boxes.refuse(conversation.box, ts)
        return withdrawn

    def _change(self, box: str, new: NewWords) -> bool:
        turns = self.boxes.turns_of(box, new.ts)
        edited = [message_id for message_id in turns if self._edit(box, message_id, new)]
        if edited:
            self.kick(box)
        return bool(edited)

    def _edit(self, box: str, message_id: str, new: NewWords) -> bool:
        body = self.boxes.body(box, message_id)
        if body is None or body["text"].split() == new.text.split():
            return False
        # Slack may bring an earlier change again after a later one.
        if float(new.edited_ts or "inf") < float(body.get("edited_ts") or 0):
            return False
        return self.boxes.edit(box, message_id, {**body, "text": new.text, "edited_ts": new.edited_ts})
