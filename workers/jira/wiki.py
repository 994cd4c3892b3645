"""Markdown → Jira's wiki markup, by way of ADF: what may stand where is decided once, for Cloud and Data Center."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from workers.jira.adf import LONGEST_MARKDOWN, SHORTENED, adf_of
from workers.jira.adf_blocks import PANELS
from workers.jira.adf_inline import LinkOf, is_safe

Node = dict[str, Any]

LONGEST_WIKI = 32_000
"""Jira takes 32,767 characters of what is sent; some are kept for what is put behind the text."""
SPARE = 100
BREAK = r" \\ "
"""Within one line of a list or a cell."""
MARKS = {"strong": "*", "em": "_", "strike": "-"}
# What wiki markup takes for markup anywhere in a text. A backslash keeps the sign as it is.
SIGNS = re.compile(r"[{}\[\]|*_^~+!?-]")
# A backslash before a sign would keep it, and two are a line break: such a one is spelled. Elsewhere it is only itself.
# So is the sign with which something begins that reads as spelled already.
SPELLED = re.compile(
    r"\\(?=[\\{}\[\]|*_^~+!?#():;-]|h[1-6]\.|bq\.|\Z)|&(?=(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});)"
)
SPELLINGS = {"\\": "&#92;", "&": "&amp;"}
# What is shown as a small picture: (x), (!), :), ;-) and their like.
SMILEYS = re.compile(r"\((?=(?:[ynix/!+?-]|\*[rgby]?|on|off|flag|flagoff)\))|[:;](?=-?[)(PD])", re.IGNORECASE)
# What is markup only where a line begins.
LINE_START = re.compile(r"^(\s*)(h[1-6]\.|bq\.|#|----)", re.MULTILINE)
# A hyphen or an underscore inside a word is none: OPS-12, snake_case.
INSIDE_WORD = re.compile(r"(?<=\w)[-_?+](?=\w)")
NOT_IN_ACCOUNT = re.compile(r"[\[\]|{}\s]")
NOT_IN_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "[]|{}\\^"})
# Of any other language Jira says above the code that it does not know it.
LANGUAGES = frozenset(
    {
        "actionscript", "ada", "applescript", "bash", "c", "c#", "c++", "cpp", "css", "erlang", "go", "groovy",
        "haskell", "html", "java", "javascript", "js", "json", "lua", "none", "objc", "perl", "php", "python", "r",
        "ruby", "scala", "sh", "sql", "swift", "visualbasic", "xml", "yaml",
    }
)  # fmt: skip
OTHER_NAMES = {"py": "python", "shell": "bash", "console": "bash", "ts": "javascript", "yml": "yaml", "rb": "ruby"}
TITLES = {kind: name.capitalize() for name, kind in PANELS.items()}


def wiki_of(
    markdown: str, *, link_of: LinkOf = lambda _key: None, mentions: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return the text as wiki markup; whatever the text, it reads as it was written and never raises.

    It is never longer than Jira takes: what keeps signs as they are makes a text longer, and then its end is left out.
    """
    taken = LONGEST_MARKDOWN
    while True:
        text = blocks_text(adf_of(markdown, link_of=link_of, mentions=mentions, longest=taken)["content"])
        if len(text) <= LONGEST_WIKI:
            return text
        given = min(taken, len(markdown.expandtabs(4)))
        taken = max(given * LONGEST_WIKI // len(text) - SPARE, 0)


def is_cut(wiki: str) -> bool:
    """Return whether the end of a text was left out when it was written as wiki markup."""
    return SHORTENED in wiki[-SPARE:]


def linked_line(text: str, label: str, address: str) -> str:
    """Return a line of a text, then a link; without an address its label stands as text."""
    marks = [{"type": "link", "attrs": {"href": address}}] if is_safe(address) else []
    nodes: list[Node] = [{"type": "text", "text": text}, {"type": "text", "text": label, "marks": marks}]
    return _inline(node for node in nodes if node["text"])


def blocks_text(blocks: Iterable[Node]) -> str:
    """Return ADF blocks as wiki markup, a blank line between them."""
    return "\n\n".join(text for text in (_block(block) for block in blocks) if text)


def _block(block: Node) -> str:
    kind, content = block["type"], block.get("content", [])
    if kind == "heading":
        return f"h{block['attrs']['level']}. {_inline(content, one_line=True)}"
    if kind == "blockquote":
        return f"{{quote}}\n{blocks_text(content)}\n{{quote}}"
    if kind == "panel":
        return f"{{panel:title={TITLES[block['attrs']['panelType']]}}}\n{blocks_text(content)}\n{{panel}}"
    if kind == "table":
        return "\n".join(_row(row) for row in content)
    if kind == "rule":
        return "----"
    writer = LINES.get(kind)
    if writer:
        return "\n".join(writer(block, ""))
    return _code(block) if kind == "codeBlock" else _inline(content)


def _list(block: Node, prefix: str) -> list[str]:
    """Return a line an item; what an item holds beside its first paragraph follows it, as wiki lists allow."""
    prefix += "*" if block["type"] == "bulletList" else "#"
    lines = []
    for item in block.get("content", []):
        first, *rest = item["content"]
        # A list item ends with its line: breaks within it are written as two backslashes.
        head = _inline(first.get("content", []), break_text=BREAK) if first["type"] == "paragraph" else ""
        lines.append(f"{prefix} {head}".rstrip())
        for inner in rest if first["type"] == "paragraph" else item["content"]:
            if inner["type"] in LINES:
                lines += LINES[inner["type"]](inner, prefix)
            else:
                lines.append(_block(inner))
    return lines


def _tasks(block: Node, prefix: str) -> list[str]:
    """Return a line a task with a box that reads as one: wiki markup knows no tasks."""
    prefix += "*"
    lines = []
    for item in block["content"]:
        if item["type"] == "taskList":
            lines += _tasks(item, prefix)
        else:
            box = "☑" if item["attrs"]["state"] == "DONE" else "☐"
            lines.append(f"{prefix} {box} {_inline(item['content'], break_text=BREAK)}".rstrip())
    return lines


LINES: dict[str, Callable[[Node, str], list[str]]] = {"bulletList": _list, "orderedList": _list, "taskList": _tasks}
"""The lines of each kind of list, behind the signs of the lists that it is in."""


def _code(block: Node) -> str:
    """Return a code block; only the closing sign of the macro itself must not stand inside it."""
    text = "".join(node["text"] for node in block.get("content", []))
    given = str(block.get("attrs", {}).get("language", "")).lower()
    language = OTHER_NAMES.get(given, given)
    if "{code}" in text:
        return f"{{noformat}}\n{text.replace('{noformat}', '{ noformat }')}\n{{noformat}}"
    return f"{{code{f':{language}' if language in LANGUAGES else ''}}}\n{text}\n{{code}}"


def _row(row: Node) -> str:
    cells = row["content"]
    sign = "||" if all(cell["type"] == "tableHeader" for cell in cells) else "|"
    texts = (
        " ".join(_inline(block.get("content", []), break_text=BREAK) for block in cell["content"]) for cell in cells
    )
    return sign + sign.join(f" {text or ' '} " for text in texts) + sign


def _inline(nodes: Iterable[Node], *, break_text: str = "\n", one_line: bool = False) -> str:
    nodes = list(nodes)
    shown: list[str] = []
    for place, node in enumerate(nodes):
        following = str(nodes[place + 1].get("text", "")) if place + 1 < len(nodes) else ""
        before = str(nodes[place - 1].get("text", "")) if place else ""
        shown.append(_node(node, " " if one_line else break_text, before[-1:] + following[:1]))
    return LINE_START.sub(r"\1\\\2", "".join(shown))


def _node(node: Node, break_text: str, around: str) -> str:
    if node["type"] == "hardBreak":
        return break_text
    if node["type"] == "mention":
        return _mention(node["attrs"])
    text = str(node.get("text", ""))
    marks = {mark["type"]: mark for mark in node.get("marks", [])}
    address = marks.get("link", {}).get("attrs", {}).get("href", "")
    if "code" in marks:
        shown = f"{{{{{_escaped(text)}}}}}"
        return f"{shown} ({address})" if address and address != text else shown
    signs = [MARKS[name] for name in marks if name in MARKS]
    if address:
        return _wrapped(_link(text, address), signs, around)
    core = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    # Wiki markup wants its signs to touch the words: outer spaces stay outside.
    around = ("" if before else around[:1]) + ("" if after else around[-1:])
    return f"{before}{_wrapped(_escaped(core), signs, around)}{after}" if core else text


def _mention(attrs: Node) -> str:
    account = str(attrs["id"])
    return _escaped(str(attrs["text"])) if NOT_IN_ACCOUNT.search(account) else f"[~{account}]"


def _link(text: str, address: str) -> str:
    safe = address.translate(NOT_IN_ADDRESS)
    return f"[{safe}]" if address == text else f"[{_escaped(text)}|{safe}]"


def _wrapped(shown: str, signs: list[str], around: str) -> str:
    """Put a text into its signs; in braces where a sign would stand inside a word and be none."""
    if any(letter.isalnum() for letter in around):
        signs = [f"{{{sign}}}" for sign in signs]
    return f"{''.join(signs)}{shown}{''.join(reversed(signs))}"


def _escaped(text: str) -> str:
    """Return the text with its signs kept as signs."""
    kept = {match.start() for match in INSIDE_WORD.finditer(text)}
    smileys = {match.start() for match in SMILEYS.finditer(text)}
    signs = {match.start() for match in SIGNS.finditer(text)} - kept | smileys
    shown = [f"\\{letter}" if place in signs else letter for place, letter in enumerate(text)]
    for match in SPELLED.finditer(text):
        shown[match.start()] = SPELLINGS[match[0]]
    return "".join(shown)
