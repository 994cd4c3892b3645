"""Jira down for so long that nobody calls it any more: what was confirmed is filed later, once, and people hear so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import filed, is_told, press, propose, sent, shows_filed
from tests.e2e.support import ADA, within
from workers.patience import PATIENCE_SECONDS
from workers.state.outages import MOST_FAILURES, Outages

pytestmark = pytest.mark.e2e

DOWN = "sb:wall:jira:down"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(workers=2, folder=tmp_path) as stack:
        yield stack


@pytest.mark.timeout(240)
def test_what_is_confirmed_in_an_outage_is_filed_once_when_it_is_over(stack: Stack) -> None:
    shown = propose(stack, "Lift is stuck")
    # Nothing of a create is taken: it is certain that Jira does not have it.
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, headers={"Retry-After": "1"}, times=-1))
    client = connect(stack.redis_url)
    outages = Outages(client, "jira")
    try:
        # What other processes meet of it: nobody calls Jira any more, and as it is still down after that, for longer.
        for _ in range(MOST_FAILURES):
            outages.failed()
        within(lambda: not client.exists(DOWN), "the end of the first pause")
        outages.failed()
        assert client.pttl(DOWN) > PATIENCE_SECONDS * 1000
        press(stack, shown, "draft_create")
        told = is_told(stack, ADA, "does not answer right now")
        assert sent(stack, "Lift is stuck") == []
    finally:
        stack.jira.faults.clear()
        client.close()

    assert "I file the draft by myself" in told
    shows_filed(shown, seconds=120)
    assert len(filed(stack, "Lift is stuck")) == len(sent(stack, "Lift is stuck")) == 1
    within(lambda: shown.action_ids == [], "no button left")
