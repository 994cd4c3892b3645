"""Issues that may be the same as a draft, as they are found, kept and shown: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workers.records import Record

DUPLICATE = "duplicate"
"""Among the values of a `duplicate_use`: the key of the issue that the person chose."""


class SimilarIssue(Record):
    """An issue that probably tells of the same problem."""

    key: str
    summary: str = ""
    status: str = ""
    url: str = ""


class Similar(Record):
    """What came of looking for issues like a draft."""

    state: Literal["not_looked", "looked", "failed", "ignored"] = "not_looked"
    """`failed`: Jira did not answer all in time; `ignored`: a person said that none of them is the same."""
    issues: tuple[SimilarIssue, ...] = ()
    """The likeliest first."""

    @property
    def shown(self) -> tuple[SimilarIssue, ...]:
        """What a person is asked about."""
        return () if self.state == "ignored" else self.issues

    @property
    def is_in_doubt(self) -> bool:
        """Whether there may be one that tells of the same: nobody is asked, so nothing may be doubled."""
        return bool(self.shown) or self.state == "failed"

    def find(self, key: str) -> SimilarIssue | None:
        """Return the issue of this key if it was among those shown."""
        return next((issue for issue in self.issues if issue.key == key), None)


@dataclass(frozen=True)
class Proposed:
    """What came of a draft: what the model is told, and the issues that it is told of."""

    words: str
    similar: tuple[SimilarIssue, ...] = ()
