"""What went wrong, counted from what Slack and Jira hold when all is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, get_args

from bench.chaos import looking
from bench.chaos.answers import apology, is_apology, is_whole, sentences
from bench.chaos.people import Asked
from sandbox.slack.messages import Message
from sandbox.stack import Stack

Wrong = Literal[
    "lost",
    "answered twice",
    "out of order",
    "half text",
    "filed twice",
    "filed unasked",
    "drafts lost",
    "stuck status",
    "stuck Stop button",
]
KINDS = get_args(Wrong)
NO_VERDICTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Finding:
    """One thing that is not as promised."""

    wrong: Wrong
    asked: Asked
    what: str


def findings(stack: Stack, asked: list[Asked], verdicts: Mapping[str, str] = NO_VERDICTS) -> list[Finding]:
    """Return everything that is wrong with the answers, the drafts and what stands around them.

    `verdicts` has by token the sentence that may stand for an answer.
    """
    found = [finding for one in asked for finding in _of_question(stack, one, verdicts.get(one.mention.token, ""))]
    return [*found, *_out_of_order(stack, asked), *_strays(stack, asked)]


def _of_question(stack: Stack, one: Asked, verdict: str) -> Iterator[Finding]:
    found = looking.replies(stack.slack, one.channel, one.root_ts, one.ts, one.mention.token)
    yield from _of_answer(one, found, verdict)
    if one.mention.kind == "file":
        yield from _of_draft(stack, one, looking.words(found))
    if one.mention.is_shut:
        return
    status = stack.slack.workspace.shown_statuses.get((one.channel, one.root_ts))
    if status and status.status:
        yield Finding("stuck status", one, status.status)
    if any(looking.is_growing(message) for message in found):
        yield Finding("stuck Stop button", one, looking.words(found)[-80:])


def _of_answer(one: Asked, found: list[Message], verdict: str) -> Iterator[Finding]:
    token, text = one.mention.token, looking.words(found)
    if _is_twice(found):
        yield Finding("answered twice", one, f"{len(found)} messages: {', '.join(message.ts for message in found)}")
    doubled = [sentence for sentence in (*sentences(token), *apology(token)) if text.count(sentence) > 1]
    if doubled:
        yield Finding("answered twice", one, f"said twice: {doubled[0]}")
    if one.mention.is_excused or is_whole(text, token, verdict):
        return
    said = sum(sentence in text for sentence in sentences(token))
    if said and not doubled:
        yield Finding("half text", one, f"{said} of {len(sentences(token))} sentences, ends with: {text[-80:]}")
    elif not said:
        yield Finding("lost", one, f"{len(found)} messages; reads: {text[:120]}")


def _is_twice(found: list[Message]) -> bool:
    """Return whether there is more than one answer; a stream that had lived its time is gone on with in a next part."""
    if not any(message.stream and message.stream.state == "expired" for message in found):
        return len(found) > 1
    parts = [number for message in found if (number := looking.segment_of(message)) is not None]
    return len(parts) != len(set(parts))


def _of_draft(stack: Stack, one: Asked, text: str) -> Iterator[Finding]:
    token = one.mention.token
    filed = [key for key, issue in list(stack.jira.issues.items()) if token in str(issue.fields["summary"])]
    cards = _standing(looking.cards(stack.slack, one.channel, one.root_ts, token), one.retries)
    states = [looking.state_of(card) for card in cards]
    if len(filed) > 1:
        yield Finding("filed twice", one, f"{', '.join(filed)}; cards: {', '.join(states)}")
    if len(cards) > 1:
        yield Finding("answered twice", one, f"{len(cards)} cards: {', '.join(card.ts for card in cards)}")
    if filed and (not states or states[-1] == "cancelled"):
        yield Finding("filed unasked", one, f"{filed[0]} is there, the card says {states or 'nothing'}")
    is_explained = not cards and is_apology(text, token)
    is_settled = states == ["cancelled"] or (bool(filed) and all(filed[0] in card.text for card in cards))
    if one.mention.is_excused or is_explained or (cards and is_settled):
        return
    yield Finding("drafts lost", one, f"cards: {states or 'none'}, issues: {filed or 'none'}")


def _standing(cards: list[Message], retries: int) -> list[Message]:
    """Return the cards without those that were withdrawn because somebody pressed Try again: one for each press."""
    withdrawn = [card for card in cards[:-1] if looking.state_of(card) == "cancelled"]
    return [card for card in cards if card not in withdrawn[:retries]]


def _strays(stack: Stack, asked: list[Asked]) -> Iterator[Finding]:
    """What answers no question is one message too many."""
    for root in {one.root_ts: one for one in asked}.values():
        here = [one for one in asked if one.root_ts == root.root_ts]
        tokens = {one.mention.token for one in here}
        for message in looking.strays(stack.slack, root.channel, root.root_ts, tokens):
            if not any(_is_beginning(stack, message, one) for one in here):
                yield Finding("answered twice", root, f"{message.ts} belongs to no question: {message.text[:80]!r}")


def _is_beginning(stack: Stack, message: Message, one: Asked) -> bool:
    """Return whether it is all there is of an answer whose channel was closed before its first sentence was whole.

    Nobody can write on in, or take back, what stands in an archived channel.
    """
    if not one.mention.is_excused or not " ".join(sentences(one.mention.token)).startswith(message.text.strip()):
        return False
    return not looking.replies(stack.slack, one.channel, one.root_ts, one.ts, one.mention.token)


def _out_of_order(stack: Stack, asked: list[Asked]) -> Iterator[Finding]:
    """Answers of one conversation must stand in the order of its questions."""
    for root in dict.fromkeys(one.root_ts for one in asked):
        firsts = [
            (one, found[0])
            for one in asked
            if one.root_ts == root
            and (found := looking.replies(stack.slack, one.channel, root, one.ts, one.mention.token))
        ]
        for (before, first), (after, second) in pairwise(firsts):
            if float(first.ts) > float(second.ts) and heard_at(stack, before) < heard_at(stack, after):
                yield Finding("out of order", after, f"answered at {second.ts}, {before.mention.token} at {first.ts}")


def heard_at(stack: Stack, one: Asked) -> float:
    """Return when the bot took a question: one that Slack brings after the next one may find that already begun."""
    took = [
        delivery.started_at + delivery.ack_seconds
        for delivery in stack.slack.deliveries
        if delivery.ack_seconds is not None and delivery.event.get("ts") == one.ts
    ]
    return min(took, default=float("inf"))
