"""Whether somebody is a guest or from another organisation, as far as that decides which words they read."""

from __future__ import annotations

from typing import Any

from bot.attempt import OK, attempt
from bot.services import Services
from workers.person import person_of

SECONDS = 1.5


async def is_outsider(services: Services, user_id: str) -> bool:
    """Ask Slack within the time that an ack has; False without an answer, since this only chooses words."""
    found: dict[str, Any] = {}

    async def look() -> None:
        answer = await services.slack.users_info(user=user_id)
        found.update(answer.get("user") or {})

    if await attempt(services, "users.info", look(), seconds=SECONDS) != OK:
        return False
    person = person_of(services.identity.team_id, user_id, found)
    return person.is_guest or person.is_stranger
