"""JQL text → syntax tree, with Jira's words for what is wrong with it; nothing here knows the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from sandbox.jira.jql_tokens import RESERVED, Token, refuse, tokens
from sandbox.jira.wire import JiraError

OPERATORS = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"


@dataclass(frozen=True)
class Value:
    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[str, ...]


Operand = Value | Function | tuple["Value | Function", ...]


@dataclass(frozen=True)
class Clause:
    field: str
    operator: str
    operand: Operand


@dataclass(frozen=True)
class Not:
    inner: Node


@dataclass(frozen=True)
class Junction:
    word: str
    """`and` or `or`."""
    parts: tuple[Node, ...]


Node = Clause | Not | Junction


@dataclass(frozen=True)
class Query:
    where: Node | None
    order: tuple[tuple[str, bool], ...]
    """(field, is_descending) pairs."""


def parse(text: str) -> Query:
    """Return the tree of a query, or refuse it with Jira's 400."""
    return _Parser(text).query()


class _Parser:
    """Recursive descent: OR of ANDs of terms, AND binding tighter."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._place = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _is_word(self, *words: str) -> bool:
        return self._next.kind == "word" and self._next.text.lower() in words

    def _refuse(self, expected: str) -> NoReturn:
        token = self._next
        if token.kind == "end":
            raise JiraError(400, f"Error in the JQL Query: {expected} before the end of the query.")
        refuse(self._text, token.start, f"{expected} but got '{token.text}'.")

    def query(self) -> Query:
        where = None if self._next.kind == "end" or self._is_word("order") else self._or()
        order = self._order() if self._is_word("order") else ()
        if self._next.kind != "end":
            self._refuse("Expecting ','" if order else "Expecting either 'OR' or 'AND'")
        return Query(where, order)

    def _or(self) -> Node:
        return self._junction("or", ("or", "||", "|"), self._and)

    def _and(self) -> Node:
        return self._junction("and", ("and", "&&", "&"), self._term)

    def _junction(self, word: str, spellings: tuple[str, ...], read: Callable[[], Node]) -> Node:
        parts = [read()]
        while self._is_word(*spellings):
            self._take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _term(self) -> Node:
        if self._is_word("not") or self._next.kind == "bang":
            self._take()
            return Not(self._term())
        if self._next.kind == "mark" and self._next.text == "(":
            self._take()
            inner = self._or()
            self._close()
            return inner
        return self._clause()

    def _close(self) -> None:
        if self._next.kind != "mark" or self._next.text != ")":
            self._refuse("Expecting ')'")
        self._take()

    def _clause(self) -> Clause:
        field = self._field()
        operator = self._operator()
        operand = self._list() if operator in ("in", "not in") else self._value()
        return Clause(field, operator, operand)

    def _field(self) -> str:
        token = self._next
        if token.kind == "word" and token.text.lower() in RESERVED:
            self._refuse_reserved(token)
        if token.kind not in ("word", "quoted"):
            self._refuse("Expecting a field name")
        return self._take().text

    def _refuse_reserved(self, token: Token) -> NoReturn:
        refuse(
            self._text,
            token.start,
            f"'{token.text}' is a reserved JQL word. You must surround it in quotation marks to use it in a query.",
        )

    def _operator(self) -> str:
        token = self._next
        if token.kind == "operator":
            return self._take().text
        if not self._is_word("in", "is", "not"):
            self._refuse_operator()
        if self._is_word("in"):
            self._take()
            return "in"
        first = self._take().text.lower()
        second = "not" if first == "is" else "in"
        if self._is_word(second):
            self._take()
            return f"{first} {second}"
        if first == "not":
            self._refuse_operator()
        return first

    def _refuse_operator(self) -> NoReturn:
        token = self._next
        if token.kind == "end":
            raise JiraError(
                400, f"Error in the JQL Query: Expecting operator before the end of the query. The valid operators are "
                f"{OPERATORS}."
            )  # fmt: skip
        refuse(
            self._text,
            token.start,
            f"Expecting operator but got '{token.text}'. The valid operators are {OPERATORS}.",
        )

    def _list(self) -> Operand:
        if self._next.kind == "word" and self._tokens[self._place + 1].text == "(":
            return self._value()
        if self._next.text != "(" or self._next.kind != "mark":
            self._refuse("Expecting '('")
        self._take()
        values = [self._value()]
        while self._next.kind == "mark" and self._next.text == ",":
            self._take()
            values.append(self._value())
        self._close()
        return tuple(values)

    def _value(self) -> Value | Function:
        token = self._next
        if token.kind == "quoted":
            return Value(self._take().text, is_quoted=True)
        if token.kind != "word":
            self._refuse("Expecting either a value, list or function")
        if token.text.lower() in RESERVED - {"empty", "null"}:
            self._refuse_reserved(token)
        self._take()
        if self._next.kind == "mark" and self._next.text == "(":
            return self._call(token.text)
        return Value(token.text)

    def _call(self, name: str) -> Function:
        self._take()
        arguments: list[str] = []
        while self._next.kind in ("word", "quoted"):
            arguments.append(self._take().text)
            if self._next.text == ",":
                self._take()
        self._close()
        return Function(name, tuple(arguments))

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._take()
        if not self._is_word("by"):
            self._refuse("Expecting 'BY'")
        order: list[tuple[str, bool]] = []
        while not order or (self._next.kind == "mark" and self._next.text == ","):
            self._take()
            field = self._field()
            is_descending = self._is_word("desc")
            if self._is_word("asc", "desc"):
                self._take()
            order.append((field, is_descending))
        return tuple(order)
