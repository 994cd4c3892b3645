"""Answers from a wiki and from resolved issues: cited with links, kept up to date, and only for whom they are."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from celery import Celery

from sandbox.confluence.space_permissions import Permit
from sandbox.demo import settings_of
from sandbox.jira import catalogue, issues
from sandbox.jira.seeds import paragraphs
from sandbox.page.server import Page
from sandbox.ports import LOOPBACK, free_port
from sandbox.server import Running
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.support import ADA, GUEST, LINUS, answer, ask, within
from workers.broker import KNOWLEDGE

pytestmark = pytest.mark.e2e

SPACE, BADGES = "DESK", "how do I block a lost badge?"
COPIER, TONER = "how do I unblock the copier Zebrafish?", "Swap the fuser tray of the Zebrafish copier."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"CONFLUENCE_SPACES": SPACE, "JIRA_PROJECTS": "OPS,WEB,ARCH"}
    with Stack(workers=0, beat=False, settings=settings, folder=tmp_path_factory.mktemp("sources")) as stack:
        stack.confluence.put(SPACE, "House rules", "<p>The bicycle cellar is open until eight.</p>")
        plant_resolved(stack)
        stack.start_worker()
        stack.wait_until_ready()
        within(lambda: times_read(stack), "the first reading")
        yield stack


def plant_resolved(stack: Stack) -> None:
    """Have an issue resolved in a project that Linus may browse, and Ada may not."""
    site = stack.jira.site
    members = frozenset({stack.jira.bot.account_id, catalogue.LINUS.account_id})
    site.projects["ARCH"] = dataclasses.replace(site.projects["ARCH"], members=members, readers=frozenset())
    given = {"project": {"key": "ARCH"}, "issuetype": {"name": "Task"}, "summary": "Copier Zebrafish is blocked"}
    made = issues.create(site, catalogue.LINUS, {"fields": given | {"description": paragraphs("It beeps.")}})
    stack.jira.comment(made.key, TONER, by=catalogue.LINUS.email)
    stack.jira.move(made.key, "Done", by=catalogue.LINUS.email)


def times_read(stack: Stack) -> int:
    return sum(worker.log_text().count('"knowledge_read"') for worker in stack.workers)


def read_again(stack: Stack) -> None:
    """Have the sources read, as the clock of `beat` does."""
    before = times_read(stack)
    with Celery(broker=stack.redis_url, set_as_current=False) as app:
        app.send_task(KNOWLEDGE)
    within(lambda: times_read(stack) > before, "the next reading")


def answered(stack: Stack, question: str, user: str = ADA) -> Message:
    return answer(stack, ask(stack, question, user=user))


def shown(message: Message) -> str:
    """Return what stands in the message itself, also where its text is for notifications only."""
    return next((block["text"] for block in message.blocks or () if block["type"] == "markdown"), message.text)


def told_claude(stack: Stack, words: str, *, after: int) -> list[str]:
    """Return the requests to the model, those after some, in which these words stand."""
    bodies = [json.dumps(kept.body) for kept in stack.claude.message_requests[after:]]
    return [body for body in bodies if words in body]


def opened(url: str) -> str:
    return requests.get(url, timeout=10).text


def test_a_wiki_page_is_cited_with_a_link_that_opens_it_and_anew_once_it_changed(stack: Stack) -> None:
    page = stack.confluence.put(
        SPACE, "Lost badge", "<h2>Block a badge</h2><p>A lost badge is blocked by reception.</p>"
    )
    read_again(stack)
    link = f"{stack.confluence_url}/wiki/spaces/{SPACE}/pages/{page.id}/Lost+badge"

    first = answered(stack, BADGES)
    assert "A lost badge is blocked by reception. [1]" in shown(first)
    assert shown(first).rstrip().endswith(f"]({link})")
    assert "blocked by reception" in opened(link)

    stack.confluence.put(SPACE, "Lost badge", "<h2>Block a badge</h2><p>A lost badge is blocked in the portal.</p>")
    stack.confluence.calls.clear()
    read_again(stack)
    second = answered(stack, BADGES)
    assert "A lost badge is blocked in the portal. [1]" in shown(second)
    assert link in shown(second)
    assert "reception" not in shown(second)
    (read,) = [call for call in stack.confluence.calls if "body-format" in call]
    assert f"id={page.id}&" in read


@pytest.fixture
def _space_is_open_again(stack: Stack) -> Iterator[None]:
    yield
    stack.confluence.permits.clear()


@pytest.mark.usefixtures("_space_is_open_again")
@pytest.mark.parametrize(
    "how", ["deleted", "restricted", "kept for some", "below one that is kept", "in a closed space"]
)
def test_a_wiki_page_that_is_gone_or_closed_is_used_no_more(stack: Stack, how: str) -> None:
    words = f"A {how} parcel is fetched in the basement."
    above = stack.confluence.put(SPACE, f"Above {how}", "<p>It says nothing.</p>")
    page = stack.confluence.put(SPACE, f"Parcel {how}", f"<p>{words}</p>", above)
    read_again(stack)
    question = f"how do I fetch a {how} parcel?"
    root = ask(stack, question)
    assert f"{words} [1]" in shown(answer(stack, root))

    page.is_restricted = how == "restricted"
    # These two the account itself may go on reading.
    page.readers = ("bot", "ada") if how == "kept for some" else ()
    above.readers = ("bot", "ada") if how == "below one that is kept" else ()
    if how == "in a closed space":
        stack.confluence.permits[SPACE] = (Permit("group", "board"),)
    if how == "deleted":
        stack.confluence.delete(page)
    read_again(stack)
    before = len(stack.claude.message_requests)

    assert "basement" not in shown(answered(stack, question))
    assert told_claude(stack, question, after=before)
    ask(stack, question, thread_ts=root)
    assert "basement" not in shown(answer(stack, root, number=2))
    assert not told_claude(stack, "basement", after=before)


def test_a_guest_is_told_nothing_of_the_wiki_not_even_in_a_members_thread(stack: Stack) -> None:
    words = "The roof terrace opens with the badge."
    stack.confluence.put(SPACE, "Roof terrace", f"<p>{words}</p>")
    read_again(stack)
    question = "how do I open the roof terrace?"
    root = ask(stack, question)
    assert f"{words} [1]" in shown(answer(stack, root))
    before = len(stack.claude.message_requests)

    ask(stack, question, user=GUEST, thread_ts=root)

    assert "full members" in answer(stack, root, number=2).text
    results = [body for body in told_claude(stack, question, after=before) if '"search_result"' in body]
    assert results == []


def test_a_resolved_issue_is_cited_to_who_may_browse_it_and_hidden_from_who_may_not(stack: Stack) -> None:
    seen = answered(stack, COPIER, user=LINUS)
    assert "Swap the fuser tray of the Zebrafish copier" in shown(seen)
    assert f"({stack.jira_url}/browse/ARCH-" in shown(seen)
    before = len(stack.claude.message_requests)

    hidden = answered(stack, COPIER, user=ADA)

    assert "found nothing" in shown(hidden)
    assert "fuser" not in shown(hidden)
    assert told_claude(stack, COPIER, after=before)
    assert not told_claude(stack, "fuser", after=before)


def test_what_was_cited_to_one_is_not_used_again_for_another_who_may_not_browse_it(stack: Stack) -> None:
    root = ask(stack, COPIER, user=LINUS)
    assert "fuser tray" in shown(answer(stack, root))
    before = len(stack.claude.message_requests)

    ask(stack, COPIER, user=ADA, thread_ts=root)

    assert "fuser" not in shown(answer(stack, root, number=2))
    assert not told_claude(stack, "search_result", after=before)


def test_the_demos_wiki_and_documents_open_where_their_links_lead(tmp_path: Path) -> None:
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    with Stack(beat=False, settings=settings_of(address, {}), folder=tmp_path) as demo:
        page = Running(Page(demo).make_app, port=port)
        within(lambda: times_read(demo), "the first reading")
        document = shown(answered(demo, "how do I reset my VPN password?"))
        wiki = shown(answered(demo, "how do I borrow a loan laptop?"))
        links = [text.rsplit("](", 1)[1].split(")")[0] for text in (document, wiki)]

        assert links[0].startswith(f"{address}/documents/")
        assert links[1].startswith(demo.confluence_url)
        assert "<h2>Reset your VPN password</h2>" in opened(links[0])
        assert "Book a loan laptop" in opened(links[1])
        page.stop()
