"""Socket Mode loses nothing when connections go: refreshed, cut, or silent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot import socket_link
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, settings_for, wait_for
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration


class Wire:
    """A TCP forwarder whose open connections can fall silent while new ones still pass."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._silent_before = 0
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._start(self._accept)

    def silence(self) -> None:
        """From now on nothing passes over the connections that are open; nobody is told."""
        self._silent_before = len(self._ends)

    def close(self) -> None:
        for end in (self._server, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(5)
        for end in (self._server, *self._ends):
            end.close()

    def _start(self, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [near, far]
                self._start(self._copy, near, far, len(self._ends))
                self._start(self._copy, far, near, len(self._ends))

    def _copy(self, source: socket.socket, sink: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if number > self._silent_before:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def boxes(redis_server: RedisServer) -> Mailboxes:
    client = connect(redis_server.url)
    client.flushall()
    return Mailboxes(client, ttl_seconds=3_600)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    stand_in.slack.deliveries.redelivery_seconds = (0.2, 0.5, 1.0)
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


@pytest.fixture
def listener(slack: SlackStandIn, redis_server: RedisServer, boxes: Mailboxes) -> Iterator[RunningListener]:
    assert boxes.waiting() == 0
    running = RunningListener(settings_for(slack.workspace.base_url, redis_server.url, mode="socket"))
    wait_for(lambda: slack.connections == 2)
    yield running
    running.stop()


def all_acked(slack: SlackStandIn) -> bool:
    return slack.events_under_way == 0 and all(delivery.is_acked for delivery in slack.deliveries)


def test_a_refresh_under_load_delays_and_loses_nothing(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    for number in range(60):
        slack.say("general", "ada", f"{slack.mention} {number}")
        if number % 20 == 10:
            slack.disconnect("refresh_requested")
    wait_for(lambda: all_acked(slack))
    assert boxes.waiting() == 60
    assert [delivery.attempts for delivery in slack.deliveries] == [1] * 120
    wait_for(lambda: slack.connections == 2)
    assert listener.is_ready()


def test_cut_connections_come_again_and_lose_nothing(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    for number in range(30):
        slack.say("general", "ada", f"{slack.mention} {number}")
        if number % 10 == 5:
            slack.cut_connections()
            wait_for(lambda: slack.connections > 0)
    wait_for(lambda: all_acked(slack))
    assert boxes.waiting() == 30
    assert listener.is_ready()


def test_a_connection_that_fell_silent_is_replaced(
    slack: SlackStandIn, redis_server: RedisServer, boxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_link, "HEARTBEAT_SECONDS", 0.5)
    slack.slack.deliveries.ack_seconds = 0.5
    wire = Wire(int(slack.workspace.base_url.rpartition(":")[2]))
    running = RunningListener(settings_for(f"http://127.0.0.1:{wire.port}", redis_server.url, mode="socket"))
    try:
        wait_for(lambda: slack.connections == 2)
        wire.silence()
        slack.say("general", "ada", f"{slack.mention} can you hear me?")
        wait_for(lambda: all_acked(slack))
        assert boxes.waiting() == 1
        assert running.is_ready()
    finally:
        running.stop()
        wire.close()


def test_it_keeps_trying_while_slack_refuses_connections(
    slack: SlackStandIn, redis_server: RedisServer, boxes: Mailboxes
) -> None:
    slack.faults.add(Fault(operation="apps.connections.open", kind="error", error="internal_error", times=4))
    running = RunningListener(settings_for(slack.workspace.base_url, redis_server.url, mode="socket"))
    try:
        wait_for(running.is_ready)
        slack.say("general", "ada", f"{slack.mention} hello?")
        wait_for(lambda: slack.deliveries and all_acked(slack))
        assert boxes.waiting() == 1
    finally:
        running.stop()


def test_it_leaves_at_once_and_in_order(listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes) -> None:
    slack.say("general", "ada", f"{slack.mention} before you go")
    wait_for(lambda: all_acked(slack))
    assert listener.stop() < 3
    wait_for(lambda: slack.connections == 0)
    assert boxes.waiting() == 1


def test_a_disconnect_with_events_in_flight_loses_nothing_and_doubles_nothing(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    slack.delivery.ack_seconds = 1.0
    redis_server.pause()
    for number in range(10):
        slack.say("general", "ada", f"{slack.mention} {number}")
    slack.disconnect("refresh_requested")
    wait_for(lambda: slack.connections > 2 or any(delivery.attempts > 1 for delivery in slack.deliveries))
    redis_server.resume()
    wait_for(lambda: all_acked(slack))
    assert boxes.waiting() == 10
    wait_for(listener.is_ready)


def test_connections_that_are_cut_with_events_in_flight_bring_them_again_once(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    slack.delivery.ack_seconds = 1.0
    redis_server.pause()
    for number in range(10):
        slack.say("general", "ada", f"{slack.mention} {number}")
    slack.cut_connections()
    wait_for(lambda: slack.connections > 0)
    redis_server.resume()
    wait_for(lambda: all_acked(slack))
    assert boxes.waiting() == 10
    wait_for(listener.is_ready)


def test_acks_that_come_too_late_bring_an_event_again_and_no_second_answer(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, redis_server: RedisServer
) -> None:
    slack.delivery.ack_seconds = 0.3
    slack.delivery.redelivery_seconds = (0.2,) * 20
    redis_server.pause()
    slack.say("general", "ada", f"{slack.mention} hello?")
    wait_for(lambda: all(delivery.attempts > 1 for delivery in slack.deliveries))
    redis_server.resume()
    wait_for(lambda: all_acked(slack))
    assert boxes.waiting() == 1
    wait_for(listener.is_ready)
