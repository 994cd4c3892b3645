"""JSON log events with keys. Never here: a message's text, a token, an exception's own words."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# These log requests and payloads at DEBUG and sometimes at INFO: people's words and our tokens.
TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "anthropic",
    "httpx2",
    "httpcore2",
    "urllib3",
    "jira",
    "aiohttp",
    "asyncio",
)
# A line for every kick, most of which find nothing to do.
CHATTY = ("celery.worker.strategy", "celery.app.trace")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger of events: `log.info("turn_finished", rounds=3)`."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(name))


def configure_logging(level: str, log_format: str) -> None:
    """Send every log line of this process, libraries' too, to stderr in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_exception,
    ]
    last = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in (*TALKATIVE, *CHATTY):
        logging.getLogger(name).setLevel(logging.WARNING)


def _name_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and where it was raised; its text may hold anything."""
    info = _exc_info(event.pop("exc_info", None))
    if info:
        kind, error, trace = info
        event["error"] = kind.__name__
        frames = traceback.extract_tb(trace if trace is not None else error.__traceback__)
        event["raised_at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
    return event


def _exc_info(value: Any) -> ExcInfo | None:
    if isinstance(value, BaseException):
        return type(value), value, value.__traceback__
    if isinstance(value, tuple) and value[0] is not None:
        return cast("ExcInfo", value)
    current = sys.exc_info()
    return cast("ExcInfo", current) if value and current[0] is not None else None
