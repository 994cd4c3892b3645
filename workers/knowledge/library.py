"""What one worker searches: an index in its own memory that follows what was read for all of them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Collection, Iterable, Iterator

from workers.knowledge.engine import Engine, Hit
from workers.knowledge.passages import BETWEEN
from workers.knowledge.snippets import says_the_same, snippet, words_of
from workers.knowledge.values import Document, Found, Visible
from workers.state.knowledge import KnowledgeStore

LOOKED_AT = 60
"""So many passages are looked at for those that are shown…"""
MOST_LOOKS = 5
"""… and so often as many more, while some of them may not be shown: they must not hide what may."""
MOST_OF_ONE = 2
"""Passages of one document in a result."""

LONGEST_NAME = 160
"""Characters of a title, and of the headings above a passage, that a result tells."""


class Library:
    """Safe to share among threads; the index is made at first use."""

    def __init__(self, store: KnowledgeStore, language: str) -> None:
        self._store, self._language = store, language
        self._following = threading.Lock()
        self._seen: tuple[str, int] = ("", 0)

    @functools.cached_property
    def engine(self) -> Engine:
        return Engine(self._language)

    def search(self, words: str, limit: int, visible: Visible, *, only_issues: bool = False) -> list[Found]:
        """Return what fits best and may be seen, the best first, near-copies once; raises StateUnavailable."""
        self.follow()
        terms = self.engine.terms(words)
        found: list[Found] = []
        for hit in self._distinct(self._told(words, visible, only_issues=only_issues)):
            title = BETWEEN.join(part[:LONGEST_NAME] for part in (hit.title, hit.heading) if part)
            text = snippet(hit.text, terms, self.engine.terms)
            found.append(Found(hit.document_id, title, hit.address, text, hit.issue_key, hit.score))
            if len(found) == limit:
                break
        return found

    def _told(self, words: str, visible: Visible, *, only_issues: bool) -> Iterator[Hit]:
        """Yield the passages that may be told, the best first; what may not must not stand in for a copy of it."""
        for look in range(MOST_LOOKS):
            hits = self.engine.search(words, LOOKED_AT, look * LOOKED_AT)
            keys = {hit.issue_key for hit in hits if hit.issue_key}
            seen = visible(keys) if keys else ()
            told = [hit for hit in hits if (hit.issue_key in seen if hit.issue_key else not only_issues)]
            yield from told
            if len(hits) < LOOKED_AT or len(told) == len(hits):
                return

    def there(self, ids: Collection[str]) -> frozenset[str]:
        """Return those of some documents that may still be read; raises StateUnavailable."""
        return self._store.there(ids)

    def follow(self) -> None:
        """Take over what changed since the last look; costs one question to Redis if nothing did."""
        with self._following:
            era, generation = self._store.era(), self._store.generation()
            if (era, generation) == self._seen:
                return
            if era != self._seen[0]:
                # Redis began anew: so do we.
                self.__dict__.pop("engine", None)
                self._seen = (era, 0)
            for changed in self._store.changed_after(self._seen[1]):
                bodies = [(key, body) for key, body in changed if body is not None]
                gone = [key for key, body in changed if body is None]
                self.engine.change([Document.model_validate(body) for _, body in bodies], gone)
            self._seen = (era, generation)

    @staticmethod
    def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
        shown: list[frozenset[str]] = []
        counts: dict[str, int] = {}
        for hit in hits:
            words = words_of(hit.text)
            if counts.get(hit.document_id, 0) >= MOST_OF_ONE or says_the_same(words, shown):
                continue
            counts[hit.document_id] = counts.get(hit.document_id, 0) + 1
            shown.append(words)
            yield hit
