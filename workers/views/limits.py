"""Slack's limits on messages and views, and the cutters that keep us inside them."""

from __future__ import annotations

# docs.slack.dev/reference/block-kit and the methods' own pages.
MARKDOWN_TEXT = 12_000
SEGMENT_TEXT = 9_900
"""What we put into one message: all tables of one may have 10,000 characters, and it may be nothing but tables."""
TABLE_ROWS, TABLE_COLUMNS = 100, 20
FALLBACK_TEXT = 3_900
"""`chat.update` refuses a `text` above 4,000."""
SECTION_TEXT = 3_000
HEADER_TEXT = 150
BUTTON_VALUE = 2_000
VIEW_BLOCKS = 100
VIEW_BYTES = 240_000
"""Slack refuses a view above 250 kB; the frame of a form needs some."""
PRIVATE_METADATA = 3_000
INPUT_TEXT = 3_000
INPUT_HINT = 2_000
PLACEHOLDER = 150
OPTIONS = 100
OPTION_TEXT = 75
OPTION_VALUE = 150
BLOCK_ID = 255


def cut(text: str, limit: int) -> str:
    """Return the text, its end replaced by an ellipsis if it is too long."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Return the text with the three characters escaped that mrkdwn gives a meaning of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut_escaped(text: str, limit: int) -> str:
    """Return the text escaped for mrkdwn and within the limit, no entity cut in two."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    kept = escaped[: limit - 1]
    start = kept.rfind("&", max(0, len(kept) - 5))
    if start >= 0 and ";" not in kept[start:]:
        kept = kept[:start]
    return kept.rstrip() + "…"
