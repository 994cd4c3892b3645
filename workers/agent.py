"""The tool loop: let Claude speak, run the tools it calls, until it is done. Bounded, journalled, resumable.

A round is one model call. It is journalled when it has ended and before its tools run; each tool result after it.
So a worker that takes over repeats at most the round that was cut, and no tool that had answered.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

from workers.citations import Citations
from workers.claude.client import Claude, Ears, Prompt
from workers.errors import BudgetSpent, ClaudeUnavailable
from workers.failpoints import failpoint
from workers.interrupt import Interrupt
from workers.journal import Journal
from workers.logs import get_logger
from workers.payer import Payer
from workers.prompt import system_blocks
from workers.records import Round
from workers.tools.tool import ToolAnswer
from workers.tools.toolbox import Toolbox
from workers.views import failures
from workers.views.progress import thought_status, tool_status
from workers.views.tasks import NO_ANSWER, Task, found, tool_title

MAX_ROUNDS = 16
# A cut round is repeated this often at once; after that the turn goes back to the queue.
REPEATS = 2
PATIENCE_SECONDS = 5.0
CUT = {
    "max_tokens": failures.CUT_ANSWER,
    "model_context_window_exceeded": failures.CONVERSATION_TOO_LONG,
}

log = get_logger(__name__)


class Speech(Protocol):
    """Where the answer goes: the growing Slack message."""

    def append(self, text: str) -> None: ...
    def status(self, line: str) -> None: ...
    def task(self, task: Task) -> None: ...
    def restart_from(self, text: str) -> None: ...
    def tick(self) -> None: ...


@dataclass(frozen=True)
class Answer:
    """What a finished loop leaves behind."""

    messages: tuple[dict[str, Any], ...]
    """What follows the question in the history; empty if the turn must be left out of it."""
    issue_keys: tuple[str, ...]
    outcome: str


class Agent:
    """One turn's loop."""

    def __init__(
        self,
        claude: Claude,
        toolbox: Toolbox,
        reply: Speech,
        journal: Journal,
        interrupt: Interrupt,
        pool: Executor,
        note: Callable[[int], str | None] = lambda _number: None,
    ) -> None:
        self._claude, self._toolbox, self._reply = claude, toolbox, reply
        self._journal, self._interrupt, self._pool = journal, interrupt, pool
        self._note = note
        self._said = ""
        self._citations = Citations()
        self._issue_keys: dict[str, None] = {}

    def answer(self, history: Sequence[dict[str, Any]], question: dict[str, Any], payer: Payer) -> Answer:
        """Answer one question; raises ClaudeUnavailable, TurnFailed or Interrupted with the journal left to go on."""
        added: list[dict[str, Any]] = []
        for number in range(MAX_ROUNDS):
            self._interrupt.check()
            prompt = Prompt(
                system=system_blocks(),
                tools=tuple(self._toolbox.definitions()),
                messages=[*history, question, *added],
                payer=payer,
            )
            try:
                finished = self._journal.round(number) or self._speak(number, prompt)
            except BudgetSpent as spent:
                self._say(spent.user_message)
                return self._kept([*added, _assistant(spent.user_message)], "budget")
            self._said = _joined(self._said, self._citations.text_of(finished))
            # The words of a round that an earlier worker journalled have not been heard here.
            self._reply.restart_from(self._said)
            added.append({"role": "assistant", "content": list(finished.blocks)})
            if finished.stop_reason == "tool_use":
                added.append(self._results(number, finished))
            elif finished.stop_reason != "pause_turn":
                return self._end(added, finished)
        self._say(failures.TOO_MANY_ROUNDS)
        return self._kept([*added, _assistant(failures.TOO_MANY_ROUNDS)], "rounds")

    def _speak(self, number: int, prompt: Prompt) -> Round:
        """Run one round; one that is cut off is repeated, and the text shown is corrected, not doubled."""
        for repeat in range(REPEATS + 1):
            self._reply.restart_from(self._said)
            try:
                finished = self._claude.stream_round(prompt, self._ears(), self._interrupt)
            except ClaudeUnavailable as error:
                pause = error.retry_after_seconds or float(repeat + 1)
                if repeat == REPEATS or pause > PATIENCE_SECONDS:
                    self._reply.restart_from(self._said)
                    raise
                log.warning("round_repeated", round=number, cause=str(error))
                self._interrupt.wait(pause)
                continue
            failpoint("round_spoken")
            self._journal.save_round(number, finished)
            failpoint("round_stored")
            return finished
        raise AssertionError  # The last repeat has returned or raised.

    def _ears(self) -> Ears:
        """Return listeners for one round: its text follows what was said before, with a blank line between."""
        gap = ["\n\n"] if self._said else []
        thoughts: list[str] = []

        said = self._citations.of_round()

        def text(piece: str) -> None:
            if ready := said.add(piece):
                self._reply.append((gap.pop() if gap else "") + ready)

        def thinking(piece: str) -> None:
            thoughts.append(piece)
            if line := thought_status("".join(thoughts)):
                self._reply.status(line)
            self._reply.tick()

        def cited(citations: Sequence[Any]) -> None:
            self._reply.append(said.cite(citations))

        return Ears(text=text, thinking=thinking, tool=lambda name: self._reply.status(tool_status(name)), cited=cited)

    def _results(self, number: int, finished: Round) -> dict[str, Any]:
        """Run the calls of a round, in parallel, and return their results in one message."""
        calls = [block for block in finished.blocks if block["type"] == "tool_use"]
        waiting = [call for call in calls if self._journal.get(_result_name(number, call)) is None]
        running: dict[Future[ToolAnswer], dict[str, Any]] = {}
        for call in waiting:
            running[self._pool.submit(contextvars.copy_context().run, self._run, number, call)] = call
        pending = set(running)
        while pending:
            self._show_tasks(running)
            _, pending = wait(pending, timeout=0.25)
            # What the tools did must be known to whoever goes on, and to who takes the answer back.
            if self._interrupt.reason not in ("handover", "edited", "deleted"):
                self._interrupt.check()
        for future in running:
            future.result()
        self._show_tasks(running)
        self._take_note(number)
        return _with_note(self._journal, number, [self._stored_result(number, call) for call in calls])

    def _take_note(self, number: int) -> None:
        """Keep what is told beside the results of a round: the same for whoever goes on."""
        if self._journal.get(f"note:{number}") is None:
            note = self._note(number)
            if note is not None:
                self._journal.put(f"note:{number}", note)

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
        }
        failpoint("tool_run")
        self._journal.put(_result_name(number, call), stored)
        failpoint("tool_stored")
        return answer

    def _stored_result(self, number: int, call: dict[str, Any]) -> dict[str, Any]:
        stored = self._journal.get(_result_name(number, call)) or {}
        self._issue_keys.update(dict.fromkeys(stored.get("issue_keys", ())))
        return _tool_result(call, stored)

    def _end(self, added: list[dict[str, Any]], last: Round) -> Answer:
        """Close the turn after a round that asks for nothing more; a call in a cut round is answered, never run."""
        if last.stop_reason == "refusal":
            # A refused turn in the history makes the model refuse every later one.
            self._said = ""
            self._reply.restart_from(failures.REFUSED)
            return Answer(messages=(), issue_keys=(), outcome="refused")
        sentence = CUT.get(str(last.stop_reason), "") or self._instead_of_silence(last)
        if sentence:
            self._say(sentence)
        closed = _closed(last)
        if sentence or closed[-1:] != added[-1:]:
            added[-1:] = [*closed, _assistant(sentence or failures.NOTHING_MORE)]
        return self._kept(added, "cut" if str(last.stop_reason) in CUT else "answered")

    def _instead_of_silence(self, last: Round) -> str:
        """Return what to say for a model that ended without a word."""
        if text_of(last) or (self._said and last.blocks):
            return ""
        return failures.NOTHING_MORE if self._said else failures.EMPTY_ANSWER

    def _say(self, sentence: str) -> None:
        self._reply.restart_from(_joined(self._said, sentence))
        self._said = _joined(self._said, sentence)

    def _kept(self, messages: Sequence[dict[str, Any]], outcome: str) -> Answer:
        if sources := self._citations.listed():
            # For the person only: the model knows what it cited.
            self._reply.restart_from(_joined(self._said, sources))
        return Answer(messages=tuple(messages), issue_keys=tuple(self._issue_keys), outcome=outcome)


