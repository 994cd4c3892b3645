"""The sentences of the rule-based support agent."""

from __future__ import annotations

import re

from sandbox.claude.brain.filing import best_report, summary_of, topic_of
from sandbox.claude.brain.findings import Finding, issues_in, wanted_in
from sandbox.claude.brain.intents import ASKS_FIELD
from sandbox.claude.brain.listing import listed, listing_of
from sandbox.claude.brain.reading import KEY, Call, SharedFile, Situation
from sandbox.claude.brain.triage import judge

EMPTY = "You mentioned me without a question. What should I do: look for an issue, or note a new problem?"
ONLY_FILES = "I see a file but no question. What does it show, and what should I do with it?"
HELP = (
    "I triage problems and keep Jira in order:\n\n"
    "- tell me what does not work, and I look for similar issues\n"
    "- say *file it*, and I draft an issue from this conversation\n"
    "- name a key such as `OPS-12`, and I tell you how it stands"
)
GREETING = "Hello! Tell me what does not work, and I will look whether it is known."
THANKS = "You're welcome! Mention me when there is more."
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_TO_THE_MODEL = re.compile(r"(?:Don't|Say|Ask|Tell|Call)\b")
DECLINED = "All right, I leave it at that. Nothing was filed."
CHAT = "I am not sure what to do with that. Tell me what does not work, or name an issue key, and I will look it up."
NOT_DELETED = (
    "I don't delete anything in Jira; whoever may can do that there. I can close an issue, such as by *close OPS-12 as "
    "Won't Do*, correct it, or comment on it, each on a card that you confirm."
)
NOTHING_TO_FILE = "I would like to file it, but I don't know yet what it is about. What does not work, and since when?"
DRAFT_READY = "The draft is ready: please check it and press **Create** to file it. Nothing is in Jira before that."
NO_JIRA = (
    "What is in Jira can be shown to full members of this workspace only, and only they can file issues. "
    "Ask one of them, or tell me what does not work, and I help without it."
)
_FILED = re.compile(rf"\b(?:created|filed)(?: as| issue|:)?\W{{1,4}}({KEY.pattern})", re.IGNORECASE)
_TROUBLE = re.compile(r"does not answer|was not filed|was lost", re.IGNORECASE)


def after_search(situation: Situation, searches: list[Call], *, is_report: bool) -> str:
    """Return the answer that a search leads to."""
    failed = [call for call in searches if call.is_error]
    if searches and not failed and listing_of(situation):
        return listed(searches[-1])
    if failed and "not open to the person" in failed[0].result:
        return NO_JIRA
    if failed and len(failed) == len(searches):
        return f"I could not search Jira just now: {_shortly(failed[0].result)}"
    found = {finding.key: finding for call in searches for finding in issues_in(call.result)}
    parts = [_found(list(found.values()))]
    if is_report:
        parts += _triage("\n".join(part.words for part in situation.now.said))
    return "\n\n".join(parts)


def about_files(files: list[SharedFile]) -> str:
    """Return which of the files were looked at, and of the others why not."""
    names = [f"`{file.name}`" for file in files if not file.problem]
    seen = [f"I looked at {', '.join(names)}."] if names else []
    return " ".join([*seen, *(f"I can't see `{file.name}`: {file.problem}." for file in files if file.problem)])


def _found(issues: list[Finding]) -> str:
    if not issues:
        return "I found no similar issue in Jira."
    head = "I found one similar issue:" if len(issues) == 1 else f"I found {len(issues)} similar issues:"
    return "\n".join([head, "", *(issue.as_item() for issue in issues[:8])])


def _triage(words: str) -> list[str]:
    judgement = judge(words)
    seems = f"**Severity:** {judgement.severity} · **Component:** {judgement.component or 'not clear yet'}"
    offer = "If none of these is yours, say *file it* and I will draft a new issue."
    if not judgement.gaps:
        return [seems, offer]
    needs = "To triage it well I still need:\n\n" + "\n".join(f"- {gap}" for gap in judgement.gaps)
    return [seems, needs, offer]


def after_look_up(calls: list[Call]) -> str:
    """Return what the issues that were looked up say."""
    return "\n\n".join(_looked_up(call) for call in calls)


