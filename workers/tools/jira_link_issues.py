"""jira_link_issues: a link between two issues, by what one says of the other, for a person to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from workers.errors import ToolError
from workers.jira.change_reading import LinkType
from workers.proposals import Link
from workers.tools.changing import common, nothing_to_do, propose, target_of
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

MOST_NAMED = 25


class LinkIssues(ToolInput):
    key: str = Field(description="The issue that the sentence begins with, such as OPS-3 in: OPS-3 blocks OPS-5.")
    other_key: str = Field(description="The issue that it ends with.")
    relation: str = Field("relates to", description="Such as blocks, is blocked by, duplicates, relates to.")


def run(args: LinkIssues, context: ToolContext, tool_use_id: str) -> ToolAnswer:
    """Propose a link."""
    near, far = target_of(args.key, context), target_of(args.other_key, context)
    if near.key == far.key:
        raise ToolError("An issue can't be linked to itself: name two issues.")
    kind, is_inward = _kind(args.relation, context.jira.changes.link_types())
    link = Link(
        **common(near, context, tool_use_id),
        other=far.key,
        other_summary=far.summary,
        relation=kind.inward if is_inward else kind.outward,
        type_name=kind.name,
        is_inward=is_inward,
    )
    if context.jira.changes.is_linked(link):
        return nothing_to_do(near.key, f"{near.key} {link.relation} {far.key} already.", context)
    return propose(context, [link], [near, far])


def _kind(relation: str, kinds: Sequence[LinkType]) -> tuple[LinkType, bool]:
    """Return the type whose words these are, and whether they are the inward ones; raises ToolError with all."""
    wanted = " ".join(relation.casefold().replace("_", " ").split())
    for kind in kinds:
        for words, is_inward in ((kind.outward, False), (kind.inward, True), (kind.name, False)):
            if wanted in (words.casefold(), words.casefold().removeprefix("is ")):
                return kind, is_inward
    relations = dict.fromkeys(words for kind in kinds for words in (kind.outward, kind.inward))
    raise ToolError(f"There is no relation {relation[:60]!r}. Use one of: {', '.join([*relations][:MOST_NAMED])}.")


TOOL = Tool(
    name="jira_link_issues",
    description=(
        "Link two issues when a person asks for it, e.g. OPS-3 blocks OPS-5. Shows the link on a card with Confirm and "
        "Cancel; nothing is in Jira until a person confirms."
    ),
    input=LinkIssues,
    run=run,
)
