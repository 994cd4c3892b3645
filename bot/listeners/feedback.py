"""The thumbs under an answer: stored and counted; after thumbs down the person alone is asked what was wrong."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.background import after_ack
from bot.clicks import conversation_of
from bot.hints import NOT_STORED, answer_click, whisper
from bot.open_modal import open_modal
from bot.services import Services
from workers.jobs import StateUnavailable
from workers.views.feedback import (
    BAD,
    FEEDBACK,
    FEEDBACK_REASON,
    FEEDBACK_WORDS,
    QUESTION,
    REASONS,
    THANKS,
    question_blocks,
    words_modal,
)

COUNTER = "supportbot_feedback_total"

Body = dict[str, Any]


class FeedbackButtons:
    """Takes what people think of an answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def rate(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Store and count a thumb; one more click of the same kind counts for nothing."""
        turn_ts, _, word = str(body["actions"][0].get("value", "")).partition(" ")
        verdict = "negative" if word == BAD else "positive"
        place = conversation_of(body, self._services.identity.team_id)
        url, user_id = str(body.get("response_url", "")), body["user"]["id"]
        try:
            is_new = await self._note(place.channel_id, turn_ts, user_id, verdict=verdict)
        except StateUnavailable:
            after_ack(context, partial(answer_click, self._services, url, NOT_STORED))
        else:
            if is_new:
                self._services.handover.metrics.count(COUNTER, value=verdict)
            if is_new and verdict == "negative":
                blocks = question_blocks(turn_ts)
                after_ack(context, partial(whisper, self._services, place, user_id, QUESTION, blocks=blocks))
        self._services.count(FEEDBACK)
        await ack()

    async def reason(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Store why an answer was bad, and thank."""
        turn_ts, _, reason = str(body["actions"][0].get("value", "")).partition(" ")
        channel_id = conversation_of(body, self._services.identity.team_id).channel_id
        try:
            await self._note(channel_id, turn_ts, body["user"]["id"], reason=reason)
            said = THANKS
        except StateUnavailable:
            said = NOT_STORED
        url = str(body.get("response_url", ""))
        after_ack(context, partial(answer_click, self._services, url, said, replaces=said == THANKS))
        await ack()

    async def ask_for_words(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Open a form for the person's own words."""
        url = str(body.get("response_url", ""))
        place = conversation_of(body, self._services.identity.team_id)
        about = {"channel_id": place.channel_id, "turn": body["actions"][0].get("value", ""), "response_url": url}
        problem = await open_modal(self._services, body["trigger_id"], words_modal(json.dumps(about)))
        if problem:
            after_ack(context, partial(answer_click, self._services, url, problem))
        await ack()

    async def words(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        """Store the person's own words."""
        about = json.loads(body["view"]["private_metadata"])
        words = str(body["view"]["state"]["values"]["words"]["value"].get("value") or "")
        try:
            await self._note(about["channel_id"], about["turn"], body["user"]["id"], words=words)
        except StateUnavailable:
            await ack(response_action="errors", errors={"words": NOT_STORED})
            return
        url = str(about["response_url"])
        after_ack(context, partial(answer_click, self._services, url, THANKS, replaces=True))
        await ack()

    async def _note(self, channel_id: str, turn_ts: str, user_id: str, **said: str) -> bool:
        team_id = self._services.identity.team_id
        return await self._services.handover.run(
            lambda door: door.feedback.note(team_id, channel_id, turn_ts, user_id, **said)
        )


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the thumbs and to what follows them."""
    buttons = FeedbackButtons(services)
    app.action(FEEDBACK)(buttons.rate)
    for reason in REASONS:
        app.action(f"{FEEDBACK_REASON}_{reason}")(buttons.reason)
    app.action(FEEDBACK_WORDS)(buttons.ask_for_words)
    app.view(FEEDBACK_WORDS)(buttons.words)
