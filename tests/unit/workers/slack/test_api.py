"""How calls are limited, counted, and how their failures are told apart."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from sandbox.faults import Fault
from tests.unit.workers.slack.world import ADA, CHANNEL, World
from workers.errors import Misconfigured, ReplyGone, SlackRefused, SlackUnavailable
from workers.slack.api import SlackClients
from workers.slack.refusals import error_of_answer

pytestmark = pytest.mark.integration


def test_a_call_returns_slacks_answer_and_is_counted(world: World) -> None:
    answer = world.api.call("users.info", user=ADA)
    assert answer["user"]["id"] == ADA
    assert world.counted("users.info", "ok") == 1


def test_a_second_post_in_the_same_second_waits_for_its_place(world: World) -> None:
    world.api.call("chat.postMessage", channel=CHANNEL, text="one", sleep=world.sleep)
    began = world.now
    world.api.call("chat.postMessage", channel=CHANNEL, text="two", sleep=world.sleep)
    assert world.now - began == pytest.approx(1.05)
    assert not world.standin.limits.refused


def test_a_call_without_a_place_is_not_sent(world: World) -> None:
    world.api.call("chat.postMessage", channel=CHANNEL, text="one")
    with pytest.raises(SlackUnavailable) as refused:
        world.api.call("chat.postMessage", channel=CHANNEL, text="two", max_wait_seconds=0)
    assert not refused.value.was_sent
    assert world.calls("chat.postMessage") == 1
    assert world.counted("chat.postMessage", "no_place") == 1


def test_a_429_stops_all_processes_for_as_long_as_slack_says(world: World) -> None:
    fault = Fault(operation="users.info", kind="status", status=429, headers={"Retry-After": "7"})
    world.standin.faults.add(fault.model_copy(update={"body": {"ok": False, "error": "ratelimited"}}))
    with pytest.raises(SlackUnavailable) as refused:
        world.api.call("users.info", user=ADA)
    assert (refused.value.was_sent, refused.value.retry_after_seconds) == (False, 7.0)

    with pytest.raises(SlackUnavailable):
        world.api.call("users.info", user=ADA, max_wait_seconds=0)
    world.sleep(7)
    assert world.api.call("users.info", user=ADA)["ok"]
    assert world.calls("users.info") == 2


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_may_have_been_a_post_and_is_not_sent_again(world: World, kind: str) -> None:
    world.standin.faults.add(Fault.model_validate({"operation": "chat.postMessage", "kind": kind}))
    with pytest.raises(SlackUnavailable) as lost:
        world.api.call("chat.postMessage", channel=CHANNEL, text="one")
    assert lost.value.was_sent
    assert world.calls("chat.postMessage") == 1


def test_a_refused_connection_proves_that_nothing_was_sent(world: World) -> None:
    nobody = SlackClients(SecretStr("xoxb-1"), "http://127.0.0.1:1/api/", world.limiter, world.metrics)
    with pytest.raises(SlackUnavailable) as refused:
        nobody.of(world.team_id).call("chat.postMessage", channel=CHANNEL, text="one")
    assert not refused.value.was_sent


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_slack_may_have_taken_the_call(world: World, status: int) -> None:
    world.standin.faults.add(Fault(operation="chat.postMessage", kind="status", status=status, body="<html>"))
    with pytest.raises(SlackUnavailable) as broken:
        world.api.call("chat.postMessage", channel=CHANNEL, text="one")
    assert broken.value.was_sent


def test_a_channel_that_is_gone_is_told_from_a_call_that_is_wrong(world: World) -> None:
    with pytest.raises(ReplyGone):
        world.api.call("chat.postMessage", channel="C0NOWHERE", text="one")
    with pytest.raises(SlackRefused) as wrong:
        world.api.call("chat.postMessage", channel=CHANNEL, text="")
    assert not isinstance(wrong.value, ReplyGone)


def test_a_wrong_token_is_for_the_operator_and_shows_no_token(world: World) -> None:
    clients = SlackClients(SecretStr("xoxb-wrong"), world.base_url, world.limiter, world.metrics)
    with pytest.raises(Misconfigured) as refused:
        clients.of(world.team_id).call("users.info", user=ADA)
    assert "invalid_auth" in refused.value.operator_message
    assert "invalid_auth" not in refused.value.user_message
    assert "xoxb" not in refused.value.operator_message
    assert world.counted("users.info", "misconfigured") == 1


def test_a_page_of_a_proxy_is_no_error_code() -> None:
    error = error_of_answer("users.info", 200, "Received a response in a non-JSON format: <html>")
    assert isinstance(error, SlackUnavailable)
    assert "html" not in str(error)
