"""What is read by one worker is found by another, in all its changes, and only by whom it is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import redis

from workers.knowledge.folders import Folder
from workers.knowledge.indexing import Indexer
from workers.knowledge.library import Library
from workers.knowledge.report import Report, summary
from workers.knowledge.values import Document, Passage, Unreadable
from workers.state.knowledge import KnowledgeStore
from workers.state.metrics import Metrics

MINE = "WEB-2"
HOUR = "Resetting the password takes an hour."


def read(client: redis.Redis, folder: Path) -> Report:
    return Indexer(KnowledgeStore(client), [Folder(str(folder))], Metrics(client), lambda: True).run()


def test_a_change_is_found_a_broken_file_is_told_and_what_is_gone_is_gone(
    redis_client: redis.Redis, tmp_path: Path
) -> None:
    library = Library(KnowledgeStore(redis_client), "english")
    page = tmp_path / "vpn.md"
    page.write_text("# VPN\n\nResetting the password takes five minutes.")
    (tmp_path / "bad.txt").write_bytes(b"\0\1\2" * 100)

    report = read(redis_client, tmp_path)

    assert [found.text for found in library.search("how do I reset my password?", 5, set)] == [
        "Resetting the password takes five minutes."
    ]
    assert report.problems == (("bad.txt", "it is not text"),)
    assert "1 document from 1 source, 0 min ago, 1 could not be read" in summary(report, report.sources[0].read_at)
    page.write_text(f"# VPN\n\n{HOUR}")
    read(redis_client, tmp_path)
    assert [found.text for found in library.search("reset password", 5, set)] == [
        "Resetting the password takes an hour."
    ]
    page.unlink()
    read(redis_client, tmp_path)
    assert library.search("reset password", 5, set) == []


def test_a_source_that_is_away_keeps_what_is_known_of_it(redis_client: redis.Redis, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "vpn.md").write_text("# VPN\n\nReset.")
    read(redis_client, folder)
    folder.rename(tmp_path / "away")

    report = read(redis_client, folder)

    assert report.sources[0].trouble
    assert report.sources[0].documents == 1
    assert Library(KnowledgeStore(redis_client), "english").search("vpn", 5, set)


class Broken(Folder):
    """A source that stumbles over something that nobody thought of."""

    def read(self, ids: list[str]) -> Iterator[tuple[str, Document | Unreadable | None]]:
        raise ZeroDivisionError(ids)


def test_a_source_that_breaks_down_is_told_and_holds_up_no_other(redis_client: redis.Redis, tmp_path: Path) -> None:
    store = KnowledgeStore(redis_client)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "odd.md").write_text("# Odd\n\nText.")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "vpn.md").write_text("# VPN\n\nReset.")
    sources = [Broken(str(tmp_path / "a")), Folder(str(tmp_path / "b"))]

    report = Indexer(store, sources, Metrics(redis_client), lambda: True).run()

    assert [bool(source.trouble) for source in report.sources] == [True, False]
    assert "Zero" not in report.sources[0].trouble
    assert Library(store, "english").search("vpn", 5, set)


def test_an_issue_is_found_only_by_whom_may_see_it_and_copies_once(redis_client: redis.Redis) -> None:
    store = KnowledgeStore(redis_client)
    words = "The printer on floor three jams when it is cold and nobody knows why it does."
    for key in ("OPS-1", "WEB-2"):
        document = Document(
            id=f"jira:{key}", source="Jira", title=key, address=key, issue_key=key, passages=(Passage(text=words),)
        )
        store.change({document.id: ("1", document.model_dump(mode="json"))})
    library = Library(store, "english")

    assert [found.issue_key for found in library.search("printer jams", 5, lambda keys: set(keys) - {"OPS-1"})] == [
        "WEB-2"
    ]
    assert len(library.search("printer jams", 5, set)) == 1
    assert library.search("printer jams", 5, lambda _: ()) == []


def test_what_may_not_be_seen_hides_nothing_that_may(redis_client: redis.Redis) -> None:
    store = KnowledgeStore(redis_client)
    for number in range(130):
        key = f"OPS-{number}"
        passage = Passage(text=f"printer jams printer jams {key}")
        store.change({key: ("1", Document(id=key, source="Jira", title=key, address=key, issue_key=key,
                                          passages=(passage,)).model_dump(mode="json"))})  # fmt: skip
    words = "A printer jams now and then, which is " + "a long story of paper and dust. " * 9
    mine = Document(id=MINE, source="Jira", title=MINE, address=MINE, issue_key=MINE, passages=(Passage(text=words),))
    store.change({MINE: ("1", mine.model_dump(mode="json"))})

    found = Library(store, "english").search("printer jams", 5, lambda keys: set(keys) & {MINE})

    assert [each.issue_key for each in found] == [MINE]


def test_a_redis_that_lost_its_data_is_noticed(redis_client: redis.Redis, tmp_path: Path) -> None:
    library = Library(KnowledgeStore(redis_client), "english")
    (tmp_path / "vpn.md").write_text("# VPN\n\nReset.")
    read(redis_client, tmp_path)
    assert library.search("vpn", 5, set)

    redis_client.flushall()

    assert library.search("vpn", 5, set) == []


def test_a_title_that_never_ends_makes_no_result_long(redis_client: redis.Redis, tmp_path: Path) -> None:
    (tmp_path / "odd.html").write_text(f"<title>{'Odd VPN ' * 9_000}</title><h2>{'Part ' * 9_000}</h2><p>Reset.</p>")
    read(redis_client, tmp_path)

    (found,) = Library(KnowledgeStore(redis_client), "english").search("vpn reset", 5, set)

    assert len(found.title) < 400
