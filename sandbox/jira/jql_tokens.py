"""JQL text → tokens, with Jira's words for what cannot stand in a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from sandbox.jira.wire import JiraError

RESERVED = frozenset(
    {
        "abort", "access", "add", "after", "alias", "all", "alter", "and", "any", "are", "as", "asc", "at",
        "audit", "avg", "be", "before", "begin", "between", "boolean", "but", "by", "byte", "catch", "cf",
        "changed", "char", "character", "check", "checkpoint", "collate", "collation", "column", "commit",
        "connect", "continue", "count", "create", "current", "date", "decimal", "declare", "decrement",
        "default", "defaults", "define", "delete", "delimiter", "desc", "difference", "distinct", "divide",
        "do", "double", "drop", "else", "empty", "encoding", "end", "equals", "escape", "exclusive", "exec",
        "execute", "exists", "explain", "false", "fetch", "file", "field", "first", "float", "for", "from",
        "function", "go", "goto", "grant", "greater", "group", "having", "identified", "if", "immediate", "in",
        "increment", "index", "initial", "inner", "inout", "input", "insert", "int", "integer", "intersect",
        "intersection", "into", "is", "isempty", "isnull", "it", "join", "last", "left", "less", "like",
        "limit", "lock", "long", "max", "min", "minus", "mode", "modify", "modulo", "more", "multiply", "next",
        "no", "noaudit", "not", "notin", "nowait", "null", "number", "object", "of", "on", "option", "or",
        "order", "outer", "output", "power", "previous", "prior", "privileges", "public", "raise", "raw",
        "remainder", "rename", "resource", "return", "returns", "revoke", "right", "row", "rowid", "rownum",
        "rows", "select", "session", "set", "share", "size", "sqrt", "start", "strict", "string", "subtract",
        "such", "sum", "synonym", "table", "that", "the", "their", "then", "there", "these", "they", "this",
        "to", "trans", "transaction", "trigger", "true", "uid", "union", "unique", "update", "user", "validate",
        "values", "view", "was", "when", "whenever", "where", "while", "will", "with",
    }
)  # fmt: skip
TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<open>["'])"""
    r"""|(?P<operator>!=|!~|<=|>=|=|<|>|~)|(?P<mark>[(),])|(?P<bang>!)|(?P<word>cf\[\d+\]|[^\s"'=!<>~(),]+))""",
    re.DOTALL,
)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\", "'": "'", '"': '"', " ": " "}
JOINS = frozenset({"&", "&&", "|", "||"})
SPECIAL = frozenset("{}*/%+$#@?;^|[]&")


@dataclass(frozen=True)
class Token:
    kind: str
    """`quoted`, `word`, `operator`, `mark`, `bang` or `end`."""
    text: str
    start: int


def refuse(text: str, at: int, problem: str) -> NoReturn:
    """Refuse a query with the place in it, counted as Jira counts."""
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    raise JiraError(400, f"Error in the JQL Query: {problem} (line {line}, character {column})")


def tokens(text: str) -> list[Token]:
    """Cut a query into its tokens; the last is always of kind `end`."""
    found: list[Token] = []
    at = 0
    while at < len(text) and (match := TOKEN.match(text, at)):
        kind = str(match.lastgroup)
        start, at = match.start(kind), match.end()
        if kind == "open":
            refuse(text, start, f"The quoted string '{text[start + 1 :]}' has not been completed.")
        found.append(Token(kind, _unquoted(text, start, match[kind]) if kind == "quoted" else match[kind], start))
        if kind == "word":
            _check_word(text, start, match[kind])
    return [*found, Token("end", "", len(text))]


def _check_word(text: str, start: int, word: str) -> None:
    if word in JOINS or re.fullmatch(r"cf\[\d+\]", word):
        return
    for place, letter in enumerate(word):
        if letter in SPECIAL:
            refuse(
                text,
                start + place,
                f"The character '{letter}' is a reserved JQL character. You must enclose it in a string or use the "
                f"escape '\\u{ord(letter):04x}' instead.",
            )


def _unquoted(text: str, start: int, quoted: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1]
        if code in ESCAPES:
            return ESCAPES[code]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        refuse(
            text,
            start + match.start(),
            f"'\\{code}' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, "
            "\\\\, '\\ ' and \\uXXXX.",
        )

    return ESCAPE.sub(letter, quoted[1:-1])