def _closed(last: Round) -> list[dict[str, Any]]:
    """Return a last round as history may keep it: not empty, and a call in it answered as one that never ran."""
    calls = [block for block in last.blocks if block["type"] == "tool_use"]
    said = [{"role": "assistant", "content": list(last.blocks)}] if last.blocks else []
    return [*said, {"role": "user", "content": [_tool_result(call, {}) for call in calls]}] if calls else said


def stopped_messages(
    journal: Journal, question: dict[str, Any], shown: str, sentence: str
) -> tuple[dict[str, Any], ...]:
    """Return what history keeps of a stopped turn: finished rounds, what was shown of the cut one, and the stop."""
    kept: list[dict[str, Any]] = [question]
    number, said, citations = 0, "", Citations()
    while (finished := journal.round(number)) is not None:
        said = _joined(said, citations.text_of(finished))
        kept.append({"role": "assistant", "content": list(finished.blocks) or [_text(failures.EMPTY_ANSWER)]})
        calls = [block for block in finished.blocks if block["type"] == "tool_use"]
        if calls:
            results = [_tool_result(call, journal.get(_result_name(number, call)) or {}) for call in calls]
            kept.append(_with_note(journal, number, results))
        number += 1
    sentence = _joined(shown.removeprefix(said).strip() if shown.startswith(said) else "", sentence)
    if kept[-1]["role"] == "assistant":
        kept[-1] = {**kept[-1], "content": [*kept[-1]["content"], _text(sentence)]}
        return tuple(kept)
    return (*kept, _assistant(sentence))


