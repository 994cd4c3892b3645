"""jira_add_comment: a comment for a person to confirm; internal on a service desk unless said otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workers.errors import ToolError
from workers.jira.forms import CUT
from workers.proposals import Comment
from workers.tools.arguments import one_of
from workers.tools.changing import check_length, closing, common, propose, target_of
from workers.tools.context import ToolContext
from workers.tools.people import mentions
from workers.tools.tool import Tool, ToolAnswer, ToolInput

Audience = Annotated[
    Literal["internal", "customers"],
    one_of(public="customers", customer="customers", everybody="customers", team="internal", private="internal"),
]


class AddComment(ToolInput):
    key: str = Field(description="Issue key, such as OPS-12.")
    body: str = Field(description="Markdown. What the person wants to be said, without a greeting.")
    audience: Audience = Field(
        "internal",
        description="On service desk issues customers read a comment only with customers: use it only if the person "
        "said that customers shall read it. Elsewhere without effect.",
    )


def run(args: AddComment, context: ToolContext, tool_use_id: str) -> ToolAnswer:
    """Propose a comment."""
    if not args.body:
        raise ToolError("The comment is empty: say in `body` what it shall say.")
    check_length("The comment", args.body)
    target = target_of(args.key, context)
    is_desk = context.jira.changes.is_service_desk(target)
    is_for_customers = is_desk and args.audience == "customers"
    people = mentions(context)
    body = people.named(args.body)
    change = Comment(
        **common(target, context, tool_use_id),
        body=body,
        mentions=people.accounts,
        is_internal=is_desk and not is_for_customers,
        is_for_customers=is_for_customers,
        note=CUT.format(name="The comment") if context.jira.cuts(body, people.accounts) else "",
        # What customers read names no colleague and no address of ours.
        **({} if is_for_customers else closing(context)),
    )
    return propose(context, [change], [target])


TOOL = Tool(
    name="jira_add_comment",
    description=(
        "Add a comment to an issue when a person asks for it. Shows it on a card with Confirm and Cancel; nothing is "
        "in Jira until a person confirms. On service desk issues it is internal unless the person says otherwise."
    ),
    input=AddComment,
    run=run,
)
