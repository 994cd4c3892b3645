"""Files around a message whose form is filled by the fast model: it is shown what is in them, as far as time allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.slack.people import NewFile
from sandbox.stack import Stack
from tests.e2e.drafting import JUDGEMENT
from tests.e2e.support import ADA, CHANNEL, GRACE
from tests.e2e.support_views import modal, value
from tests.sample_files import png

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("form_files")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _all_is_well_again(stack: Stack) -> Iterator[None]:
    yield
    stack.slack.faults.clear()
    for view in stack.slack.views.get(GRACE, []):
        stack.slack.close_view(GRACE, view.id)


def filled(**values: str) -> Any:
    """Return what the fast model says to fill in a form."""
    usual = {"summary": "", "description": "", "issue_type": "Task", "priority": ""}
    return reply(json.dumps(JUDGEMENT | usual | values))


def test_the_fast_model_reads_the_files_and_fills_the_form(stack: Stack) -> None:
    log = NewFile("press.log", b"starting\nE4711: paper jam in tray 2\n")
    ts = stack.slack.say(CHANNEL, ADA, "See the log.", files=[log, NewFile("press.png", png())])
    stack.claude.script(filled(summary="Paper jam in tray 2", description="See *E4711*."), when="E4711: paper jam")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")

    form = modal(stack, GRACE)
    assert (value(form, "summary"), value(form, "description")) == ("Paper jam in tray 2", "See *E4711*.")
    (message,) = stack.claude.structured_requests[-1].body["messages"]
    assert "image" in [block["type"] for block in message["content"]]
    assert "[attached: press.log, " in message["content"][-1]["text"]


def test_a_file_that_does_not_come_in_time_is_known_by_its_name(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "See what hangs.", files=[NewFile("slow.log", b"never read")])
    stack.slack.faults.add(Fault(operation="files.download", kind="hang", seconds=5, times=-1))
    stack.claude.script(filled(summary="Something hangs"), when="slow.log")
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    assert value(modal(stack, GRACE), "summary") == "Something hangs"
    assert "never read" not in str(stack.claude.structured_requests[-1].body)
