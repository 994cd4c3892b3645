"""Markdown → Atlassian Document Format: always a valid document, whatever the text; never raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from workers.jira.adf_blocks import blocks_of, number_tasks
from workers.jira.adf_inline import LinkOf, text_nodes
from workers.jira.adf_mentions import mention_people
from workers.logs import get_logger
from workers.views.slack_words import by_name

log = get_logger(__name__)

Node = dict[str, Any]

LONGEST_MARKDOWN = 30_000
"""Jira takes 32,767 characters in a text field; some are kept for what is put behind the text."""
DEEPEST = 40
"""Text nested deeper is taken as plain paragraphs; at twice this depth the parser would drop it."""
MOST_TOKENS = 20_000
"""A short table of many columns becomes a very large document; it is taken as plain paragraphs, too."""
DEEPEST_INLINE = 10
"""Links and pictures within each other; the parser looks so far ahead at each bracket that is never closed."""
SHORTENED = "… (shortened: the text was too long for Jira)"
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither XML nor UTF-8 can carry; Jira refuses the whole document for one of these."""


def adf_of(
    markdown: str,
    *,
    link_of: LinkOf = lambda _key: None,
    mentions: Mapping[str, str] = MappingProxyType({}),
    longest: int = LONGEST_MARKDOWN,
) -> Node:
    """Return the text as a valid ADF document, without an id of Slack's.

    `link_of` gives the address of an issue key, or None; `mentions` the account of a name behind an `@`. Of a text that
    is longer than `longest` the end is left out, and the document says so.
    """
    text = _shortened(_cleaned(markdown), longest)
    try:
        content = _parsed(text, link_of)
    except Exception:  # noqa: BLE001  a text that breaks the converter is still the person's text
        log.warning("adf_fallback", length=len(text))
        content = None
    content = plain_blocks(text) if content is None else content
    mention_people(content, mentions)
    return document(content)


def is_too_long(markdown: str) -> bool:
    """Return whether the end of a text is left out."""
    return len(_cleaned(markdown)) > LONGEST_MARKDOWN


def document(content: list[Node]) -> Node:
    """Return a document of these blocks."""
    return {"type": "doc", "version": 1, "content": content}


def plain_blocks(text: str) -> list[Node]:
    """Return one paragraph for each line that says something."""
    return [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.split("\n") if line.strip()
    ]


def linked_paragraph(text: str, label: str, address: str) -> Node:
    """Return a paragraph of a text, then a link; without an address its label stands as text."""
    return {"type": "paragraph", "content": [*text_nodes(text, []), *text_nodes(label, [], address)]}


def _parsed(text: str, link_of: Callable[[str], str | None]) -> list[Node] | None:
    tokens = _parser().parse(text)
    if len(tokens) > MOST_TOKENS or _depth(tokens) >= DEEPEST:
        return None
    blocks = blocks_of(SyntaxTreeNode(tokens), link_of)
    number_tasks(blocks)
    return blocks


def _parser() -> MarkdownIt:
    # Made for each text: it keeps state while it parses, and turns run in threads.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 2 * DEEPEST}).enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "less_nesting", _nest_less)
    return parser


def _nest_less(state: StateCore) -> None:
    """Lower the limit once blocks are parsed."""
    state.md.options["maxNesting"] = DEEPEST_INLINE


def _depth(tokens: list[Token]) -> int:
    return max((token.level for token in tokens), default=0)


def _cleaned(markdown: str) -> str:
    return by_name(NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", markdown).expandtabs(4))


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    kept = text[:longest]
    # Whole lines look better, but not at the price of a line that is most of the text.
    line_end = kept.rfind("\n", longest - longest // 10)
    return f"{kept[: line_end + 1] or kept}\n\n{SHORTENED}"
