"""Everything that goes wrong with the API, played on demand and seen through the real SDK."""

from __future__ import annotations

from collections.abc import Callable

import anthropic
import httpx2
import pytest

from sandbox.claude import DEFAULT_KEY, ClaudeStandIn, reply
from sandbox.claude.faulty import overloaded, rate_limited, spend_limit
from sandbox.faults import Fault

Ask = Callable[..., anthropic.types.Message]


def test_overload_is_529_and_passes(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.faults.add(overloaded(times=2))

    for _ in range(2):
        with pytest.raises(anthropic.InternalServerError) as caught:
            ask("hello")
        assert caught.value.status_code == 529
        assert caught.value.type == "overloaded_error"

    assert ask("hello").stop_reason == "end_turn"


def test_the_sdk_tries_again_by_itself(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.faults.add(rate_limited(0))

    message = client.with_options(max_retries=1).messages.create(
        model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "hello"}]
    )

    assert message.stop_reason == "end_turn"
    assert [request.status for request in claude.message_requests] == [429, 200]


def test_a_spend_limit_has_its_own_error(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.faults.add(spend_limit())

    with pytest.raises(anthropic.RateLimitError) as caught:
        ask("hello")

    assert caught.value.error_code == "enforced_spend_limit_reached"
    assert "retry-after" not in caught.value.response.headers


def test_an_error_event_strikes_in_the_middle(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.faults.add(Fault(operation="messages", kind="error", error="overloaded_error", after_events=4))

    with pytest.raises(anthropic.APIStatusError) as caught:
        ask("hello")

    assert caught.value.status_code == 200
    assert caught.value.type == "overloaded_error"
    assert claude.message_requests[0].events_sent == 4
    assert not claude.message_requests[0].is_finished


@pytest.mark.parametrize("after_events", [0, 1, 5])
def test_the_connection_is_cut_after_so_many_events(claude: ClaudeStandIn, ask: Ask, after_events: int) -> None:
    claude.faults.add(Fault(operation="messages", kind="drop_after", after_events=after_events))

    with pytest.raises(httpx2.HTTPError):
        ask("hello")

    assert claude.message_requests[0].events_sent == after_events


def test_a_connection_cut_before_the_work_leaves_the_script_for_the_next(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply("still here"))
    claude.faults.add(Fault(operation="messages", kind="drop_before"))
    claude.faults.add(Fault(operation="messages", kind="drop_after", after_events=3))

    for _ in range(2):
        with pytest.raises((httpx2.HTTPError, anthropic.APIConnectionError)):
            ask("hello")

    assert ask("hello").content[0].to_dict()["text"] == "still here"


@pytest.mark.parametrize("after_events", [0, 4])
def test_silence_runs_into_the_read_timeout(
    claude: ClaudeStandIn, client: anthropic.Anthropic, after_events: int
) -> None:
    claude.faults.add(Fault(operation="messages", kind="hang", seconds=30, after_events=after_events))
    impatient = client.with_options(timeout=anthropic.Timeout(0.3, connect=5))

    with (
        pytest.raises((httpx2.ReadTimeout, anthropic.APITimeoutError)),
        impatient.messages.stream(
            model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "hello"}]
        ) as stream,
    ):
        stream.until_done()


def test_pings_alone_keep_the_connection_but_say_nothing(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.pacing.ping_seconds = 0.05
    claude.faults.add(Fault(operation="messages", kind="hang", error="ping", seconds=0.5, after_events=4))
    impatient = client.with_options(timeout=anthropic.Timeout(0.3, connect=5))

    with (
        pytest.raises(httpx2.RemoteProtocolError),
        impatient.messages.stream(
            model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "hello"}]
        ) as stream,
    ):
        stream.until_done()


def test_an_error_without_a_stream_is_an_http_error(claude: ClaudeStandIn, client: anthropic.Anthropic) -> None:
    claude.faults.add(Fault(operation="messages", kind="error", error="overloaded_error"))

    with pytest.raises(anthropic.InternalServerError):
        client.messages.create(
            model="claude-sonnet-5-5", max_tokens=100, messages=[{"role": "user", "content": "hello"}]
        )


def test_faults_and_scripts_can_be_set_from_another_process(url: str, ask: Ask) -> None:
    fault = {"operation": "messages", "kind": "status", "status": 500}
    httpx2.post(f"{url}/_control/faults", json=fault).raise_for_status()
    with pytest.raises(anthropic.InternalServerError):
        ask("hello")
    httpx2.post(f"{url}/_control/faults", json=fault | {"times": -1}).raise_for_status()
    httpx2.post(f"{url}/_control/clear_faults").raise_for_status()
    script = {"replies": [{"blocks": ["planned", {"type": "tool_use", "name": "jira_search", "input": {}}]}]}
    httpx2.post(f"{url}/_control/script", json=script).raise_for_status()

    message = ask("hello")

    assert [block.type for block in message.content] == ["text", "tool_use"]
    shown = httpx2.get(f"{url}/_control/state").json()
    assert [request["status"] for request in shown["requests"]] == [500, 200]
    assert shown["requests"][1]["usage"]["output_tokens"] > 0
    assert DEFAULT_KEY not in str(shown)


def test_a_malformed_fault_is_refused(url: str) -> None:
    assert httpx2.post(f"{url}/_control/faults", json={"kind": "fire"}).status_code == 400
    assert httpx2.post(f"{url}/_control/script", json={"when": "x"}).status_code == 400
