"""What a turn does beside speaking, as a person sees it: tasks in a stream, else one status line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from workers.errors import ToolErrorKind
from workers.views.limits import cut

TaskStatus = Literal["pending", "in_progress", "complete", "error"]
Links = tuple[tuple[str, str], ...]

TITLE, DETAIL = 120, 256
"""Slack names no limit for a title; details and output take 256 characters."""
MOST_SOURCES = 10
GOES_ON = "Goes on below."
BROKEN_OFF = "Broken off."
NO_ANSWER = "This did not work."
NOT_YET: dict[ToolErrorKind, str] = {
    "input": "Something does not fit yet.",
    "missing": "A required field has no value yet.",
    "project": "That project is not open to me.",
    "asker": "Jira is open to full members of this workspace only.",
}
"""What the model can correct, or ask for, is no failure to a person."""

_TITLES = {
    "jira_search": "Searching Jira",
    "jira_get_issue": "Reading an issue",
    "jira_create_options": "Looking up Jira's fields",
    "jira_create_issue": "Preparing a draft",
    "jira_add_comment": "Preparing a comment",
    "jira_update_issue": "Preparing a change",
    "jira_transition_issue": "Preparing a change of status",
    "jira_link_issues": "Preparing a link",
    "knowledge_search": "Searching the documents",
}


def tool_title(name: str) -> str:
    """Return what a call of this tool is called."""
    return _TITLES.get(name.lower(), "Working")


def found(count: int, what: str = "issue") -> str:
    """Return what a call came to."""
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def status_line(title: str) -> str:
    """Return the title as Slack shows it behind the bot's name."""
    return f"is {title[:1].lower()}{title[1:]}…"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that is being done, with links to what it found."""

    id: str
    title: str
    status: TaskStatus
    output: str = ""
    sources: Links = ()

    @property
    def is_open(self) -> bool:
        return self.status in ("pending", "in_progress")

    def chunk(self) -> dict[str, Any]:
        """Return it as a stream takes it."""
        chunk: dict[str, Any] = {
            "type": "task_update",
            "id": self.id,
            "title": cut(self.title, TITLE),
            "status": self.status,
        }
        if self.output:
            chunk["output"] = cut(self.output, DETAIL)
        if self.sources:
            chunk["sources"] = [{"type": "url", "url": url, "text": text} for text, url in self.sources[:MOST_SOURCES]]
        return chunk


class TaskBoard:
    """The tasks of one turn, and which of them Slack has not heard of yet."""

    def __init__(self, *, is_off: bool = False) -> None:
        """`is_off`: nobody is told of tasks here."""
        self._tasks: dict[str, Task] = {}
        self._unsent: dict[str, None] = {}
        self.is_off = is_off

    def put(self, task: Task) -> bool:
        """Add a task or say how it goes on; False if nothing is new."""
        if self._tasks.get(task.id) == task:
            return False
        self._tasks[task.id] = task
        self._unsent[task.id] = None
        return True

    def unsent(self) -> list[dict[str, Any]]:
        """Return the chunks that a stream is still to be told."""
        return [] if self.is_off else [self._tasks[name].chunk() for name in self._unsent]

    def sent(self, chunks: Iterable[dict[str, Any]]) -> None:
        """Note what Slack took; a task that changed meanwhile stays to be told."""
        for chunk in chunks:
            task = self._tasks.get(chunk["id"])
            if task and task.chunk() == chunk:
                self._unsent.pop(task.id, None)

    def last_words(self, *, goes_on: bool) -> list[dict[str, Any]]:
        """Return the chunks for the end of a message: nothing stays there that seems to be under way."""
        if self.is_off:
            return []
        ended: list[Task] = [self._tasks[name] for name in self._unsent if not self._tasks[name].is_open]
        for task in self._tasks.values():
            if task.is_open and goes_on:
                ended.append(replace(task, status="complete", output=GOES_ON))
            elif task.is_open:
                ended.append(replace(task, status="error", output=BROKEN_OFF))
        return [task.chunk() for task in ended]

    def move_on(self) -> None:
        """A message has ended: the next one is told what is still under way."""
        self._unsent = {name: None for name, task in self._tasks.items() if task.is_open}
