"""The rule-based support agent: a stand-in for the model's judgement, the same for the same request."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from sandbox.claude.brain import answers
from sandbox.claude.brain.bulk import bulk_answer
from sandbox.claude.brain.changing import after_change, again, calls_for, kind_of
from sandbox.claude.brain.filing import issue_type_of, new_issue, project_of, said_values, topic_of
from sandbox.claude.brain.findings import wanted_in
from sandbox.claude.brain.how_to import how_to
from sandbox.claude.brain.intents import Intent, intent_of, unanswered
from sandbox.claude.brain.keywords import groups_of, keywords_of
from sandbox.claude.brain.listing import listing_of
from sandbox.claude.brain.long_answer import long_answer
from sandbox.claude.brain.reading import KEY, Call, Situation, read
from sandbox.claude.brain.structured import structured_answer
from sandbox.claude.scripts import Block, Body, Reply, reply, schema_of, text, thinking, tool

MOST_ROUNDS = 6
_PLAIN: dict[Intent, str] = {
    "nothing": answers.EMPTY,
    "greeting": answers.GREETING,
    "thanks": answers.THANKS,
    "help": answers.HELP,
    "decline": answers.DECLINED,
    "delete": answers.NOT_DELETED,
    "chat": answers.CHAT,
}
_TOPIC_BORDER = re.compile(
    r"\band also\b|;\s*also\b|\bas well as\b|\band separately\b|\bplus\b|\n\s*(?:\d[.)]|[-*])\s", re.IGNORECASE
)


def decide(body: Body, *, long_paragraphs: int) -> Reply:
    """Return what a sensible support agent would say or do next."""
    situation = read(body)
    schema = schema_of(body)
    if schema:
        about_one = bulk_answer(body, schema)
        if about_one is not None:
            return reply(json.dumps(about_one, ensure_ascii=False))
        return reply(structured_answer(situation, schema))
    if not situation.tools and re.search(r"\bsummar(?:y|i[sz]e)", situation.question + situation.facts, re.IGNORECASE):
        return reply(answers.summary_of_conversation(situation))
    step = _next_step(situation, long_paragraphs)
    return step if situation.now.rounds else _after_a_look(situation, step)


def _after_a_look(situation: Situation, step: Reply) -> Reply:
    """Return the answer with a word on the files that came with the question before all others."""
    note = answers.about_files(situation.now.files)
    if not note:
        return step
    thoughts = tuple(block for block in step.blocks if block["type"] == "thinking")
    rest = tuple(block for block in step.blocks if block["type"] != "thinking")
    return replace(step, blocks=(*thoughts, text(f"{note}\n\n"), *rest))


def forced(body: Body, name: str | None) -> Reply:
    """Return a call of the named tool, or of the first one, with arguments that fit its schema."""
    offered = [one for one in body["tools"] if name in (None, one["name"])]
    arguments = json.loads(structured_answer(read(body), offered[0]["input_schema"]))
    return reply(tool(offered[0]["name"], arguments))


def _next_step(situation: Situation, long_paragraphs: int) -> Reply:
    intent = intent_of(situation)
    if intent == "nothing" and situation.now.files:
        return reply(answers.ONLY_FILES)
    if intent in _PLAIN:
        return reply(_PLAIN[intent])
    match intent:
        case "long":
            return reply(long_answer(situation.question, long_paragraphs))
        case "remember" | "details":
            say = answers.remembered if intent == "remember" else answers.details_noted
            return reply(say(situation))
        case "file" | "answer_field":
            return _file(situation, intent)
        case "how_to":
            return how_to(situation)
        case "change" | "look_up":
            return _about_issues(situation)
        case _:
            return _search(situation, is_report=intent == "report")


def _search(situation: Situation, *, is_report: bool) -> Reply:
    done = [call for call in situation.now.calls if call.name in ("jira_search", "knowledge_search")]
    if done or "jira_search" not in situation.tools:
        return reply(answers.after_search(situation, done, is_report=is_report))
    listing = listing_of(situation)
    if listing is not None:
        return reply(thinking("The person wants a list."), tool(situation.tools["jira_search"], listing))
    topics = [keywords for keywords in map(keywords_of, _TOPIC_BORDER.split(situation.question)) if keywords]
    if len(topics) < 2 or min(map(len, topics)) < 2:
        topics = [keywords_of(_subject(situation))]
    searches = [
        tool(situation.tools["jira_search"], {"keywords": groups_of(words), "status": "any"}) for words in topics[:3]
    ]
    note = "The person reports a problem." if is_report else "The person asks what is known."
    about = " and ".join(" ".join(words) for words in topics[:3])
    return reply(
        thinking(f"{note} I look for issues about {about} first."), "Let me look for similar issues… ", *searches
    )


def _subject(situation: Situation) -> str:
    """Return what a search is about: the question, or the talk before it when the question names nothing."""
    if len(keywords_of(situation.question)) >= 2 or len(situation.people_said) < 2:
        return situation.question
    return f"{topic_of(situation)} {situation.question}"


def _by_key(situation: Situation) -> Reply:
    done = situation.now.calls
    if done:
        return reply(answers.after_look_up(done))
    if "jira_get_issue" not in situation.tools:
        return reply(answers.CHAT)
    keys = list(dict.fromkeys(KEY.findall(situation.question)))[:5]
    calls = [tool(situation.tools["jira_get_issue"], {"key": key}) for key in keys]
    return reply(thinking("The person names an issue; I look at it."), *calls)


def _about_issues(situation: Situation) -> Reply:
    done, kind = situation.now.calls, kind_of(situation)
    if done and done[-1].name != "jira_get_issue":
        repeated = again(done) if len(situation.now.rounds) == 1 else []
        calls = [tool(situation.tools[name], arguments) for name, arguments in repeated]
        return reply(*calls) if calls else reply(after_change(done))
    wanted = calls_for(situation, kind) if kind else []
    if not wanted:
        return _by_key(situation)
    calls = [tool(situation.tools[name], arguments) for name, arguments in wanted]
    return reply(thinking("The person wants something done with an issue; I prepare it."), *calls)


def _file(situation: Situation, intent: Intent) -> Reply:
    rounds = situation.now.rounds
    if rounds:
        return _file_on(situation, rounds[-1][-1], len(rounds))
    if intent == "answer_field":
        return _try_again(situation, unanswered(situation)) or reply(answers.CHAT)
    if not topic_of(situation):
        return reply(answers.NOTHING_TO_FILE)
    where = {"project": project_of(situation), "issue_type": issue_type_of(situation)}
    if "jira_create_options" in situation.tools and not _knows_options(situation, where):
        note = f"The person wants an issue in {where['project']}; I check which fields it needs."
        return reply(thinking(note), "I'll draft that. ", tool(situation.tools["jira_create_options"], where))
    return _draft(situation, new_issue(situation, where))


def _knows_options(situation: Situation, where: dict[str, str]) -> bool:
    options = [call for call in situation.calls if call.name == "jira_create_options" and not call.is_error]
    return any(where.items() <= call.arguments.items() for call in options)


def _file_on(situation: Situation, last: Call, rounds: int) -> Reply:
    """Go on with filing after the last tool result of this turn."""
    if last.name == "jira_create_options":
        return _after_options(situation, last, rounds)
    if not last.is_error:
        return reply(answers.after_draft(last.result))
    again = _try_again(situation, last) if rounds < MOST_ROUNDS else None
    return again or reply(answers.field_question(last.result))


def _after_options(situation: Situation, last: Call, rounds: int) -> Reply:
    if not last.is_error:
        return _draft(situation, new_issue(situation, last.arguments))
    offered = re.search(r"\btypes: ([^.\n]+)", last.result)
    if offered is None or rounds > 1:
        return reply(answers.refused(last.result))
    types = [name.strip() for name in offered[1].split(",")]
    likely = next((name for name in ("Bug", "Task") if name in types), types[0])
    note = f"There is no such type here; {likely} comes closest."
    arguments = {**last.arguments, "issue_type": likely}
    return reply(thinking(note), tool(situation.tools["jira_create_options"], arguments))


def _try_again(situation: Situation, failed: Call | None) -> Reply | None:
    """Return the call with the fields that people have named since, or None if they named none."""
    if failed is None:
        return None
    wanted = wanted_in(failed.result)
    named = {name: value for name, value in said_values(situation).items() if name in wanted}
    if failed not in situation.now.calls:
        # The person was asked: what they say now is the text of a field that takes any.
        named |= {name: situation.question for name, values in wanted.items() if not values}
    fields = dict(failed.arguments.get("fields") or {})
    if not named or named.items() <= fields.items():
        return None
    return _draft(situation, failed.arguments | {"fields": fields | named})


def _draft(situation: Situation, arguments: dict[str, Any]) -> Reply:
    if "jira_create_issue" not in situation.tools:
        return reply("I cannot file issues here.")
    blocks: list[Block] = [thinking(f"I draft “{arguments['summary']}” from the conversation.")]
    return reply(*blocks, tool(situation.tools["jira_create_issue"], arguments))
