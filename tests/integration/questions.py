"""A question as the listener stores it, where nothing but its place and its words matters."""

from __future__ import annotations

from workers.records import Conversation, TurnRequest


def question(place: Conversation, text: str, *, ts: str = "") -> TurnRequest:
    """Return a question of this place, the one that began its thread unless another ts is given."""
    return TurnRequest(
        conversation=place,
        ts=ts or place.thread_ts,
        event_id="",
        kind="mention",
        user_id="U1",
        user_team_id="T1",
        text=text,
        received_at=1,
    )
