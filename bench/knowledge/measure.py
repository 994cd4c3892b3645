"""The bench part `knowledge`: nDCG@10 of the search and of plain BM25, and what indexing and searching take."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.knowledge.plain_bm25 import PlainBm25
from workers.knowledge.engine import Engine
from workers.knowledge.passages import passages_of
from workers.knowledge.values import Document, Section, Text

SET = Path(__file__).with_name("arxiv_tags.jsonl")
COPIES = 16
"""So often the set is indexed for the figures of time: as many documents as a middling wiki has."""
LOOKED_AT = 60


@dataclass(frozen=True)
class Query:
    words: str
    relevant: frozenset[str]


def measure_knowledge(_: Path) -> list[Figure]:
    """Return the figures; the ranking is the same on every run and machine."""
    documents, queries = labelled()
    engine = Engine("english")
    engine.change(documents)
    plain = PlainBm25([f"{each.title}\n{_text(each)}" for each in documents])

    def ours(words: str) -> list[str]:
        return list(dict.fromkeys(hit.document_id for hit in engine.search(words, LOOKED_AT)))

    def theirs(words: str) -> list[str]:
        return [documents[place].id for place in plain.ranked(words)]

    note = f"{len(documents)} documents, {len(queries)} queries"
    return [
        Figure("knowledge", "nDCG@10, knowledge_search", "", (_mean(queries, ours),), note=note),
        Figure("knowledge", "nDCG@10, plain BM25", "", (_mean(queries, theirs),), note=note),
        *_times(documents, queries),
    ]


def labelled() -> tuple[list[Document], list[Query]]:
    """Return the set."""
    rows = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    documents = [_document(row["document"], row["title"], row["text"]) for row in rows if "document" in row]
    return documents, [Query(row["query"], frozenset(row["relevant"])) for row in rows if "query" in row]


def ndcg(ranked: Sequence[str], relevant: Collection[str], depth: int = 10) -> float:
    """Return how near a ranking comes to the best one that there is, from 0 to 1."""
    gained = sum(1 / math.log2(place + 2) for place, each in enumerate(ranked[:depth]) if each in relevant)
    return gained / sum(1 / math.log2(place + 2) for place in range(min(depth, len(relevant))))


def _mean(queries: Sequence[Query], rank: Callable[[str], list[str]]) -> float:
    return sum(ndcg(rank(query.words), query.relevant) for query in queries) / len(queries)


def _times(documents: Sequence[Document], queries: Sequence[Query]) -> Iterator[Figure]:
    many = [each.model_copy(update={"id": f"{copy}:{each.id}"}) for copy in range(COPIES) for each in documents]
    engine = Engine("english")
    began = time.perf_counter()
    engine.change(many)
    note = f"{len(many)} documents, {engine.passages} passages"
    yield Figure("knowledge", "index from nothing", "s", (time.perf_counter() - began,), note=note)
    began = time.perf_counter()
    engine.change(many[:1])
    yield Figure("knowledge", "one document changed", "ms", ((time.perf_counter() - began) * 1000,), note=note)
    taken = []
    for query in queries:
        began = time.perf_counter()
        engine.search(query.words, LOOKED_AT)
        taken.append((time.perf_counter() - began) * 1000)
    yield Figure("knowledge", "a search", "ms", tuple(taken), note=note)


def _document(name: str, title: str, text: str) -> Document:
    passages = passages_of(Text(title, (Section((title,), text),)))
    return Document(id=name, source="arXiv", title=title, address=name, passages=passages)


def _text(document: Document) -> str:
    return "\n".join(passage.text for passage in document.passages)