def _looked_up(call: Call) -> str:
    key = str(call.arguments.get("key", "the issue"))
    if call.is_error:
        return f"I could not read {key}: {_shortly(call.result)}"
    lines = [line.strip() for line in call.result.splitlines() if line.strip()]
    url = next((word for word in re.findall(r"https?://[^\s)>\]|\"']+", call.result) if key in word), None)
    name = f"[{key}]({url})" if url else f"**{key}**"
    facts = [line for line in lines if not (url and url in line)][:6]
    summary = facts[0].removeprefix(key).lstrip(" :-") if facts else ""
    return "\n".join([f"{name}: {summary}", "", *(f"- {line.lstrip('-* ')}" for line in facts[1:])])


def after_draft(result: str) -> str:
    """Return the word on a draft that was shown, or on an issue that was filed without one."""
    if _TROUBLE.search(result):
        return _shortly(result)
    filed = _FILED.search(result)
    return f"Filed as **{filed[1]}**." if filed and "draft" not in result.lower() else DRAFT_READY


def field_question(result: str) -> str:
    """Return one question for all the fields that Jira still wants."""
    fields = wanted_in(result)
    if not fields:
        return refused(result)
    wanted = "\n".join(f"- **{name}**: {', '.join(values[:12]) or 'in your words'}" for name, values in fields.items())
    return f"{ASKS_FIELD}, Jira wants a value that nobody named yet:\n\n{wanted}\n\nWhat should I take?"


def refused(result: str) -> str:
    """Return what a tool that failed means to the person."""
    if "not open to the person" in result:
        return NO_JIRA
    return f"That did not work: {_shortly(result)}"


def remembered(situation: Situation) -> str:
    """Return what was reported and filed earlier, from the history alone."""
    reported = _reported(situation)
    if not reported:
        return "We have not talked about a problem in this conversation yet."
    parts = [f"You reported: “{reported}”."]
    drafts = [call for call in situation.calls if call.name == "jira_create_issue" and not call.is_error]
    if drafts:
        summary = drafts[-1].arguments.get("summary")
        parts.append("There is a draft for it." if summary == reported else f"The draft for it is “{summary}”.")
    filed = _filed_key(situation)
    if filed:
        parts.append(f"It was filed as **{filed}**.")
    else:
        similar = [
            item.key for call in situation.calls if call.name == "jira_search" for item in issues_in(call.result)
        ]
        if similar:
            parts.append(f"Similar issues were {', '.join(dict.fromkeys(similar[:5]))}.")
    return " ".join(parts)


def _reported(situation: Situation) -> str:
    said = [part.words for turn in situation.earlier for part in turn.said]
    said += [part.words for part in situation.now.said[:-1]]
    return summary_of(best_report(said))


def _filed_key(situation: Situation) -> str | None:
    drafted = [call.result for call in situation.calls if call.name == "jira_create_issue"]
    told = _FILED.findall("\n".join([*drafted, situation.facts]))
    return str(told[-1]) if told else None


def details_noted(situation: Situation) -> str:
    """Return the thanks for more details, with what is still open."""
    told = "\n".join(part.words for part in situation.people_said)
    judgement = judge(told)
    noted = f"Thanks, noted: “{summary_of(situation.question)}”."
    gaps = f" I would still like to know {judgement.gaps[0]}." if judgement.gaps else ""
    return f"{noted}{gaps}\n\nSeverity looks **{judgement.severity}** now. Say *file it* and I will draft the issue."


def summary_of_conversation(situation: Situation) -> str:
    """Return a short account of all that was said."""
    said = [f"- {part.speaker or 'The person'}: {summary_of(part.words)}" for part in situation.people_said[:-1]]
    return "\n".join(["Summary of the conversation so far:", "", *said[:30]]) if said else topic_of(situation)


def _shortly(result: str) -> str:
    """Return what a tool said without what it said to the model alone."""
    line = " ".join(each for each in _SENTENCES.split(" ".join(result.split())) if not _TO_THE_MODEL.match(each))
    return line if len(line) <= 300 else line[:300].rsplit(" ", 1)[0] + "…"
