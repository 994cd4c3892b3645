"""The digest of a triage: what is suggested for each issue, with the buttons that have it done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.bulk_jobs import Answer, Item, Job
from workers.views.bulk_words import cost_line, plural, problem_lines
from workers.views.defuse import defuse
from workers.views.limits import SECTION_TEXT, cut, cut_escaped, escape

Blocks = list[dict[str, Any]]
Shown = tuple[Blocks, str]
SUMMARY, REASON = 120, 200
NOT_SHOWN = "What stood here may no longer be shown in this channel."


@dataclass(frozen=True)
class Entry:
    """One issue with what is suggested for it, in words; empty where nothing is."""

    number: int
    key: str
    url: str
    summary: str
    rank: int
    """0 is the most urgent."""
    priority: str = ""
    old_priority: str = ""
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    duplicate_of: str = ""
    duplicate_summary: str = ""
    duplicate_url: str = ""
    reason: str = ""
    is_unsure: bool = False
    applied_by: str = ""
    """Who had the changes made."""

    @property
    def has_changes(self) -> bool:
        return bool(self.priority or self.components or self.labels)


def entry_of(number: int, item: Item, answer: Answer) -> Entry | None:
    """Return what an answer suggests that the issue does not have; None if nothing. Only real choices count."""
    facts, said = item.facts, answer.said
    priorities = list(facts["choices"]["priorities"])
    priority = str(said.get("priority") or "")
    components = _allowed(said.get("components"), facts["choices"]["components"]) if not facts["components"] else ()
    labels = tuple(
        each for each in _allowed(said.get("labels"), facts["choices"]["labels"]) if each not in facts["labels"]
    )
    twin = str(said.get("duplicate_of") or "").strip().upper()
    twin = twin if twin in facts["likely"] else ""
    is_new = priority in priorities and priority != facts["priority"]
    entry = Entry(
        number=number,
        key=item.id,
        url=facts["url"],
        summary=facts["summary"],
        rank=priorities.index(priority) if priority in priorities else len(priorities),
        priority=priority if is_new else "",
        old_priority=facts["priority"],
        components=components,
        labels=labels,
        duplicate_of=twin,
        duplicate_summary=str(facts["likely"].get(twin, "")),
        duplicate_url=facts["url"].rpartition("/")[0] + f"/{twin}" if twin else "",
        reason=str(said.get("reason") or ""),
        is_unsure=said.get("confidence") == "low",
        applied_by=str(said.get("applied_by") or ""),
    )
    return entry if entry.has_changes or entry.duplicate_of else None


def head(job: Job, figures: tuple[int, int, int], problems: Mapping[str, int]) -> Shown:
    """Return the head of a digest: what was looked at, and what it cost."""
    looked_at, suggested, fine = figures
    title = f"Triage of {', '.join(job.asked['projects'])}"
    lines = [f"{plural(looked_at, 'issue')} nobody had triaged yet. I suggest something for {suggested:,} of them."]
    if fine:
        lines.append(f"{plural(fine, 'issue')} would stay as they are." if fine > 1 else "One would stay as it is.")
    lines += problem_lines(problems, "issue")
    if job.left_out:
        lines.append("There are more; they come with the next digest.")
    if suggested:
        lines.append(
            "The suggestions stand in the thread below. Nothing in Jira is changed before somebody presses Apply."
        )
    lines.append(cost_line(job.usd))
    return [_section(f"*{escape(title)}*"), _section("\n".join(lines))], f"{title}: {lines[0]}"


def nothing_found(job: Job) -> Shown:
    """Say that there is nothing to triage."""
    text = (
        f"In {', '.join(job.asked['projects'])} I found no issue that waits for triage and that you have not seen yet."
    )
    return [_section(escape(text))], text


def page(job: Job, entries: Sequence[Entry], *, left: int) -> Shown:
    """Return some suggestions with their buttons; `left` says how many are not shown yet."""
    blocks: Blocks = []
    for entry in entries:
        blocks += [_section(entry_text(entry)), *_buttons(job, entry)]
    changed = [entry for entry in entries if entry.has_changes and not entry.applied_by]
    last: Blocks = []
    if len(changed) > 1:
        numbers = ",".join(str(entry.number) for entry in changed)
        last.append(_button("bulk_apply_all", f"Apply these {len(changed)}", f"{job.id} {numbers}"))
    if left:
        last.append(_button("bulk_more", f"Show more ({left:,} left)", job.id))
    if not entries:
        blocks.append(_section(NOT_SHOWN))
    if last:
        blocks += [{"type": "divider"}, {"type": "actions", "elements": last}]
    return blocks, "Triage: " + (", ".join(entry.key for entry in entries) or NOT_SHOWN)


def entry_text(entry: Entry) -> str:
    """Return one suggestion as mrkdwn."""
    wanted = []
    if entry.priority:
        wanted.append(f"Priority: {_words(entry.old_priority or 'none', 40)} → *{_words(entry.priority, 40)}*")
    if entry.components:
        wanted.append(f"Component: *{_words(', '.join(entry.components), 150)}*")
    if entry.labels:
        wanted.append(f"Labels: + *{_words(', '.join(entry.labels), 150)}*")
    if entry.duplicate_of:
        twin = f"<{entry.duplicate_url}|{escape(entry.duplicate_of)}>"
        wanted.append(f"Likely the same as {twin} · {_words(entry.duplicate_summary, SUMMARY)}")
    unsure = "I am not sure. " if entry.is_unsure else ""
    reason = f"_{unsure}{_words(entry.reason.replace('_', ' '), REASON)}_" if entry.reason else ""
    first = f"<{entry.url}|{escape(entry.key)}> · {_words(entry.summary, SUMMARY)}"
    done = f"✅ Applied by <@{entry.applied_by}>" if entry.applied_by else ""
    return cut("\n".join(filter(None, [first, *wanted, reason, done])), SECTION_TEXT)


def _buttons(job: Job, entry: Entry) -> Blocks:
    buttons = []
    if entry.has_changes and not entry.applied_by:
        buttons.append(_button("bulk_apply", "Apply", f"{job.id} {entry.number}"))
    if entry.duplicate_of:
        buttons.append(_button("bulk_link", "Link as duplicate", f"{job.id} {entry.number}"))
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _button(action_id: str, text: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": text}}


def _allowed(values: Any, allowed: Sequence[str]) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else []
    return tuple(dict.fromkeys(each for each in listed if each in allowed))


def _words(text: str, limit: int) -> str:
    return cut_escaped(defuse(" ".join(text.split())), limit) or "-"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
