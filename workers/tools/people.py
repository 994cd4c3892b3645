"""Whom the model means: a mention of Slack, a name, an address or "me" becomes an account in Jira."""

from __future__ import annotations

import re

from workers.jira.directory import Sought
from workers.jira.mentions import Mentions
from workers.jira.people_fields import Find
from workers.jira.values import Person
from workers.records import FieldSpec
from workers.tools.context import ToolContext

SLACK_ID = re.compile(r"<@([UW][A-Z0-9]{2,})(?:\|[^>]*)?>|\(([UW][A-Z0-9]{2,})\)|^@?([UW][A-Z0-9]{6,})$")
ME = frozenset({"me", "myself", "@me", "currentuser()", "i"})


def sought(words: str, context: ToolContext) -> Sought:
    """Return what is known of whom the words mean."""
    words = words.strip().removeprefix("mailto:")
    found = SLACK_ID.search(words)
    slack_id = (
        context.asker.user_id if words.casefold() in ME else next(filter(None, found.groups()), "") if found else ""
    )
    if not slack_id:
        return Sought(words.strip("<>").removeprefix("@").strip())
    who = context.asker if slack_id == context.asker.user_id else context.person(slack_id)
    return Sought(who.name, slack_id, who.email or "")


def mentions(context: ToolContext) -> Mentions:
    """Return what puts names in the place of the ids in texts, with the accounts of these people."""
    return Mentions(context.jira.directory, lambda user_id: sought(f"<@{user_id}>", context))


def account_of(words: str, context: ToolContext, *, project: str = "") -> Person:
    """Return the account of whom the words mean; raises ToolError that says who may be meant."""
    return context.jira.directory.find(sought(words, context), project=project)


def finder(context: ToolContext, project: str) -> Find:
    """Return what finds the people of a form's fields: an assignee among those who can be one."""

    def find(words: str, spec: FieldSpec) -> Person:
        return account_of(words, context, project=project if spec.id == "assignee" else "")

    return find
