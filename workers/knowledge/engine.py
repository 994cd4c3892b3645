"""The full-text engine, tantivy, as this program uses it: passages in memory, BM25 over stemmed words and headings."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from workers.knowledge.values import Document

HEAP_BYTES = 15_000_000
"""The least that the engine takes for writing."""
MOST_TERMS = 32
TIE = 0.3
"""A word counts where it tells most, and so much of that where it stands as well: see docs/knowledge.md."""
ANALYZER = "words"
FIELDS = ("title", "heading", "body")


QUESTION_WORDS = {
    "english": (
        "am", "any", "can", "could", "did", "do", "does", "get", "had", "has", "have", "how", "i", "its", "may", "me",
        "must", "my", "need", "our", "please", "shall", "should", "tell", "us", "want", "we", "were", "what", "when",
        "where", "which", "who", "why", "would", "you", "your",
    ),
}  # fmt: skip
"""Words of which questions are made, beside the filler words that the engine knows: they say nothing of a subject."""


@dataclass(frozen=True)
class Hit:
    """A passage with what is needed to show it."""

    document_id: str
    title: str
    heading: str
    address: str
    issue_key: str
    text: str
    score: float


class Engine:
    """One index in this process's memory; safe to share among threads."""

    def __init__(self, language: str) -> None:
        self._analyzer = analyzer_of(language)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema)
        self._index.register_tokenizer(ANALYZER, self._analyzer)
        self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        self._writing = threading.Lock()

    def change(self, put: Iterable[Document], gone: Iterable[str] = ()) -> None:
        """Replace documents and drop those that are gone; searches see all of it or nothing."""
        with self._writing:
            for document_id in gone:
                self._writer.delete_documents_by_term("id", document_id)
            for document in put:
                self._writer.delete_documents_by_term("id", document.id)
                for passage in document.passages:
                    self._writer.add_document(
                        tantivy.Document(
                            id=document.id,
                            address=document.address,
                            issue=document.issue_key,
                            title=document.title,
                            heading=passage.heading,
                            body=passage.text,
                        )
                    )
            self._writer.commit()
            self._index.reload()

    def search(self, words: str, limit: int, after: int = 0) -> list[Hit]:
        """Return the best passages that come after so many better ones, the best first."""
        terms = self.terms(words)[:MOST_TERMS]
        if not terms:
            return []
        searcher = self._index.searcher()
        found = searcher.search(self._query(terms), limit, offset=after)
        return [_hit(searcher.doc(address), float(score)) for score, address in found.hits]

    def terms(self, words: str) -> list[str]:
        """Return the words that a search looks for, as the index holds them, each once."""
        return list(dict.fromkeys(self._analyzer.analyze(words)))

    @property
    def passages(self) -> int:
        return self._index.searcher().num_docs

    def _query(self, terms: list[str]) -> tantivy.Query:
        """Return a query for any of the terms: no text of a person is ever read as query syntax."""
        make = tantivy.Query
        fields = [[make.term_query(self._schema, field, term, "freq") for field in FIELDS] for term in terms]
        return make.boolean_query([(tantivy.Occur.Should, make.disjunction_max_query(each, TIE)) for each in fields])


def analyzer_of(language: str) -> tantivy.TextAnalyzer:
    """Return what makes terms of text: lower case, no accents, no filler words, stems of a language."""
    kind = tantivy.Filter
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(kind.remove_long(60))
        .filter(kind.lowercase())
        .filter(kind.stopword(language))
        .filter(kind.custom_stopword(list(QUESTION_WORDS.get(language, ()))))
        .filter(kind.stemmer(language))
        .filter(kind.ascii_fold())
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("address", "issue"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in FIELDS:
        builder.add_text_field(name, stored=True, tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


def _hit(document: tantivy.Document, score: float) -> Hit:
    def text(name: str) -> str:
        return str(document.get_first(name) or "")

    return Hit(text("id"), text("title"), text("heading"), text("address"), text("issue"), text("body"), score)
