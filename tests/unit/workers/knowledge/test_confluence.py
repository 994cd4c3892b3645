"""Confluence's pages: all parts of a list, new versions read again, deleted ones gone, and a site that is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from sandbox.confluence.pages import Page
from sandbox.confluence.standin import ConfluenceStandIn
from sandbox.server import Running
from workers.knowledge.confluence import Confluence, Space
from workers.knowledge.indexing import Indexer
from workers.knowledge.library import Library
from workers.knowledge.report import Report
from workers.state.knowledge import KnowledgeStore
from workers.state.metrics import Metrics


@pytest.fixture
def site() -> ConfluenceStandIn:
    return ConfluenceStandIn(rows_at_once=2)


@pytest.fixture
def url(site: ConfluenceStandIn) -> Iterator[str]:
    running = Running(site.make_app)
    yield running.url
    running.stop()


def read(client: redis.Redis, url: str, *, is_wrong: bool = False) -> Report:
    token = "wrong" if is_wrong else ConfluenceStandIn.api_token
    space = Space(Confluence(url, "bot@example.com", token), "IT")
    return Indexer(KnowledgeStore(client), [space], Metrics(client), lambda: True).run()


def test_pages_of_all_parts_are_found_and_only_changed_ones_are_read_again(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    for number in range(5):
        site.put("IT", f"Page {number}", f"<h2>Part</h2><p>About printer{number}.</p>")
    site.put("HR", "Secret", "<p>About printer9.</p>")
    library = Library(KnowledgeStore(redis_client), "english")

    assert read(redis_client, url).sources[0].documents == 5
    found = library.search("printer4", 5, set)
    assert [(each.title, each.text) for each in found] == [(found[0].title, "About printer4.")]
    assert found[0].address == f"{url}/wiki/spaces/IT/pages/50004/Page+4"
    assert library.search("printer9", 5, set) == []

    site.put("IT", "Page 4", "<p>About scanner.</p>")
    site.pages["50000"].status = "trashed"
    site.calls.clear()
    read(redis_client, url)

    assert [call for call in site.calls if "body-format" in call and "50003" in call] == []
    assert [each.text for each in library.search("scanner", 5, set)] == ["About scanner."]
    assert library.search("printer0", 5, set) == []


def write(site: ConfluenceStandIn, title: str, parent: Page | None = None) -> Page:
    """Write a page that is like no other, but for one word."""
    own = " ".join(f"{title}{number}" for number in range(9))
    return site.put("IT", title, f"<p>The printer of {own}.</p>", parent)


def told(client: redis.Redis, words: str) -> set[str]:
    """Return the titles of the pages that are found."""
    return {each.title for each in Library(KnowledgeStore(client), "english").search(words, 20, set)}


def test_pages_that_only_some_may_read_are_left_out_with_all_below_them(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    write(site, "For all")
    salaries = write(site, "Salaries")
    folder = site.put("IT", "Plans", "", salaries, "folder")
    write(site, "Raises", write(site, "Year", folder))
    board = write(site, "Board")
    board.reading_groups = ("board",)
    salaries.readers = ("bot", "ada")

    report = read(redis_client, url)

    assert told(redis_client, "printer") == {"For all"}
    assert (report.sources[0].documents, report.sources[0].unreadable) == (1, 4)
    assert {why for _, why in report.problems} == {"only some people may read it"}
    assert [call for call in site.calls if "body-format" in call and salaries.id in call] == []


def test_a_page_is_told_no_more_once_one_above_it_is_restricted_and_again_once_that_is_lifted(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    folder = site.put("IT", "Plans", "", write(site, "Year"), "folder")
    write(site, "Raises", folder)
    read(redis_client, url)
    assert told(redis_client, "printer") == {"Year", "Raises"}

    folder.readers = ("bot",)
    read(redis_client, url)
    assert told(redis_client, "printer") == {"Year"}

    folder.readers = ()
    read(redis_client, url)
    assert told(redis_client, "printer") == {"Year", "Raises"}


def test_what_the_search_does_not_know_yet_is_asked_for_page_by_page(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    new = write(site, "New")
    kept = write(site, "Kept")
    kept.readers = ("bot",)
    site.not_indexed = {new.id, kept.id}

    read(redis_client, url)

    assert told(redis_client, "printer") == {"New"}


@pytest.mark.parametrize("how", [0, 403, 404])
def test_a_space_that_the_account_does_not_see_any_more_is_forgotten_and_said_to_be_left_out(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis, how: int
) -> None:
    write(site, "Page")
    read(redis_client, url)
    assert told(redis_client, "printer") == {"Page"}
    number = site.spaces.pop("IT") if not how else site.spaces["IT"]
    site.refuses = how

    report = read(redis_client, url)

    assert told(redis_client, "printer") == set()
    assert (report.sources[0].documents, report.sources[0].unreadable) == (0, 1)
    ((name, why),) = report.problems
    assert (name, "may not see it" in why) == ("IT", True)
    site.refuses, site.spaces["IT"] = 0, number
    read(redis_client, url)
    assert told(redis_client, "printer") == {"Page"}


@pytest.mark.parametrize("status", [429, 500])
def test_a_site_that_is_only_busy_keeps_its_pages(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis, status: int
) -> None:
    write(site, "Page")
    read(redis_client, url)
    site.refuses = status

    assert read(redis_client, url).sources[0].trouble
    assert told(redis_client, "printer") == {"Page"}


@pytest.mark.parametrize("trouble", ["down", "token"])
def test_a_site_that_refuses_or_is_away_keeps_its_pages_and_says_why(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis, trouble: str
) -> None:
    site.put("IT", "Page", "<p>About printers.</p>")
    read(redis_client, url)
    site.is_down = trouble == "down"

    report = read(redis_client, url, is_wrong=trouble == "token")

    assert ("503" if trouble == "down" else "token") in report.sources[0].trouble
    assert report.sources[0].documents == 1
    assert Library(KnowledgeStore(redis_client), "english").search("printers", 5, set)
