"""Answers to how-to questions: from what the documents say, sentence by sentence, each with its citation."""

from __future__ import annotations

import re
from typing import Any

from sandbox.claude.brain.keywords import keywords_of, worth
from sandbox.claude.brain.reading import Call, Situation
from sandbox.claude.scripts import Block, Reply, reply, text, thinking, tool

MOST_SENTENCES, MOST_SOURCES = 2, 3
NEAR = 0.75
"""A source is quoted beside the best one if it fits more than so much as well."""
NOTHING = "I found nothing about that in the documents I can search, so I would rather not guess."
OFF = "There are no documents that I can search here, so I can't look that up."
CLOSED = "Sorry, the documents are open to full members of this workspace only, so I can't look that up for you."
_SETS_UP = re.compile(r"\bset(?:ting)?[ -]?up\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKS = re.compile(r"^[#>\-*\d.\s]+|[*`_]")


def how_to(situation: Situation) -> Reply:
    """Return a search of the documents, or the answer that it led to."""
    searches = [call for call in situation.now.calls if call.name == "knowledge_search"]
    if not searches:
        return _search(situation)
    found = searches[-1]
    if found.is_error:
        return reply("I could not search the documents just now. Please try again in a moment.")
    if found.sources:
        return reply(*_answer(situation, found))
    if "full members" in found.result:
        return reply(CLOSED)
    return reply(OFF if "No documents are set up" in found.result else NOTHING)


def _search(situation: Situation) -> Reply:
    words = [*keywords_of(situation.question), *(["install"] if _SETS_UP.search(situation.question) else [])]
    call = tool(situation.tools["knowledge_search"], {"query": situation.question[:200], "keywords": words})
    return reply(thinking("The person asks how something is done; I look in the documents."), call)


def _answer(situation: Situation, call: Call) -> list[Block]:
    """Return a text block for each source that fits, each with what it cites."""
    wanted = _wanted(situation.question)
    weighed = [(max(_weights(source, wanted), default=0), place, source) for place, source in call.sources]
    most = max(weight for weight, _, _ in weighed)
    near = [each for each in weighed if each[0] == most or each[0] > most * NEAR]
    best = sorted(near, key=lambda each: -each[0])[:MOST_SOURCES]
    blocks: list[Block] = [text("This is what is written about it:\n\n")]
    for _, place, source in best:
        said = _best_sentences(source, wanted)
        words = " ".join(_MARKS.sub("", sentence).strip() for sentence in said)
        blocks += [text(f"- {words}") | {"citations": [_citation(place, source, " ".join(said))]}, text("\n")]
    return [*blocks[:-1], text("\n\nTell me if something is missing there.")]


def _wanted(question: str) -> dict[str, int]:
    """Return the stems that a question is about, and what each is worth; who sets up something mostly installs it."""
    wanted = {_stem(word): worth(word) for word in keywords_of(question)}
    return {**wanted, "install": worth("install")} if _SETS_UP.search(question) else wanted


def _citation(place: int, source: dict[str, Any], quoted: str) -> dict[str, Any]:
    return {
        "type": "search_result_location",
        "cited_text": quoted,
        "source": source["source"],
        "title": source["title"],
        "search_result_index": place,
        "start_block_index": 0,
        "end_block_index": 1,
    }


def _sentences(source: dict[str, Any]) -> list[str]:
    whole = "\n".join(part["text"] for part in source["content"])
    return [sentence for sentence in _SENTENCE.split(whole) if re.search(r"\w", sentence)]


def _weights(source: dict[str, Any], wanted: dict[str, int]) -> list[int]:
    headed = wanted.keys() & _stems(source["title"])
    found = [headed | (wanted.keys() & _stems(sentence)) for sentence in _sentences(source)]
    return [sum(wanted[stem] for stem in stems) for stems in found]


def _best_sentences(source: dict[str, Any], wanted: dict[str, int]) -> list[str]:
    sentences, weights = _sentences(source), _weights(source, wanted)
    start = weights.index(max(weights))
    return sentences[start : start + MOST_SENTENCES]


def _stems(words: str) -> set[str]:
    return {_stem(word) for word in re.findall(r"\w+", words)}


def _stem(word: str) -> str:
    return re.sub(r"(?:ings?|ed|es|s)$", "", word.lower())
