"""What tests of drafts and changes open with: the usual processes, and a Jira that is well again after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.stack import Stack
from tests.e2e.support import jira_is_well_again


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Two workers and no beat; files that need other processes start their own."""
    folder: Path = tmp_path_factory.mktemp("stack")
    with Stack(workers=2, beat=False, folder=folder) as stack:
        yield stack


@pytest.fixture
def mended_jira(stack: Stack) -> Iterator[None]:
    """Take back after a test what it did to Jira."""
    yield
    jira_is_well_again(stack)
    stack.jira.index_delay_seconds = 0


@pytest.fixture
def mended_files(stack: Stack) -> Iterator[None]:
    """Take back after a test what it did to files and their ways."""
    yield
    for stand_in in (stack.slack, stack.jira):
        stand_in.faults.clear()
    stack.claude.scripts.clear()
    stack.slack.slack.scopes.add("files:read")
    stack.jira.site.may_not_attach.clear()
