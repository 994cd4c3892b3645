"""The limiter against a real server: exact windows, reservations, pauses, many callers at once."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import uuid

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clients import connect
from workers.errors import StateUnavailable
from workers.state.limiter import Budget, Grant, Hold, Limiter, Wait
from workers.state.slack_budgets import budgets_of

pytestmark = pytest.mark.integration


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(redis_client: redis.Redis, clock: Clock) -> Limiter:
    return Limiter(redis_client, clock=clock)


def budget(limit: int = 3, window: float = 60, headroom: int = 0) -> Budget:
    return Budget(f"{{t}}:{uuid.uuid4().hex}", limit, window, headroom)


def test_only_so_many_calls_fit_into_any_window(limiter: Limiter, clock: Clock) -> None:
    calls = budget(limit=3, window=60)
    for _ in range(3):
        assert isinstance(limiter.acquire([calls], priority=True), Grant)
        clock.now += 10

    assert limiter.acquire([calls], priority=True) == Wait(30.0)
    clock.now += 30
    assert isinstance(limiter.acquire([calls], priority=True), Grant)
    assert limiter.acquire([calls], priority=True) == Wait(10.0)


def test_several_budgets_are_taken_together_or_not_at_all(limiter: Limiter) -> None:
    wide, narrow = budget(limit=10), budget(limit=1)
    assert isinstance(limiter.acquire([wide, narrow], priority=True), Grant)
    for _ in range(5):
        assert isinstance(limiter.acquire([wide, narrow], priority=True), Wait)

    granted = limiter.acquire([wide], priority=True)
    assert isinstance(granted, Grant)
    assert granted.room == 8


def test_interim_calls_leave_headroom_to_final_ones(limiter: Limiter) -> None:
    calls = budget(limit=5, headroom=2)
    granted = [isinstance(limiter.acquire([calls], priority=False), Grant) for _ in range(5)]
    assert granted == [True, True, True, False, False]
    assert isinstance(limiter.acquire([calls], priority=True), Grant)
    assert isinstance(limiter.acquire([calls], priority=True), Grant)
    assert isinstance(limiter.acquire([calls], priority=True), Wait)


def test_a_reserved_call_may_always_be_made(limiter: Limiter, clock: Clock) -> None:
    calls = budget(limit=3)
    assert limiter.reserve(Hold(calls, "mine", 600))
    while isinstance(limiter.acquire([calls], priority=True), Grant):
        clock.now += 1

    assert isinstance(limiter.acquire([calls], priority=True, reservation="mine"), Grant)
    assert isinstance(limiter.acquire([calls], priority=True, reservation="mine"), Wait), "it is used up"


def test_no_reservation_is_given_that_could_not_be_kept(limiter: Limiter) -> None:
    calls = budget(limit=3)
    limiter.acquire([calls], priority=True)
    assert limiter.reserve(Hold(calls, "a", 600))
    assert limiter.reserve(Hold(calls, "b", 600))
    assert not limiter.reserve(Hold(calls, "c", 600))
    assert limiter.reserve(Hold(calls, "a", 600)), "extending needs no new place"
    limiter.release(calls, "a")
    assert limiter.reserve(Hold(calls, "c", 600))


def test_the_reservation_of_a_dead_holder_goes_by_itself(limiter: Limiter, clock: Clock) -> None:
    calls = budget(limit=1)
    assert limiter.reserve(Hold(calls, "dead", 30))
    assert isinstance(limiter.acquire([calls], priority=True), Wait)
    clock.now += 30
    assert isinstance(limiter.acquire([calls], priority=True), Grant)


def test_a_post_and_its_closing_update_are_granted_together(limiter: Limiter) -> None:
    post, update = budget(limit=1), budget(limit=1)
    assert limiter.reserve(Hold(update, "another reply", 600))
    hold = Hold(update, "mine", 600)
    assert isinstance(limiter.acquire([post], priority=False, hold=hold), Wait)
    limiter.release(update, "another reply")
    assert isinstance(limiter.acquire([post], priority=False, hold=hold), Grant)
    assert isinstance(limiter.acquire([update], priority=True, reservation="mine"), Grant)


def test_a_call_and_a_new_place_in_one_budget_need_two(limiter: Limiter) -> None:
    calls = budget(limit=1)
    assert isinstance(limiter.acquire([calls], priority=True, hold=Hold(calls, "x", 600)), Wait)
    pair = budget(limit=2)
    assert isinstance(limiter.acquire([pair], priority=True, hold=Hold(pair, "x", 600)), Grant)
    assert isinstance(limiter.acquire([pair], priority=True), Wait)


def test_nothing_is_granted_during_a_pause_and_the_longest_pause_counts(limiter: Limiter, clock: Clock) -> None:
    calls = budget()
    limiter.pause(calls, 30)
    limiter.pause(calls, 7)
    assert limiter.acquire([calls], priority=True) == Wait(30.0)
    clock.now += 30
    assert isinstance(limiter.acquire([calls], priority=True), Grant)


def test_a_waiting_final_call_goes_before_interim_ones(limiter: Limiter, clock: Clock) -> None:
    calls = budget(limit=1, window=1.5)
    assert isinstance(limiter.acquire([calls], priority=False), Grant)
    seen: list[object] = []

    def look_then_let_time_pass(seconds: float) -> None:
        clock.now += seconds
        seen.append(limiter.acquire([calls], priority=False))

    answer = limiter.acquire([calls], priority=True, max_wait_seconds=60, sleep=look_then_let_time_pass)

    assert isinstance(answer, Grant)
    assert seen
    assert all(isinstance(each, Wait) for each in seen)


def test_a_wait_longer_than_allowed_is_given_back(limiter: Limiter, clock: Clock) -> None:
    calls = budget(limit=1)
    limiter.acquire([calls], priority=True)
    assert limiter.acquire([calls], priority=True, max_wait_seconds=0) == Wait(60.0)
    clock.now += 1
    assert limiter.acquire([calls], priority=True) == Wait(59.0)


def test_many_threads_never_pass_a_window(redis_client: redis.Redis) -> None:
    limiter, calls = Limiter(redis_client), budget(limit=7, window=0.2)
    granted: list[float] = []

    def caller() -> None:
        for _ in range(8):
            answer = limiter.acquire([calls], priority=True, max_wait_seconds=60)
            assert isinstance(answer, Grant)
            granted.append(answer.at_seconds)

    threads = [threading.Thread(target=caller) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(granted) == 48
    assert_spaced(granted, calls)


PROCESS = """
import sys
from tests.clients import connect
from workers.state.limiter import Budget, Grant, Limiter
limiter = Limiter(connect(sys.argv[1]))
for _ in range(10):
    answer = limiter.acquire([Budget(sys.argv[2], 4, 0.2)], priority=True, max_wait_seconds=60)
    assert isinstance(answer, Grant)
    print(repr(answer.at_seconds))
