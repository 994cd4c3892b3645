"""The tool loop: let Claude speak, run the tools it calls, until it is done. Bounded, journalled, resumable.

A round is one model call. It is journalled when it has ended and before its tools run; each tool result after it.
So a worker that takes over repeats at most the round that was cut, and no tool that had answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from workers.bounds import Bounds
from workers.citations import Citations
from workers.claude.client import Claude, Ears, Prompt
from workers.errors import BudgetHeld, BudgetSpent, ClaudeUnavailable
from workers.failpoints import failpoint
from workers.interrupt import Interrupt
from workers.journal import Journal
from workers.logs import get_logger
from workers.payer import Payer
from workers.prompt import system_blocks
from workers.replay import without_thinking
from workers.rounds import Round
from workers.tool_calls import Speech, ToolCalls
from workers.tools.toolbox import Toolbox
from workers.turn_messages import assistant, closed, joined, text_of
from workers.views import failures
from workers.views.bounds import calls_used_up
from workers.views.progress import thought_status, tool_status

# A cut round is repeated this often at once; after that the turn goes back to the queue.
REPEATS = 2
PATIENCE_SECONDS = 5.0
CUT = {
    "max_tokens": failures.CUT_ANSWER,
    "model_context_window_exceeded": failures.CONVERSATION_TOO_LONG,
}

log = get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a finished loop leaves behind."""

    messages: tuple[dict[str, Any], ...]
    """What follows the question in the history; empty if the turn must be left out of it."""
    issue_keys: tuple[str, ...]
    outcome: str
    model: str = ""
    message_id: str = ""
    """The API's name of the last round's answer."""


