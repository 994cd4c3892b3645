"""A question is answered from documents, with numbered sources that outlast changes and kills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import Reply, reply, text, tool
from sandbox.claude.standin import Pacing
from sandbox.slack.messages import Message, words_of
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import words
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, RUNGS, answer, ask, replies, within
from workers.state.knowledge import KnowledgeStore
from workers.views import failures

pytestmark = pytest.mark.e2e

QUESTION = "how do I reset my VPN password?"
SLOWLY = Pacing(first_token_seconds=0.05, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 40))
SOURCES = (
    "**Sources**\n1. [VPN guide \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Reset](https://docs.example.com/vpn.md)"
)

CITED = {
    "type": "search_result_location",
    "cited_text": "x",
    "search_result_index": 0,
    "start_block_index": 0,
    "end_block_index": 1,
    "source": "https://docs.example.com/vpn.md",
    "title": "VPN guide \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Reset",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "vpn.md").write_text("# VPN guide\n\n## Reset\n\nA VPN password is reset in the portal.\n")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    return folder


@pytest.fixture(params=RUNGS)
def stack(request: pytest.FixtureRequest, tmp_path: Path, folder: Path) -> Iterator[Stack]:
    settings = {**RUNGS[request.param], "KNOWLEDGE_DIRS": f"{folder}=https://docs.example.com/"}
    with Stack(workers=2, beat=False, settings=settings, folder=tmp_path, pace=SLOWLY) as stack:
        within(lambda: times_read(stack) or None, "the first reading")
        yield stack


def shown(message: Message) -> str:
    """Return what stands in the message itself, also where its text is for notifications only."""
    return next((block["text"] for block in message.blocks or () if block["type"] == "markdown"), message.text)


def times_read(stack: Stack) -> int:
    return sum(worker.log_text().count('"knowledge_read"') for worker in stack.workers)


def test_a_question_is_answered_with_numbered_sources_for_members_only(stack: Stack) -> None:
    asked, strange, guest = (
        ask(stack, QUESTION),
        ask(stack, "how do I bake sourdough?"),
        ask(stack, QUESTION, user=GUEST),
    )

    done = answer(stack, asked)

    assert "A VPN password is reset in the portal. [1]" in done.text
    assert shown(done).endswith(SOURCES)
    assert "found nothing" in answer(stack, strange).text
    assert "full members" in answer(stack, guest).text


def test_a_model_that_searches_the_documents_in_a_circle_is_told_and_then_ended(stack: Stack) -> None:
    def search(_body: object) -> Reply:
        return reply(tool("knowledge_search", {"query": "reset the VPN password"}))

    stack.claude.script(search, when="in a circle", forever=True)

    assert words_of(answer(stack, ask(stack, "turn in a circle"))) == failures.IN_A_CIRCLE

    asked = [kept.body["messages"][-1] for kept in stack.claude.message_requests if kept.body.get("tools")]
    assert ["Don't make it again" in str(last) for last in asked] == [False, False, False, True]
    assert all(kept.status == 200 for kept in stack.claude.message_requests)


def test_a_document_that_changed_gives_another_answer_after_the_next_reading(stack: Stack, folder: Path) -> None:
    answer(stack, ask(stack, QUESTION))
    documents = KnowledgeStore(connect(stack.redis_url))
    before = documents.generation()
    (folder / "vpn.md").write_text("# VPN guide\n\n## Reset\n\nA VPN password is reset by the service desk.\n")
    stack.start_worker()  # Each worker asks for a reading at its start.
    within(lambda: documents.generation() > before or None, "the change to be read")

    done = answer(stack, ask(stack, QUESTION))

    assert "reset by the service desk. [1]" in done.text


def test_a_worker_that_takes_over_gives_the_sources_their_numbers_again(stack: Stack) -> None:
    stack.claude.script(
        reply(tool("knowledge_search", {"query": "vpn password"})),
        reply(text("It is in the portal.") | {"citations": [CITED]}, tool("knowledge_search", {"query": "vpn reset"})),
        reply(STORY),
        reply(STORY),
    )
    ts = ask(stack, "tell me a long story of the VPN")
    within(lambda: [m for m in replies(stack, ts) if "number 3" in m.text], "text after the search")
    busy = next(worker for worker in stack.workers if f'"message": "{ts}"' in worker.log_text())
    busy.kill()

    done = answer(stack, ts)

    assert done.text.startswith("It is in the portal. [1]")
    assert done.text.count("[1]") == 1
    assert shown(done).endswith(SOURCES)


def test_an_answer_that_is_stopped_lists_the_sources_whose_numbers_stand_in_it(stack: Stack) -> None:
    stack.claude.script(
        reply(tool("knowledge_search", {"query": "vpn password"})),
        reply(text("It is in the portal.") | {"citations": [CITED]}, text(f"\n\n{STORY}")),
    )
    ts = ask(stack, "tell me a story of the VPN that is stopped")
    within(lambda: [m for m in replies(stack, ts) if "number 3" in shown(m)] or None, "text behind the number")
    stack.slack.stop(CHANNEL, ts, ADA)

    done = within(lambda: next((m for m in replies(stack, ts) if "**Sources**" in shown(m)), None), "the sources")

    assert shown(done).startswith("It is in the portal. [1]")
    assert "Stopped" in shown(done)
    assert shown(done).endswith(SOURCES)


def test_admins_see_how_far_the_reading_is_and_what_is_left_out_and_why(stack: Stack) -> None:
    def home(user: str) -> str | None:
        view = stack.slack.homes.get(user)
        said = words(view.body["blocks"]) if view else ""
        return said if "Your open drafts" in said else None

    stack.slack.open_home(GRACE)
    stack.slack.open_home(ADA)
    seen = within(lambda: home(GRACE), "the admin's home")

    assert "docs: 1 document, 1 left out, read <!date^" in seen
    assert "_bad.pdf_ is left out: it is damaged" in seen
    assert "Documents that I search" not in within(lambda: home(ADA), "another one's home")
    stack.slack.command(CHANNEL, GRACE, "/jira", "usage")

    def told() -> str | None:
        pages = (words(hint.blocks or []) for hint in stack.slack.ephemerals if hint.user == GRACE)
        return next((page for page in pages if "Documents that I search" in page), None)

    line = within(told, "the line on the usage page")
    assert "documents from 2 sources" in line
    assert "1 could not be read" in line
