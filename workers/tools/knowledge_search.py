"""knowledge_search: passages of documents, pages and resolved issues, each a source that the model can cite."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import Field

from workers.errors import JiraRefused, JiraUnavailable, ToolError
from workers.knowledge.values import Found
from workers.logs import get_logger
from workers.tools.arguments import Texts, between
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer, ToolInput

log = get_logger(__name__)

OFF = "No documents are set up to be searched here. Don't call this again; answer without it, and say so if it matters."
CLOSED = (
    "These documents are for full members of the workspace only, and the person who asks is a guest or from another "
    "organisation. Don't call this again; say so in a friendly sentence, and help without."
)
SHARED = (
    "Nothing is told here of the team's documents: another organisation reads this channel, too. Don't call this "
    "again; say in a friendly sentence that the person can ask in a direct message."
)
NOTHING = (
    "Nothing found in the documents for these words. Try once more with other words; if that finds nothing either, say "
    "plainly that you found nothing written about it, and don't make an answer up."
)


class Search(ToolInput):
    query: str | None = Field(None, description="The question in a few words of its own language.")
    keywords: Texts = Field(default=[], description="More words that a page about it would use.")
    limit: Annotated[int, between(1, 10)] = Field(5, description="1-10, default 5.")


def run(args: Search, context: ToolContext, _tool_use_id: str) -> ToolAnswer:
    """Search what the asker may see, and return what was found as sources with citations on."""
    if not context.is_open:
        return ToolAnswer(CLOSED)
    if context.knowledge is None:
        return ToolAnswer(OFF)
    words = " ".join(filter(None, (args.query, *args.keywords)))
    if not words.strip():
        raise ToolError("Call knowledge_search again with a query.")
    # A member may read them, but what is answered here is read by strangers, too.
    is_shared = context.reader.is_shared
    found = context.knowledge.search(words, args.limit, lambda keys: _visible(keys, context), only_issues=is_shared)
    if not found:
        return ToolAnswer(SHARED if is_shared else NOTHING)
    keys = tuple(dict.fromkeys(each.issue_key for each in found if each.issue_key))
    links = {each.address: each.title for each in found if is_web(each.address)}
    return ToolAnswer(
        "\n".join(each.title for each in found),
        issue_keys=keys,
        # A resolved issue is no longer among the documents once it is open again, and may be shown all the same.
        document_ids=tuple(dict.fromkeys(each.document_id for each in found if not each.issue_key)),
        links=tuple((title, address) for address, title in links.items()),
        finds="source",
        count=len({each.document_id for each in found}),
        sources=tuple(map(_block, found)),
    )


def _visible(keys: Collection[str], context: ToolContext) -> Collection[str]:
    """Return those issues that may be shown to the asker here; none where Jira does not tell."""
    try:
        return context.jira.visible_keys(keys, context.reader)
    except (JiraUnavailable, JiraRefused, ToolError) as error:
        log.warning("resolved_issues_left_out", cause=type(error).__name__)
        return ()


def is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _block(found: Found) -> dict[str, Any]:
    return {
        "type": "search_result",
        "source": found.address,
        "title": found.title,
        "content": [{"type": "text", "text": found.text}],
        "citations": {"enabled": True},
    }


TOOL = Tool(
    name="knowledge_search",
    description=(
        "Search the team's documents, wiki pages and resolved issues. Use it for how-to questions, policies, and known "
        "solutions. Returns passages to answer from and to cite."
    ),
    input=Search,
    run=run,
)
