"""`make smoke`: one conversation through the real processes, each expectation checked from the outside."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from sandbox.jira.catalogue import ADA
from sandbox.jira.site import Issue
from sandbox.procfile import CHECKOUT
from sandbox.slack.messages import Message, words_of
from sandbox.stack import LIFELIKE, NotStarted, Stack
from sandbox.transcript import Transcript, reading
from sandbox.waiting import NotInTime, wait_for

T = TypeVar("T")

CHANNEL, PERSON = "#support", "ada"
REPORT = "the VPN drops every few minutes since this morning, on macOS and Windows. About 20 people are affected."
FILE_IT = "Please file it as a bug for the team Platform."
REMEMBER = "What did I just report, and which issue is it?"
DRAFT_BUTTONS = {"draft_create", "draft_edit", "draft_cancel"}
STEPS = 3
PATIENCE_SECONDS = 20.0
_KEY = re.compile(r"\b[A-Z][A-Z0-9_]*-\d+\b")


class Unmet(AssertionError):
    """An expectation that did not hold: what was expected, and what was there instead."""


def run(folder: Path = CHECKOUT / ".sandbox" / "smoke") -> int:
    """Hold the conversation and return the exit status."""
    transcript = Transcript()
    transcript.does("starting Redis, the stand-ins, web, worker and beat")
    outer = {name: os.environ[name] for name in ("REDIS_URL", "JIRA_DEPLOYMENT") if os.environ.get(name)}
    try:
        with Stack(pace=LIFELIKE, folder=folder, outer=outer) as stack:
            transcript.does("all of it is ready")
            Smoke(stack, transcript).run()
    except (Unmet, NotStarted) as failure:
        transcript.fails(str(failure))
        transcript.does(f"the processes' logs are in {folder / 'log'}")
        return 1
    transcript.holds(f"the whole conversation took {transcript.seconds:.1f} s")
    return 0


class Smoke:
    """The conversation, step by step."""

    def __init__(self, stack: Stack, transcript: Transcript) -> None:
        self._stack, self._transcript = stack, transcript
        self._slack, self._jira = stack.slack, stack.jira
        self._known = set(stack.jira.issues)
        self._thread = ""
        self._seen: set[str] = set()

    def run(self) -> None:
        """Report, find, file, confirm, and be remembered; raises Unmet at the first thing that is not so."""
        self._report()
        self._file()
        issue = self._confirm()
        self._remember(issue)
        self._expect("no request to Claude was refused", lambda: not self._refused(), self._refused)

    def _report(self) -> None:
        self._thread = self._say(f"{self._slack.mention} {REPORT}")
        answer = self._answer("the bot answers in the thread")
        self._expect(
            f"the answer grows in at least {STEPS} visible steps", lambda: steps(answer) >= STEPS, lambda: steps(answer)
        )
        self._expect(
            "it names similar issues, all of which exist in Jira",
            lambda: bool(keys_in(answer)) and keys_in(answer) <= self._known,
            lambda: words_of(answer),
        )

    def _file(self) -> None:
        self._say(FILE_IT)
        card = self._wait("a draft appears with its buttons", self._card)
        self._show(card)
        self._answer("the bot says that the draft is ready")
        self._expect("nothing is in Jira yet", lambda: not self._new_issues(), self._new_issues)

    def _confirm(self) -> Issue:
        card = self._card()
        if card is None:
            raise Unmet("expected the draft's card to stay; it is gone")
        self._transcript.does(f"{PERSON} presses Create")
        self._slack.click(CHANNEL, card.ts, PERSON, "draft_create")
        key = self._wait("an issue is filed", lambda: next(iter(self._new_issues()), None))
        self._wait(
            f"the card links {key}",
            lambda: f"/browse/{key}" in blocks_text(card) and not DRAFT_BUTTONS & set(card.action_ids),
        )
        self._show(card)
        issue = self._jira.issue(key)
        self._check_fields(issue)
        self._wait(f"{key} links the thread", lambda: self._is_linked(issue), lambda: issue.remote_links)
        return issue

    def _remember(self, issue: Issue) -> None:
        self._say(REMEMBER)
        answer = self._answer("the bot answers the second question")
        self._expect(
            f"it knows what was reported, and that it is {issue.key}",
            lambda: issue.key in words_of(answer) and "VPN" in words_of(answer),
            lambda: words_of(answer),
        )
        self._expect("exactly one issue was filed", lambda: len(self._new_issues()) == 1, self._new_issues)

    def _check_fields(self, issue: Issue) -> None:
        fields = issue.fields
        team = (fields.get("customfield_10050") or {}).get("value")
        seen = {
            "project": issue.project.key,
            "type": issue.type.name,
            "team": team,
            "reporter": fields["reporter"]["accountId"],
        }
        right = {"project": "OPS", "type": "Bug", "team": "Platform", "reporter": ADA.account_id}
        self._expect("its project, type, team and reporter are right", lambda: seen == right, lambda: seen)
        about = f"{fields['summary']} {fields.get('description')}"
        self._expect("it says what was reported", lambda: "VPN" in about and "macOS" in about, lambda: about)

    def _is_linked(self, issue: Issue) -> bool:
        urls = [str(link["object"]["url"]) for link in issue.remote_links]
        place = f"/archives/{self._slack.workspace.channel(CHANNEL).id}/p"
        # A link to a reply names its thread beside the reply.
        names = (f"{place}{self._thread.replace('.', '')}", f"thread_ts={self._thread}")
        return len(urls) == 1 and place in urls[0] and any(name in urls[0] for name in names)

    def _say(self, text: str) -> str:
        self._transcript.says(PERSON, text.replace(self._slack.mention, "@Support Bot"))
        return self._slack.say(CHANNEL, PERSON, text, thread_ts=self._thread or None)

    def _answer(self, what: str) -> Message:
        """Wait until the bot is done and return its latest message of words."""
        answer = self._wait(what, self._finished_answer)
        self._show(answer)
        return answer

    def _finished_answer(self) -> Message | None:
        """Return the bot's latest new message of words, once neither Claude nor the bot is at work any more."""
        new = [one for one in self._replies() if one.ts not in self._seen and not DRAFT_BUTTONS & set(one.action_ids)]
        requests = self._stack.claude.message_requests
        if not new or not requests or not requests[-1].is_finished:
            return None
        channel = self._slack.workspace.channel(CHANNEL).id
        has_status = self._slack.workspace.status_of(channel, self._thread)
        is_busy = new[-1].is_growing or "turn_stop" in new[-1].action_ids
        return None if has_status or is_busy else new[-1]

    def _card(self) -> Message | None:
        return next((one for one in self._replies() if set(one.action_ids) >= DRAFT_BUTTONS), None)

    def _replies(self) -> list[Message]:
        return self._slack.replies_of_bot(CHANNEL, self._thread)

    def _new_issues(self) -> list[str]:
        return sorted(set(self._jira.issues) - self._known)

    def _refused(self) -> list[str]:
        return [request.error for request in self._stack.claude.requests if request.status >= 400]

    def _show(self, message: Message) -> None:
        self._seen.add(message.ts)
        grown = steps(message)
        note = f"grew in {grown} steps" if grown > 1 else ""
        names = {person.id: person.real_name for person in self._slack.workspace.people.values()}
        self._transcript.says("Support Bot", reading(message, names), is_bot=True, note=note)

    def _wait(self, what: str, look: Callable[[], T | None], seen: Callable[[], Any] | None = None) -> T:
        try:
            found = wait_for(look, what, seconds=PATIENCE_SECONDS)
        except NotInTime as late:
            thread = "\n".join(f"    {words_of(message)}" for message in self._replies())
            there = seen() if seen else f"the bot's messages in the thread:\n{thread or '    none'}"
            raise Unmet(f"expected: {late}\nseen: {there}") from None
        self._transcript.holds(what)
        return found

    def _expect(self, what: str, holds: Callable[[], bool], seen: Callable[[], Any]) -> None:
        if not holds():
            raise Unmet(f"expected: {what}\nseen: {seen()}")
        self._transcript.holds(what)


def steps(message: Message) -> int:
    """Return how many times a person saw more of the message than before."""
    lengths = [0, *(len(words_of(version)) for version in message.versions)]
    return sum(later > earlier for earlier, later in pairwise(lengths))


def keys_in(message: Message) -> set[str]:
    return set(_KEY.findall(words_of(message)))


def blocks_text(message: Message) -> str:
    return f"{message.text} {message.blocks}"