@dataclass(frozen=True)
class Asking:
    """What all rounds of a turn have in common."""

    history: Sequence[dict[str, Any]]
    question: dict[str, Any]
    payer: Payer
    effort: str = "medium"
    is_long: bool = True
    """Whether people here come back after pauses, for which the cache is kept."""
    previous_message_id: str = ""
    """The API's name of the answer that ended the turn before."""


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
        bounds: Bounds,
        note: Callable[[int], str | None] = lambda _number: None,
    ) -> None:
        self._claude, self._toolbox, self._reply = claude, toolbox, reply
        self._journal, self._interrupt, self._bounds = journal, interrupt, bounds
        self._calls = ToolCalls(toolbox, reply, journal, interrupt, pool, note, bounds.calls)
        self._model, self._message_id = claude.model, ""
        self._said = ""
        self.citations = Citations()

    def answer(self, asking: Asking) -> Answer:
        """Answer one question; raises ClaudeUnavailable, TurnFailed or Interrupted with the journal left to go on."""
        rounds: list[Round] = []
        added: list[dict[str, Any]] = []
        while not (sentence := self._bounds.reached(rounds)):
            self._interrupt.check()
            try:
                finished = self._journal.round(len(rounds)) or self._speak(len(rounds), asking, added)
            except BudgetHeld:
                # It may come free: the same is to be asked once more.
                raise
            except BudgetSpent as spent:
                self._say(spent.user_message)
                return self._kept([*added, assistant(spent.user_message)], "budget")
            self._model, self._message_id = finished.model or self._model, finished.message_id
            rounds.append(finished)
            self._said = joined(self._said, self.citations.text_of(finished))
            # The words of a round that an earlier worker journalled have not been heard here.
            self._reply.restart_from(self._said)
            added.append({"role": "assistant", "content": list(finished.blocks)})
            if finished.stop_reason == "tool_use":
                added.append(self._calls.results(len(rounds) - 1, finished))
            elif finished.stop_reason != "pause_turn":
                return self._end(added, finished)
            if self._calls.is_stuck:
                sentence = failures.IN_A_CIRCLE
                break
        log.warning("turn_bounded", rounds=len(rounds), sentence=sentence)
        self._say(sentence)
        return self._kept([*added, assistant(sentence)], "circle" if self._calls.is_stuck else "bounded")

    def _speak(self, number: int, asking: Asking, added: Sequence[dict[str, Any]]) -> Round:
        """Run one round and journal it; a model without room hands over to another one, before any tool has run."""
        try:
            finished = self._tried(number, self._prompt(asking, added))
        except ClaudeUnavailable as error:
            if added or not error.is_overload or not self._falls_back():
                self._reply.restart_from(self._said)
                raise
            finished = self._tried(number, self._prompt(asking, added), repeats=0)
        failpoint("round_spoken")
        self._journal.save_round(number, finished)
        failpoint("round_stored")
        return finished

    def _prompt(self, asking: Asking, added: Sequence[dict[str, Any]]) -> Prompt:
        is_usual = self._model == self._claude.model
        # Thinking belongs to its model: what another one thought is left out.
        history = asking.history if is_usual else [without_thinking(message) for message in asking.history]
        return Prompt(
            system=system_blocks(is_long=asking.is_long),
            tools=tuple(self._toolbox.definitions()),
            messages=[*history, asking.question, *added],
            payer=asking.payer,
            model=self._model,
            effort=asking.effort,
            is_long=asking.is_long,
            previous_message_id=self._message_id or (asking.previous_message_id if is_usual else ""),
        )

    def _falls_back(self) -> bool:
        """Go on with the fallback model, if there is one."""
        fallback = self._claude.fallback_model
        if fallback in ("", self._model):
            return False
        log.warning("fallback_model", instead_of=self._model, model=fallback)
        self._model = fallback
        return True

    def _tried(self, number: int, prompt: Prompt, repeats: int = REPEATS) -> Round:
        """Run one round; one that is cut off is repeated, and the text shown is corrected, not doubled."""
        for repeat in range(repeats + 1):
            self._reply.restart_from(self._said)
            try:
                return self._claude.stream_round(prompt, self._ears(), self._interrupt, self._journal.save_call)
            except ClaudeUnavailable as error:
                pause = error.retry_after_seconds or float(repeat + 1)
                if repeat == repeats or pause > PATIENCE_SECONDS:
                    raise
                log.warning("round_repeated", round=number, cause=str(error))
                self._interrupt.wait(pause)
        raise AssertionError  # The last repeat has returned or raised.

    def _ears(self) -> Ears:
        """Return listeners for one round: its text follows what was said before, with a blank line between."""
        gap = ["\n\n"] if self._said else []
        thoughts: list[str] = []

        said = self.citations.of_round()

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

    def _end(self, added: list[dict[str, Any]], last: Round) -> Answer:
        """Close the turn after a round that asks for nothing more; a call in a cut round is answered, never run."""
        if last.stop_reason == "refusal":
            # A refused turn in the history makes the model refuse every later one.
            self._said = ""
            self._reply.restart_from(failures.REFUSED)
            return Answer(messages=(), issue_keys=(), outcome="refused")
        sentence = CUT.get(str(last.stop_reason), "") or self._instead_of_silence(last)
        sentence = joined(sentence, calls_used_up(self._calls.exhausted))
        if sentence:
            self._say(sentence)
        ended = closed(last)
        if sentence or ended[-1:] != added[-1:]:
            added[-1:] = [*ended, assistant(sentence or failures.NOTHING_MORE)]
        return self._kept(added, "cut" if str(last.stop_reason) in CUT else "answered")

    def _instead_of_silence(self, last: Round) -> str:
        """Return what to say for a model that ended without a word."""
        if text_of(last) or (self._said and last.blocks):
            return ""
        return failures.NOTHING_MORE if self._said else failures.EMPTY_ANSWER

    def _say(self, sentence: str) -> None:
        self._reply.restart_from(joined(self._said, sentence))
        self._said = joined(self._said, sentence)

    def _kept(self, messages: Sequence[dict[str, Any]], outcome: str) -> Answer:
        if sources := self.citations.listed():
            # For the person only: the model knows what it cited.
            self._reply.restart_from(joined(self._said, sources))
        return Answer(
            messages=tuple(messages),
            issue_keys=self._calls.issue_keys,
            outcome=outcome,
            model=self._model,
            message_id=self._message_id,
        )


def greeting(reply: Speech) -> Answer:
    """Answer a call without words: no model is needed to say what can be asked."""
    reply.restart_from(failures.EMPTY_MENTION)
    return Answer(messages=(assistant(failures.EMPTY_MENTION),), issue_keys=(), outcome="greeted")