"""


def test_many_processes_never_pass_a_window(redis_url: str) -> None:
    calls = budget(limit=4, window=0.2)
    command = [sys.executable, "-c", PROCESS, redis_url, calls.key]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    granted = [float(line) for process in started for line in process.communicate()[0].split()]

    assert len(granted) == 30
    assert_spaced(granted, calls)


def assert_spaced(granted: list[float], calls: Budget) -> None:
    ordered = sorted(granted)
    for first, beyond in zip(ordered, ordered[calls.limit :], strict=False):
        assert beyond - first >= calls.window_seconds - 1e-6


def test_a_lost_server_is_said_and_nothing_is_granted() -> None:
    limiter = Limiter(connect("redis://127.0.0.1:1/0"))
    with pytest.raises(StateUnavailable):
        limiter.acquire([budget()], priority=True)


def test_slack_methods_have_their_tiers() -> None:
    assert budgets_of("T1", "chat.update")[0].limit == 50
    assert budgets_of("T1", "chat.startStream")[0].limit == 20
    (post,) = budgets_of("T1", "chat.postMessage", "C1")
    assert (post.limit, post.window_seconds) == (1, 1.05)
    assert post.key != budgets_of("T1", "chat.postMessage", "C2")[0].key
    assert budgets_of("T1", "chat.update") != budgets_of("T2", "chat.update")


class Model:
    """The promise in its simplest form: lists that are looked through."""

    def __init__(self, calls: Budget) -> None:
        self.budget = calls
        self.calls: list[float] = []
        self.held: dict[str, float] = {}

    def room(self, now: float, *, leave: int) -> int:
        self.held = {name: ends for name, ends in self.held.items() if ends > now}
        recent = [at for at in self.calls if at > now - self.budget.window_seconds]
        return self.budget.limit - len(recent) - len(self.held) - leave

    def call(self, now: float, *, priority: bool, reservation: str) -> bool:
        own = self.held.get(reservation, 0) > now
        if self.room(now, leave=0 if priority or own else self.budget.headroom) + own < 1:
            return False
        self.held.pop(reservation, None)
        self.calls.append(now)
        return True

    def reserve(self, now: float, name: str, ttl: float) -> bool:
        own = self.held.get(name, 0) > now
        if not own and self.room(now, leave=self.budget.headroom) < 1:
            return False
        self.held[name] = now + ttl
        return True


STEP = st.one_of(
    st.tuples(st.just("call"), st.booleans(), st.sampled_from(["", "a", "b", "c"])),
    st.tuples(st.just("reserve"), st.sampled_from(["a", "b", "c"]), st.sampled_from([5, 40, 100])),
    st.tuples(st.just("release"), st.sampled_from(["a", "b", "c"]), st.none()),
    st.tuples(st.just("pass"), st.integers(1, 40), st.none()),
)


@given(st.lists(STEP, max_size=40), st.integers(1, 5).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_decides_as_the_simple_model_does(
    redis_client: redis.Redis, steps: list[tuple[str, object, object]], size: tuple[int, int]
) -> None:
    clock = Clock()
    limiter, calls = Limiter(redis_client, clock=clock), budget(limit=size[0], window=60, headroom=size[1])
    model = Model(calls)
    for kind, one, two in steps:
        if kind == "pass":
            clock.now += float(str(one))
        elif kind == "release":
            limiter.release(calls, str(one))
            model.held.pop(str(one), None)
        elif kind == "reserve":
            ttl = float(str(two))
            assert limiter.reserve(Hold(calls, str(one), ttl)) == model.reserve(clock.now, str(one), ttl)
        else:
            answer = limiter.acquire([calls], priority=bool(one), reservation=str(two))
            assert isinstance(answer, Grant) == model.call(clock.now, priority=bool(one), reservation=str(two))
    for first, beyond in itertools.pairwise(model.calls[:: calls.limit]):
        assert beyond - first >= calls.window_seconds


def test_a_grant_tells_how_many_hold_a_place_in_the_budget_of_its_hold(limiter: Limiter) -> None:
    appends, stops = budget(limit=10), budget(limit=5)
    for name in ("a", "b"):
        assert limiter.reserve(Hold(stops, name, 300))
    granted = limiter.acquire([appends], priority=False, hold=Hold(stops, "b", 300))
    assert isinstance(granted, Grant)
    assert (granted.room, granted.holders) == (9, 2)
