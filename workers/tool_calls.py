"""The calls of one round: run side by side, shown as tasks, journalled each, answered in one message."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from typing import Any, Protocol

from workers.bounds import CallBook
from workers.failpoints import failpoint
from workers.interrupt import Interrupt
from workers.journal import Journal
from workers.logs import get_logger
from workers.rounds import Round
from workers.tools.tool import ToolAnswer
from workers.tools.toolbox import Toolbox
from workers.turn_messages import result_name, text, tool_result, with_note
from workers.views.tasks import NO_ANSWER, NOT_YET, Task, found, tool_title

log = get_logger(__name__)


class Speech(Protocol):
    """Where the answer goes: the growing Slack message."""

    def append(self, text: str) -> None: ...
    def status(self, line: str) -> None: ...
    def task(self, task: Task) -> None: ...
    def restart_from(self, text: str) -> None: ...
    def tick(self) -> None: ...


class ToolCalls:
    """The tool calls of one turn."""

    def __init__(
        self,
        toolbox: Toolbox,
        reply: Speech,
        journal: Journal,
        interrupt: Interrupt,
        pool: Executor,
        note: Callable[[int], str | None],
        most_calls: Mapping[str, int],
    ) -> None:
        self._toolbox, self._reply, self._journal = toolbox, reply, journal
        self._interrupt, self._pool, self._note = interrupt, pool, note
        self._book = CallBook(most_calls)
        self._issue_keys: dict[str, None] = {}

    @property
    def issue_keys(self) -> tuple[str, ...]:
        """The issues that were read so far."""
        return tuple(self._issue_keys)

    @property
    def is_stuck(self) -> bool:
        """The same call was made again and again."""
        return self._book.is_stuck

    @property
    def exhausted(self) -> Mapping[str, int]:
        """The tools that were called more often than they may be, with how often that is."""
        return self._book.exhausted

    def results(self, number: int, finished: Round) -> dict[str, Any]:
        """Run the calls of a round, in parallel, and return their results in one message."""
        calls = [block for block in finished.blocks if block["type"] == "tool_use"]
        self._refuse_excess(number, calls)
        waiting = [call for call in calls if self._journal.get(result_name(number, call)) is None]
        running: dict[Future[ToolAnswer], dict[str, Any]] = {}
        for call in waiting:
            running[self._pool.submit(contextvars.copy_context().run, self._run, number, call)] = call
        pending = set(running)
        while pending:
            self._show_tasks(running)
            _, pending = wait(pending, timeout=0.25)
            if not self._must_end(running[future]["name"] for future in pending):
                self._interrupt.check()
        for future in running:
            future.result()
        self._show_tasks(running)
        self._take_note(number)
        return with_note(self._journal, number, [self._stored_result(number, call) for call in calls])

    def _must_end(self, names: Iterable[str]) -> bool:
        """Return whether calls are waited for also by a turn that was told to stop."""
        # What the tools did must be known to whoever goes on, and to who takes the answer back.
        if self._interrupt.reason in ("handover", "edited", "deleted"):
            return True
        # Else only what people are told of: nobody who pressed Stop waits for a search.
        return self._interrupt.reason in ("stopped", "deadline") and any(map(self._toolbox.may_write, names))

    def _take_note(self, number: int) -> None:
        """Keep what is told beside the results of a round: the same for whoever goes on."""
        if self._journal.get(f"note:{number}") is None:
            note = self._note(number)
            if note is not None:
                self._journal.put(f"note:{number}", note)

    def _refuse_excess(self, number: int, calls: Sequence[dict[str, Any]]) -> None:
        """Answer the calls of a tool that was called too often in place of running them."""
        for call in calls:
            refusal = self._book.refusal(call)
            if refusal and self._journal.get(result_name(number, call)) is None:
                log.warning("call_refused", tool=call["name"])
                self._journal.put(result_name(number, call), {"content": refusal, "is_error": True})

    def _show_tasks(self, running: Mapping[Future[ToolAnswer], dict[str, Any]]) -> None:
        """Show what the calls have come to."""
        for future, call in running.items():
            self._reply.task(_task(call, future))
        self._reply.tick()

    def _run(self, number: int, call: dict[str, Any]) -> ToolAnswer:
        answer = self._toolbox.run(call["name"], call["id"], call["input"])
        log.info("tool_finished", tool=call["name"], is_error=answer.is_error)
        stored = {
            "content": list(answer.sources) or answer.content,
            "is_error": answer.is_error,
            "issue_keys": list(answer.issue_keys),
            "document_ids": list(answer.document_ids),
        }
        failpoint("tool_run")
        self._journal.put(result_name(number, call), stored)
        failpoint("tool_stored")
        return answer

    def _stored_result(self, number: int, call: dict[str, Any]) -> dict[str, Any]:
        stored = self._journal.get(result_name(number, call)) or {}
        self._issue_keys.update(dict.fromkeys(stored.get("issue_keys", ())))
        note = self._book.note(call, stored.get("content")) if stored else ""
        if note:
            content = stored["content"]
            told = f"{content}\n\n{note}" if isinstance(content, str) else [*content, text(note)]
            stored = {**stored, "content": told}
        return tool_result(call, stored)


def _task(call: dict[str, Any], future: Future[ToolAnswer]) -> Task:
    """Return a call as a person sees it: that it runs, then what it found."""
    title = tool_title(call["name"])
    if not future.done():
        return Task(call["id"], title, "in_progress" if future.running() else "pending")
    if future.cancelled() or future.exception() or future.result().is_broken:
        return Task(call["id"], title, "error", NO_ANSWER)
    answer = future.result()
    if answer.is_error:
        return Task(call["id"], title, "complete", NOT_YET[answer.error_kind])
    count = len(answer.links) if answer.count is None else answer.count
    return Task(call["id"], title, "complete", found(count, answer.finds) if count else "", answer.links)
