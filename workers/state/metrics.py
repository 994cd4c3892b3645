"""The figures of all processes: counted locally, summed in Redis, shown by `web`.

Every name of the contract is declared here, so that each has its TYPE line from the start.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

import redis
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

KEY = "sb:metrics"
FLUSH_EVERY_SECONDS = 1.0

COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "supportbot_events_total": ("Slack events heard, by what came of them", ("kind",)),
    "supportbot_turns_total": ("Turns ended, by outcome", ("outcome",)),
    "supportbot_slack_calls_total": ("Calls to Slack", ("method", "outcome")),
    "supportbot_jira_calls_total": ("Calls to Jira", ("operation", "outcome")),
    "supportbot_tokens_total": ("Tokens, by model and kind", ("model", "kind")),
    "supportbot_cost_usd_total": ("Dollars spent on the model", ("model",)),
    "supportbot_fallbacks_total": ("Turns that went on with the fallback model, by that model", ("model",)),
    "supportbot_issues_filed_total": ("Issues filed in Jira", ()),
    "supportbot_knowledge_documents_total": ("Documents of the knowledge, by what came of them", ("outcome",)),
    "supportbot_feedback_total": ("Answers that people rated", ("value",)),
}
HISTOGRAMS: dict[str, tuple[str, tuple[float, ...]]] = {
    "supportbot_first_visible_seconds": (
        "From the event to the first visible sign",
        (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30),
    ),
    "supportbot_turn_seconds": ("From the event to the end of the answer", (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)),
    "supportbot_turn_cost_usd": (
        "Dollars that an answer cost",
        (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    ),
}
QUEUE_DEPTH = "supportbot_queue_depth"


class Metrics:
    """Counts of this process, added to everyone's in Redis once a second; never raises, never blocks its caller."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._pending: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._flusher: threading.Timer | None = None

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        self._add(_field(name, labels), amount)

    def observe(self, name: str, value: float) -> None:
        """Add one observation to a histogram."""
        bucket = next((str(edge) for edge in HISTOGRAMS[name][1] if value <= edge), "+Inf")
        self._add(f"{name}|le={bucket}", 1)
        self._add(f"{name}|sum", value)

    def flush(self) -> None:
        """Write what was counted; what Redis does not take is kept for the next time."""
        with self._lock:
            pending, self._pending = self._pending, Counter()
            self._flusher = None
        try:
            pipe = self._redis.pipeline(transaction=False)
            for field, amount in pending.items():
                pipe.hincrbyfloat(KEY, field, amount)
            pipe.execute()
        except (redis.RedisError, OSError, ValueError):  # ValueError: the client was closed in the middle of it.
            for field, amount in pending.items():
                self._add(field, amount)

    def _add(self, field: str, amount: float) -> None:
        with self._lock:
            self._pending[field] += amount  # type: ignore[assignment]  # a Counter of floats
            if self._flusher is None:
                self._flusher = threading.Timer(FLUSH_EVERY_SECONDS, self.flush)
                self._flusher.daemon = True
                self._flusher.start()


def _field(name: str, labels: dict[str, str]) -> str:
    return "|".join([name, *(f"{key}={labels[key]}" for key in COUNTERS[name][1])])


class Collector:
    """Reads the sums for prometheus_client's exposition."""

    def __init__(self, sums: dict[str, float], queue_depth: int) -> None:
        self._sums, self._depth = sums, queue_depth

    def collect(self) -> Iterator[Metric]:
        for name, (text, labels) in COUNTERS.items():
            family = CounterMetricFamily(name, text, labels=labels)
            for field, value in self._fields_of(name):
                family.add_metric([part.partition("=")[2] for part in field[1:]], value)
            yield family
        for name, (text, edges) in HISTOGRAMS.items():
            yield self._histogram(name, text, edges)
        yield GaugeMetricFamily(QUEUE_DEPTH, "Messages that wait or are being answered", value=self._depth)

    def _fields_of(self, name: str) -> Iterable[tuple[list[str], float]]:
        return [(field.split("|"), value) for field, value in sorted(self._sums.items()) if field.split("|")[0] == name]

    def _histogram(self, name: str, text: str, edges: tuple[float, ...]) -> HistogramMetricFamily:
        buckets, total = [], 0.0
        for edge in (*map(str, edges), "+Inf"):
            total += self._sums.get(f"{name}|le={edge}", 0)
            buckets.append((edge, total))
        return HistogramMetricFamily(name, text, buckets=buckets, sum_value=self._sums.get(f"{name}|sum", 0))


def sums(client: redis.Redis) -> dict[str, float]:
    """Return the sums of all processes, by field; raises redis' errors."""
    rows = cast("dict[bytes, bytes]", client.hgetall(KEY))
    return {field.decode(): float(value) for field, value in rows.items()}
