"""The error tree. A class exists only where some `except` treats it differently.

SupportBotError
├── ToolError            the model reads it and may try again: unknown project, field required
├── Transient            the queue tries again: 429, 5xx, overloaded, connection lost
│   ├── ClaudeUnavailable
│   ├── JiraUnavailable
│   ├── SlackUnavailable
│   └── StateUnavailable
├── TurnFailed           the person reads `user_message`; no retry
│   ├── BudgetSpent      no more money may be spent: the answer ends with what was said so far
│   │   └── BudgetHeld   … for now, because calls that run hold the rest: asking again may do
│   ├── PromptRefused    Claude did not take the request: ask again without the conversation's past
│   │   └── MediaRefused … because of a picture or document: ask again without
│   └── Misconfigured    … and the operator reads `operator_message` in the log: a dead token, a missing permission
│       └── ScopeMissing … Jira's token is good, and not made for this kind of request: what is optional does without
├── FilingUncertain      a write was sent to Jira and nobody knows whether it was taken: look, never send again
├── JiraRefused          Jira said no to a request, with errors by field
├── FileUnreadable       a file could not be had: the model and the person read `reason`, the rest goes on
├── SlackRefused         Slack said no to a call, with its error code
│   └── ReplyGone        the message or channel no longer exists: stop quietly
└── Interrupted          the turn must stop now: stopped, edited, handed over, or its lease is lost
"""

from __future__ import annotations

from typing import Literal

InterruptReason = Literal["stopped", "edited", "deleted", "handover", "fenced", "silent", "deadline"]


class SupportBotError(Exception):
    """Base of all errors of this program."""


ToolErrorKind = Literal["input", "missing", "project", "asker"]


class ToolError(SupportBotError):
    """A tool call that the model can correct; its text is an instruction to the model, its kind for people."""

    def __init__(self, text: str, *, kind: ToolErrorKind = "input") -> None:
        super().__init__(text)
        self.kind = kind
        """What is wrong: some value, a required field without one, a project or an asker to whom Jira is closed."""


class Transient(SupportBotError):
    """Something outside did not work now and may work later."""

    def __init__(self, what: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_seconds = retry_after_seconds


class ClaudeUnavailable(Transient):
    """Claude did not answer, or broke off in the middle."""

    def __init__(self, what: str, *, retry_after_seconds: float | None = None, is_overload: bool = False) -> None:
        super().__init__(what, retry_after_seconds=retry_after_seconds)
        self.is_overload = is_overload
        """The model has no room just now; another one may."""


class JiraUnavailable(Transient):
    """Jira did not answer, and the request had no effect or was only a read."""

    def __init__(self, what: str, *, retry_after_seconds: float | None = None, is_busy: bool = False) -> None:
        super().__init__(what, retry_after_seconds=retry_after_seconds)
        self.is_busy = is_busy
        """It works, and asks to be asked less often."""


class SlackUnavailable(Transient):
    """Slack did not answer; a post may or may not have been taken."""

    def __init__(self, what: str, *, retry_after_seconds: float | None = None, was_sent: bool = True) -> None:
        super().__init__(what, retry_after_seconds=retry_after_seconds)
        self.was_sent = was_sent
        """False only if Slack certainly did not do it (429, no connection)."""


class StateUnavailable(Transient):
    """Redis did not answer."""


class TurnFailed(SupportBotError):
    """The turn cannot go on; the person reads `user_message`."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


class BudgetSpent(TurnFailed):
    """A budget is used up: no call of the model is made, and what was said so far stands."""


class BudgetHeld(BudgetSpent):
    """What is left of a budget is held by calls that run: it may come free soon."""


class PromptRefused(TurnFailed):
    """Claude refused a request for what stands in it."""


class MediaRefused(PromptRefused):
    """Claude refused a request because of an image or document in it."""


class Misconfigured(TurnFailed):
    """Something that only the operator can mend: an expired token, a missing scope, an unknown model."""

    def __init__(self, user_message: str, operator_message: str, *, code: str = "") -> None:
        super().__init__(user_message)
        self.operator_message, self.code = operator_message, code


class ScopeMissing(Misconfigured):
    """Jira's token is good, but was not made for this kind of request."""


class FilingUncertain(SupportBotError):
    """A create was sent and its answer was lost; the issue may or may not exist."""


class JiraRefused(SupportBotError):
    """Jira refused a request; `field_errors` maps field ids to Jira's words, `messages` are the rest.

    What cannot be sent at all is refused in the same way, before Jira hears of it: `was_sent` is false then.
    """

    def __init__(
        self,
        status: int,
        field_errors: dict[str, str] | None = None,
        messages: tuple[str, ...] = (),
        *,
        was_sent: bool = True,
    ) -> None:
        super().__init__(f"Jira answered {status}")
        self.was_sent = was_sent
        self.status = status
        self.field_errors = field_errors or {}
        self.messages = messages


class FileUnreadable(SupportBotError):
    """A file of a person could not be had; `reason` is the second half of a sentence about it."""

    def __init__(self, reason: str, *, may_pass: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_pass = may_pass
        """True if the same may work later: Slack did not answer."""


class SlackRefused(SupportBotError):
    """Slack refused a call with the error `code`, and would refuse it again."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.method, self.code = method, code


class ReplyGone(SlackRefused):
    """The message, thread or channel no longer exists, or the bot may not write there any more."""


class Interrupted(SupportBotError):
    """The running turn was told to stop."""

    def __init__(self, reason: InterruptReason) -> None:
        super().__init__(reason)
        self.reason: InterruptReason = reason
