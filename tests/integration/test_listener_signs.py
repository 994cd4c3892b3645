"""The first sign of a question that was answered before it: it does not stay below the answer."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.slack import SlackStandIn
from tests.integration.listener_harness import RunningListener, conversation_of, mail, wait_for
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

SET_STATUS = "assistant.threads.setStatus"


def test_a_sign_that_came_too_late_is_taken_back_though_slack_refuses_that_at_first(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    refusal = {"Retry-After": "1"}
    slack.faults.add(Fault(operation=SET_STATUS, kind="delay", seconds=1))
    slack.faults.add(Fault(operation=SET_STATUS, kind="status", status=429, headers=refusal))
    place = conversation_of(slack, "general", slack.say("general", "ada", f"{slack.mention} the export hangs"))
    wait_for(lambda: boxes.has_mail(place.box))
    mail(boxes, place)  # As a worker does that is faster than the sign.

    statuses = wait_for(lambda: len(slack.statuses) == 2 and slack.statuses)
    assert [each.status for each in statuses] == ["is thinking…", ""]
    assert listener.is_ready()
