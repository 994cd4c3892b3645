"""Who somebody is, as far as that decides which words are shown: asked of Slack once, never waited for long."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.attempt import OK, attempt
from bot.services import Services
from workers.person import Person, person_of
from workers.views.home import Standing, standing_of
from workers.views.slack_words import people_in

SECONDS = 1.5
MOST_NAMED = 20


async def person(services: Services, user_id: str) -> Person | None:
    """Return somebody, None if Slack does not answer within the time that an ack has."""
    found: dict[str, Any] = {}

    async def look() -> None:
        answer = await services.slack.users_info(user=user_id)
        found.update(answer.get("user") or {})

    if await attempt(services, "users.info", look(), seconds=SECONDS) != OK:
        return None
    return person_of(services.identity.team_id, user_id, found)


async def standing(services: Services, user_id: str) -> Standing:
    """Return what decides which abilities somebody is told of; a full member's without an answer."""
    found = await person(services, user_id)
    return standing_of(found, is_declined=services.declines_guests) if found else Standing()


async def names_in(services: Services, text: str) -> dict[str, str]:
    """Return the names of those whom a text names by id, of the first twenty; who is not known is left out."""
    ids = people_in(text)[:MOST_NAMED]
    found = await asyncio.gather(*(person(services, user_id) for user_id in ids))
    return {each.id: each.name for each in found if each and each.name not in ("", each.id)}