def greeting(reply: Speech) -> Answer:
    """Answer a call without words: no model is needed to say what can be asked."""
    reply.restart_from(failures.EMPTY_MENTION)
    return Answer(messages=(_assistant(failures.EMPTY_MENTION),), issue_keys=(), outcome="greeted")


def text_of(finished: Round) -> str:
    """Return what a round said."""
    return "".join(block["text"] for block in finished.blocks if block["type"] == "text")


def _task(call: dict[str, Any], future: Future[ToolAnswer]) -> Task:
    """Return a call as a person sees it: that it runs, then what it found."""
    title = tool_title(call["name"])
    if not future.done():
        return Task(call["id"], title, "in_progress" if future.running() else "pending")
    if future.cancelled() or future.exception() or future.result().is_error:
        return Task(call["id"], title, "error", NO_ANSWER)
    links, finds = future.result().links, future.result().finds
    return Task(call["id"], title, "complete", found(len(links), finds) if links else "", links)


def _joined(before: str, text: str) -> str:
    return f"{before}\n\n{text}" if before and text else before or text


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [_text(text)]}


def _tool_result(call: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call; one that was never run says so, since a call without a result bricks a thread."""
    content = stored.get("content", failures.CALL_NOT_RUN)
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": content}
    return {**result, "is_error": True} if stored.get("is_error", True) else result


def _with_note(journal: Journal, number: int, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the results of a round in one message, and what was told beside them after them."""
    note = journal.get(f"note:{number}")
    return {"role": "user", "content": [*results, _text(note)] if note else results}


def _result_name(number: int, call: dict[str, Any]) -> str:
    return f"result:{number}:{call['id']}"
