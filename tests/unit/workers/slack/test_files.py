"""Downloads: the token goes to Slack's own hosts and nowhere else; whatever goes wrong is a reason, not a crash."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiohttp import web
from pydantic import SecretStr

from sandbox.faults import Fault
from sandbox.server import Running
from sandbox.slack import BOT_TOKEN, NewFile
from tests.unit.workers.slack.world import ADA, CHANNEL, World
from workers.errors import FileUnreadable
from workers.records import SlackFile
from workers.slack import files
from workers.slack.files import SlackFiles, is_slacks_own

LIMIT = 1_000_000
API = "https://slack.com/api/"


class Foreign:
    """Somebody else's server: it notes every request with its token."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []
        self.running = Running(self._app)

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{rest:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization"))
        return web.Response(text="gotcha")


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    server = Foreign()
    yield server
    server.running.stop()


@pytest.fixture
def reader(world: World) -> SlackFiles:
    world.api.call("auth.test")  # Now the stand-in knows under which address its files lie.
    return SlackFiles(world.clients, SecretStr(BOT_TOKEN), world.base_url)


def share(world: World, *given: NewFile) -> SlackFile:
    """Let Ada share files and return the last of them as the message carries it."""
    ts = world.standin.say(CHANNEL, ADA, "see", files=given)
    message = world.api.call("conversations.replies", channel=CHANNEL, ts=ts)["messages"][0]
    return SlackFile.from_slack(message["files"][-1])


def content(reader: SlackFiles, world: World, file: SlackFile, most_bytes: int = LIMIT) -> bytes:
    with reader.opened(world.team_id, file, most_bytes=most_bytes) as download:
        assert download.size == len(download.content.read())
        download.content.seek(0)
        return download.content.read()


def reason(reader: SlackFiles, world: World, file: SlackFile, most_bytes: int = LIMIT) -> str:
    with pytest.raises(FileUnreadable) as refused:
        content(reader, world, file, most_bytes)
    return refused.value.reason


def fault(world: World, kind: str, **more: object) -> None:
    world.standin.faults.add(Fault.model_validate({"operation": "files.download", "kind": kind} | more))


@pytest.mark.parametrize("name", ["vpn.log", "the log, of today.txt", "größe #1?.txt", "50%.txt"])
def test_a_file_arrives_whole_whatever_its_name(world: World, reader: SlackFiles, name: str) -> None:
    file = share(world, NewFile(name, b"drop\n" * 100_000, "text/plain"))

    assert content(reader, world, file) == b"drop\n" * 100_000
    assert [each.authorization for each in world.standin.links.fetched] == [f"Bearer {BOT_TOKEN}"]


def test_an_empty_file_is_a_file(world: World, reader: SlackFiles) -> None:
    assert content(reader, world, share(world, NewFile("empty.txt", b""))) == b""


def test_a_file_of_another_company_is_looked_up_first(world: World, reader: SlackFiles) -> None:
    bare = share(world, NewFile("theirs.txt", b"shared", is_connect=True))

    with reader.opened(world.team_id, bare, most_bytes=LIMIT) as download:
        assert (bare.url, download.file.name, download.content.read()) == (None, "theirs.txt", b"shared")


def test_a_file_that_slack_does_not_know_has_a_reason(world: World, reader: SlackFiles) -> None:
    assert reason(reader, world, SlackFile(id="F0UNKNOWN")) == files.GONE


def test_a_file_that_lies_elsewhere_is_not_fetched(world: World, reader: SlackFiles, foreign: Foreign) -> None:
    file = share(world, NewFile("notes.txt", b"x", url=f"{foreign.running.url}/notes.txt"))

    assert reason(reader, world, file) == files.ELSEWHERE
    assert foreign.tokens == []


def test_no_redirect_carries_the_token_elsewhere(world: World, reader: SlackFiles, foreign: Foreign) -> None:
    fault(world, "status", status=302, headers={"Location": f"{foreign.running.url}/take-it"})

    assert reason(reader, world, share(world, NewFile("notes.txt", b"x"))) == files.ELSEWHERE
    assert foreign.tokens == []


def test_a_redirect_within_slack_is_followed(world: World, reader: SlackFiles) -> None:
    other = share(world, NewFile("moved.txt", b"moved"))
    file = share(world, NewFile("notes.txt", b"x"))
    fault(world, "status", status=302, headers={"Location": other.url})

    assert content(reader, world, file) == b"moved"


def test_redirects_in_a_circle_come_to_an_end(world: World, reader: SlackFiles) -> None:
    file = share(world, NewFile("notes.txt", b"x"))
    fault(world, "status", status=307, headers={"Location": file.url}, times=-1)

    assert reason(reader, world, file) == files.ELSEWHERE
    assert len(world.standin.links.fetched) == files.MOST_REDIRECTS + 1


@pytest.mark.parametrize("name", ["vpn.log", "page.html"])
def test_the_login_page_of_a_missing_scope_is_no_file(
    world: World, reader: SlackFiles, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = share(world, NewFile(name, b"<h1>the real one</h1>"))
    world.standin.slack.scopes.discard("files:read")

    assert reason(reader, world, file) == files.NO_ACCESS
    assert "files:read" in capsys.readouterr().out


def test_a_page_that_a_person_uploaded_is_a_file(world: World, reader: SlackFiles) -> None:
    page = b"<!DOCTYPE html><h1>Error 500</h1>"

    assert content(reader, world, share(world, NewFile("error.html", page))) == page


def test_a_file_that_says_it_is_too_large_is_not_even_asked_for(world: World, reader: SlackFiles) -> None:
    file = share(world, NewFile("video.mp4", b"x" * (LIMIT + 1)))

    assert reason(reader, world, file) == "it is larger than 1 MB"
    assert world.standin.links.fetched == []


def test_a_file_that_is_larger_than_it_says_is_given_up(world: World, reader: SlackFiles) -> None:
    file = share(world, NewFile("small.txt", b"x" * (LIMIT + 1), size=10))

    assert reason(reader, world, file) == "it is larger than 1 MB"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_download_that_breaks_off_is_begun_again(world: World, reader: SlackFiles, kind: str) -> None:
    file = share(world, NewFile("vpn.log", b"0123456789" * 50_000))
    fault(world, kind)

    assert content(reader, world, file) == b"0123456789" * 50_000


def test_a_download_that_always_breaks_off_may_work_later(world: World, reader: SlackFiles) -> None:
    file = share(world, NewFile("vpn.log", b"x" * 1_000))
    fault(world, "drop_after", times=-1)

    with pytest.raises(FileUnreadable) as refused:
        content(reader, world, file)
    assert (refused.value.reason, refused.value.may_pass) == (files.NOT_NOW, True)


@pytest.mark.parametrize(
    ("status", "why", "may_pass"),
    [(404, files.GONE, False), (403, files.NO_ACCESS, False), (429, files.NOT_NOW, True), (503, files.NOT_NOW, True)],
)
def test_each_refusal_of_slack_has_its_reason(
    world: World, reader: SlackFiles, status: int, why: str, *, may_pass: bool
) -> None:
    file = share(world, NewFile("vpn.log", b"x"))
    fault(world, "status", status=status)

    with pytest.raises(FileUnreadable) as refused:
        content(reader, world, file)
    assert (refused.value.reason, refused.value.may_pass) == (why, may_pass)


def test_a_file_that_drips_is_given_up_after_a_minute(world: World) -> None:
    world.api.call("auth.test")
    times = iter(range(0, 10_000, 40))
    reader = SlackFiles(world.clients, SecretStr(BOT_TOKEN), world.base_url, clock=lambda: float(next(times)))
    file = share(world, NewFile("slow.log", b"x" * 500_000))

    assert reason(reader, world, file) == files.TOO_SLOW


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/download/a.png",
        "https://slack.com/a",
        "https://FILES.Slack.com:443/a",
        "https://team.enterprise.slack.com/a",
    ],
)
def test_slacks_own_hosts_are_its_own(url: str) -> None:
    assert is_slacks_own(url, API)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/a",
        "https://files.slack.com:8443/a",
        "https://slack.com.evil.example/a",
        "https://evilslack.com/a",
        "https://files.slack.com@evil.example/a",
        "https://evil.example@files.slack.com/a",
        "https://evil.example/files.slack.com",
        "https://evil.example?x=.slack.com",
        "https://evil.example#.slack.com",
        "https:///a",
        "https://files.slack.com:port/a",
        "file:///etc/passwd",
        "ftp://files.slack.com/a",
        "//files.slack.com/a",
        "",
    ],
)
def test_all_others_are_not(url: str) -> None:
    assert not is_slacks_own(url, API)


def test_the_door_of_the_api_is_its_own_in_scheme_host_and_port() -> None:
    api = "http://127.0.0.1:8080/api/"

    assert is_slacks_own("http://127.0.0.1:8080/files/a", api)
    assert not is_slacks_own("http://127.0.0.1:8081/files/a", api)
    assert not is_slacks_own("https://127.0.0.1:8080/files/a", api)
    assert not is_slacks_own("http://localhost:8080/files/a", api)


def test_what_two_readers_may_read_in_two_ways_goes_nowhere(world: World, reader: SlackFiles) -> None:
    for host in (
        "evil.example\\@files.slack.com",
        "evil.example\t.slack.com",
        "é.slack.com",
        "evil.example%2F.slack.com",
    ):
        assert reason(reader, world, SlackFile(id="F1", url=f"https://{host}/a")) == files.ELSEWHERE
