"""Drafts outlive the processes: what is pressed while nobody works is done later, and what was sent is not repeated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.drafting import ASKING, CREATE, filed, offers, press, propose, sent, shows_filed
from tests.e2e.support import GRACE, cards, within

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("restarts")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


def kill_workers(stack: Stack) -> None:
    for worker in stack.workers:
        worker.kill()
    stack.workers.clear()


def test_a_click_while_no_worker_runs_is_done_when_one_starts(stack: Stack) -> None:
    shown = propose(stack, "Elevator stuck")
    kill_workers(stack)
    press(stack, shown, "draft_create")
    press(stack, shown, "draft_create", GRACE)
    assert sent(stack, "Elevator stuck") == []

    stack.start_worker()
    stack.wait_until_ready()

    shows_filed(shown)
    assert len(filed(stack, "Elevator stuck")) == 1


def test_a_click_after_a_restart_of_every_process_files_the_draft(stack: Stack) -> None:
    shown = propose(stack, "Escalator stuck")
    (web,) = stack.web
    assert web.stop() == 0
    stack.web.clear()
    assert all(worker.stop() == 0 for worker in stack.workers)
    stack.workers.clear()
    stack.start_web()
    stack.start_worker()
    stack.wait_until_ready()
    within(lambda: stack.slack.connections, "the new listener's connection")

    press(stack, shown, "draft_create")

    shows_filed(shown)
    assert len(filed(stack, "Escalator stuck")) == 1
    assert len(cards(stack, shown.thread_ts or "")) == 1


@pytest.mark.timeout(180)
def test_a_worker_killed_while_it_waits_for_jira_sends_nothing_again_and_a_person_is_asked(stack: Stack) -> None:
    shown = propose(stack, "Stairs are slippery")
    stack.jira.faults.add(Fault(operation=CREATE, kind="hang", seconds=60))
    press(stack, shown, "draft_create")
    within(lambda: sent(stack, "Stairs are slippery"), "the create")
    kill_workers(stack)
    stack.start_worker()
    stack.wait_until_ready()

    offers(shown, ASKING, seconds=45)
    assert len(sent(stack, "Stairs are slippery")) == 1
    press(stack, shown, "filing_force", GRACE)
    shows_filed(shown)
    assert len(filed(stack, "Stairs are slippery")) == 1


@pytest.mark.timeout(180)
def test_a_worker_that_is_told_to_stop_while_it_files_leaves_one_issue(stack: Stack) -> None:
    shown = propose(stack, "Carpet is torn")
    stack.jira.faults.add(Fault(operation=CREATE, kind="delay", seconds=3))
    press(stack, shown, "draft_create")
    within(lambda: sent(stack, "Carpet is torn"), "the create")
    (leaving,) = stack.workers
    stack.workers.clear()
    leaving.terminate()
    stack.start_worker()
    stack.wait_until_ready()

    assert leaving.wait(15) == 0
    shows_filed(shown, seconds=45)
    assert len(sent(stack, "Carpet is torn")) == len(filed(stack, "Carpet is torn")) == 1
