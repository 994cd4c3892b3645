"""Forms that are being filled in: what belongs to them and does not fit into Slack, and who draws them first."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import cast

import redis

from workers.records import FieldValue, SlackFile
from workers.state.codec import decode, encode
from workers.state.connection import state_errors

KEPT_SECONDS = 86_400


class Forms:
    """By team and the name that a form was opened under."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def draw(self, team_id: str, form_id: str, *, by: str) -> bool:
        """Return whether it is this one's to fill a form that was opened empty: whoever says so first."""
        key = f"sb:form:{team_id}:{form_id}:drawn"
        with state_errors():
            self._redis.set(key, by, nx=True, ex=KEPT_SECONDS)
            return cast("bytes | None", self._redis.get(key)) == by.encode()

    def placed_before(self, team_id: str, action_id: str) -> float:
        """Note that the card of a sent form gets its place; return when somebody began that before, 0 if nobody did."""
        key = f"sb:form:{team_id}:{action_id}:placed"
        with state_errors():
            if self._redis.set(key, f"{time.time():.6f}", nx=True, ex=KEPT_SECONDS):
                return 0.0
            return float(cast("bytes | None", self._redis.get(key)) or 0)

    def keep_files(self, team_id: str, form_id: str, files: Sequence[SlackFile]) -> None:
        """Remember the files that go with what the form files."""
        with state_errors():
            rows = [file.model_dump(mode="json") for file in files]
            self._redis.set(f"sb:form:{team_id}:{form_id}", encode(rows), ex=KEPT_SECONDS)

    def keep_people(self, team_id: str, form_id: str, people: Mapping[str, str]) -> None:
        """Remember whom the texts of a form name, by the names that it shows."""
        if people:
            with state_errors():
                self._redis.set(f"sb:form:{team_id}:{form_id}:people", encode(dict(people)), ex=KEPT_SECONDS)

    def people(self, team_id: str, form_id: str) -> dict[str, str]:
        """Return the ids of those whom a form named, by name."""
        if not form_id:
            return {}
        with state_errors():
            data = cast("bytes | None", self._redis.get(f"sb:form:{team_id}:{form_id}:people"))
        return dict(decode(data)) if data else {}

    def keep_notes(self, team_id: str, form_id: str, notes: tuple[str, str]) -> None:
        """Remember the note and the open questions above a form."""
        if any(notes):
            with state_errors():
                self._redis.set(f"sb:form:{team_id}:{form_id}:notes", encode(list(notes)), ex=KEPT_SECONDS)

    def notes(self, team_id: str, form_id: str) -> tuple[str, str]:
        """Return the note and the open questions above a form, empty ones if it has none."""
        with state_errors():
            data = cast("bytes | None", self._redis.get(f"sb:form:{team_id}:{form_id}:notes"))
        note, questions = decode(data) if data else ("", "")
        return note, questions

    def keep_entered(self, team_id: str, form_id: str, values: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        """Remember what was entered in a form, over what it held for other projects and types; return all of it."""
        key = f"sb:form:{team_id}:{form_id}:entered"
        with state_errors():
            data = cast("bytes | None", self._redis.get(key))
            entered = {**(decode(data) if data else {}), **values}
            self._redis.set(key, encode(entered), ex=KEPT_SECONDS)
        return entered

    def is_newest(self, team_id: str, form_id: str, choice: str) -> bool:
        """Return whether no later choice in a form was drawn yet; choices sort by their ids, and come one by one."""
        key = f"sb:form:{team_id}:{form_id}:choice"
        with state_errors():
            drawn = cast("bytes | None", self._redis.get(key))
            if drawn and drawn.decode() > choice:
                return False
            self._redis.set(key, choice, ex=KEPT_SECONDS)
        return True

    def files(self, team_id: str, form_id: str) -> tuple[SlackFile, ...]:
        """Return the files of a form, none if it is not known any more."""
        if not form_id:
            return ()
        with state_errors():
            data = cast("bytes | None", self._redis.get(f"sb:form:{team_id}:{form_id}"))
        return tuple(map(SlackFile.model_validate, decode(data))) if data else ()
