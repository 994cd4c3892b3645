"""A space of Confluence is told only if all who use Confluence may read it, as it or the operator says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from sandbox.confluence.space_permissions import OWNER, USUAL, Permit
from sandbox.confluence.standin import ConfluenceStandIn
from sandbox.server import Running
from workers.knowledge.confluence import Confluence, Space
from workers.knowledge.indexing import Indexer
from workers.knowledge.library import Library
from workers.knowledge.report import Report
from workers.state.knowledge import KnowledgeStore
from workers.state.metrics import Metrics

OWNERS = (Permit("user", OWNER), Permit("user", OWNER, "administer"))
BOARD = (*OWNERS, Permit("group", "board"), Permit("group", "confluence-users", "create", "page"))


@pytest.fixture
def site() -> ConfluenceStandIn:
    made = ConfluenceStandIn(rows_at_once=2)
    made.put("IT", "Printers", "<p>The printer stands on floor two.</p>")
    made.put("IT", "Scanners", "<p>The printer scans, too.</p>")
    return made


@pytest.fixture
def url(site: ConfluenceStandIn) -> Iterator[str]:
    running = Running(site.make_app)
    yield running.url
    running.stop()


def read(client: redis.Redis, url: str, *, is_open: bool = False) -> Report:
    space = Space(Confluence(url, "bot@example.com", ConfluenceStandIn.api_token), "IT", is_open=is_open)
    return Indexer(KnowledgeStore(client), [space], Metrics(client), lambda: True).run()


def told(client: redis.Redis) -> set[str]:
    """Return the titles of the pages that are found."""
    return {each.title for each in Library(KnowledgeStore(client), "english").search("printer", 20, set)}


ALL = {"Printers", "Scanners"}


@pytest.mark.parametrize(
    ("permits", "roles", "is_told"),
    [
        (USUAL, (), True),
        ((*OWNERS, Permit("group", "confluence-users-127")), (), True),
        ((*OWNERS, Permit("role", "ANONYMOUS")), (), True),
        (OWNERS, ("all-licensed-users",), True),
        (OWNERS, ("anonymous-users",), True),
        (OWNERS, (), False),
        (BOARD, (), False),
        (BOARD, ("all-product-admins", "jsm-project-admins"), False),
        ((*OWNERS, Permit("user", "anonymous"), Permit("group", "all-licensed-users")), (), False),
        ((*OWNERS, Permit("group", "confluence-users-of-the-board")), (), False),
        ((*OWNERS, Permit("role", "ANONYMOUS", "create", "comment")), (), False),
        ((), (), False),
    ],
)
def test_a_space_is_told_if_all_who_use_confluence_may_read_it(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis, permits: tuple[Permit, ...], roles: tuple[str, ...],
    is_told: bool,
) -> None:  # fmt: skip
    site.permits["IT"] = permits
    site.roles = {"IT": roles} if roles else {}

    report = read(redis_client, url)

    assert told(redis_client) == (ALL if is_told else set())
    assert (report.sources[0].documents, report.sources[0].unreadable) == ((2, 0) if is_told else (0, 1))
    assert is_told or not any("pages" in call for call in site.calls), "no page of it was asked for"
    why = "" if is_told else "by its permissions only some people or groups may read the space"
    assert [name for name, said in report.problems if why in said] == ([] if is_told else ["IT"])


def test_a_space_that_is_closed_later_is_forgotten_with_the_next_reading_and_told_again_once_it_is_open(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    read(redis_client, url)
    assert told(redis_client) == ALL

    site.permits["IT"] = BOARD
    report = read(redis_client, url)
    assert told(redis_client) == set()
    assert report.sources[0].trouble == "", "it was read to its end"

    del site.permits["IT"]
    assert read(redis_client, url).problems == ()
    assert told(redis_client) == ALL


@pytest.mark.parametrize("status", [403, 404])
def test_a_space_of_which_confluence_does_not_tell_who_may_read_it_is_left_out_unless_the_operator_opens_it(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis, status: int
) -> None:
    site.secret = status

    ((name, why),) = read(redis_client, url).problems
    assert told(redis_client) == set()
    assert (name, "does not tell the account who may read" in why, "CONFLUENCE_OPEN_SPACES" in why) == (
        "IT",
        True,
        True,
    )

    assert read(redis_client, url, is_open=True).problems == ()
    assert told(redis_client) == ALL


def test_what_is_known_of_a_space_stays_while_its_permissions_cannot_be_asked(
    site: ConfluenceStandIn, url: str, redis_client: redis.Redis
) -> None:
    read(redis_client, url)
    site.secret = 503

    report = read(redis_client, url)

    assert "503" in report.sources[0].trouble
    assert told(redis_client) == ALL
