"""What Claude's answers took and cost, by call, turn and model: the stand-in's usage at the published prices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.claude.batches import Batch
from sandbox.claude.standin import Recorded
from workers.claude.prices import BATCH_FACTOR, PriceList, prompt_tokens
from workers.rounds import Usage

Json = dict[str, Any]
MOST_TURNS = 8
PRICES = PriceList()
# What the bot writes around a person's words, to tell Claude whose they are.
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Figures:
    """Tokens and dollars of some calls; `input` and `input_usd` hold what was read from the cache, too."""

    calls: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    input_usd: float = 0
    cached_usd: float = 0
    output_usd: float = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(mine + theirs for mine, theirs in zip(_row(self), _row(other), strict=True)))

    def to_json(self) -> Json:
        return {**vars(self), "usd": self.input_usd + self.output_usd}


@dataclass(frozen=True)
class Priced:
    """One answer of a model, with its price."""

    model: str
    figures: Figures
    turn: tuple[int, str] | None = None
    """The place and the words of the question that it belongs to; None beside the turns."""
    is_batch: bool = False


def call_tokens(kept: Recorded) -> Json:
    """Return model and figures of one call."""
    model = str(kept.body.get("model", ""))
    return {"model": model, **_figures(model, kept.usage).to_json()}


def costs(requests: Sequence[Recorded], batches: Iterable[Batch] = ()) -> Json:
    """Return what the page shows: the latest turns, what ran beside them and in batches, the models, the sum."""
    answers = [*_live(requests), *_of_batches(batches)]
    turns: dict[tuple[int, str], Figures] = {}
    models: dict[str, Figures] = {}
    for answer in answers:
        models[answer.model] = models.get(answer.model, Figures()) + answer.figures
        if answer.turn:
            turns[answer.turn] = turns.get(answer.turn, Figures()) + answer.figures
    latest = list(turns.items())[-MOST_TURNS:]
    return {
        "turns": [{"question": question, **figures.to_json()} for (_, question), figures in latest],
        "beside": _sum(answer for answer in answers if not answer.turn and not answer.is_batch),
        "batches": _sum(answer for answer in answers if answer.is_batch),
        "models": [{"model": model, **figures.to_json()} for model, figures in models.items()],
        "total": _sum(answers),
    }


def _live(requests: Iterable[Recorded]) -> Iterator[Priced]:
    for kept in requests:
        if kept.path == "/v1/messages" and kept.usage:
            model = str(kept.body["model"])
            # A title, a judgement or a summary beside the turn has no tools.
            turn = _question(kept.body["messages"]) if kept.body.get("tools") else None
            yield Priced(model, _figures(model, kept.usage), turn)


def _of_batches(batches: Iterable[Batch]) -> Iterator[Priced]:
    for batch in batches:
        for item in batch.results:
            message = item["result"].get("message")
            if message:
                yield Priced(
                    message["model"], _figures(message["model"], message["usage"], BATCH_FACTOR), is_batch=True
                )


def _sum(answers: Iterable[Priced]) -> Json:
    return sum((answer.figures for answer in answers), Figures()).to_json()


def _figures(model: str, wire: Json, factor: float = 1) -> Figures:
    """Price one answer; the parts add up to `PriceList.cost`."""
    usage = _usage(wire)
    price = PRICES.of(model, prompt_tokens(usage))
    cached = usage.cache_read_input_tokens * price.cache_read / 1_000_000 * factor
    output = usage.output_tokens * price.output / 1_000_000 * factor
    return Figures(
        calls=1,
        input=prompt_tokens(usage),
        cached=usage.cache_read_input_tokens,
        output=usage.output_tokens,
        input_usd=PRICES.cost(model, usage) * factor - output,
        cached_usd=cached,
        output_usd=output,
    )


def _usage(wire: Json) -> Usage:
    written = wire.get("cache_creation") or {}
    return Usage(
        input_tokens=int(wire.get("input_tokens") or 0),
        output_tokens=int(wire.get("output_tokens") or 0),
        cache_creation_input_tokens=int(wire.get("cache_creation_input_tokens") or 0),
        cache_creation_1h_input_tokens=int(written.get("ephemeral_1h_input_tokens") or 0),
        cache_read_input_tokens=int(wire.get("cache_read_input_tokens") or 0),
    )


def _question(messages: Sequence[Json]) -> tuple[int, str]:
    """Return the last words of a person, and where they stand: all rounds of a turn share both."""
    for place in reversed(range(len(messages))):
        content = messages[place]["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        is_result = any(block.get("type") == "tool_result" for block in blocks)
        texts = [str(block["text"]) for block in blocks if block.get("type") == "text"]
        if messages[place]["role"] == "user" and texts and not is_result:
            return place, _MARKUP.sub("", texts[-1]).strip()[:90]
    return 0, ""


def _row(figures: Figures) -> tuple[Any, ...]:
    return tuple(vars(figures).values())
