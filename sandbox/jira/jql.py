"""The JQL that matters: a parsed query becomes a filter and an order over what search knows of the issues."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.jira import adf
from sandbox.jira.fields import BY_NAME, FIELDS
from sandbox.jira.jql_parser import Clause, Function, Junction, Node, Not, Query, Value, parse
from sandbox.jira.jql_values import Values
from sandbox.jira.site import Issue, Site, User
from sandbox.jira.text_search import compiled
from sandbox.jira.wire import JiraError

Document = Mapping[str, Any]
Filter = Callable[[Issue, Document], bool]

ALIASES = {
    "type": "issuetype", "issue": "key", "issuekey": "key", "id": "key", "createddate": "created",
    "updateddate": "updated", "due": "duedate", "resolved": "resolutiondate", "resolutiondate": "resolutiondate",
    "components": "component", "fixversions": "fixVersion", "fixversion": "fixVersion", "label": "labels",
    "versions": "affectedVersion", "affectedversion": "affectedVersion", "statuscategory": "statusCategory",
    "issue type": "issuetype", "due date": "duedate",
}  # fmt: skip
ORDERS = frozenset({"<", ">", "<=", ">="})
EQUALS = frozenset({"=", "!=", "in", "not in"})
IS = frozenset({"is", "is not"})
TEXT = frozenset({"~", "!~"})
COMPARE = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
WHERE_FOUND = {"component": "components", "fixVersion": "fixVersions", "affectedVersion": "versions"}
OPERATORS: dict[str, frozenset[str]] = {
    "project": EQUALS, "issuetype": EQUALS, "status": EQUALS, "statusCategory": EQUALS,
    "priority": EQUALS | IS | ORDERS, "labels": EQUALS | IS, "component": EQUALS | IS, "fixVersion": EQUALS | IS,
    "affectedVersion": EQUALS | IS, "assignee": EQUALS | IS, "reporter": EQUALS | IS, "creator": EQUALS | IS,
    "resolution": EQUALS | IS, "created": EQUALS | ORDERS | IS, "updated": EQUALS | ORDERS | IS,
    "duedate": EQUALS | ORDERS | IS, "resolutiondate": EQUALS | ORDERS | IS, "key": EQUALS | ORDERS | IS,
    "summary": TEXT | IS, "description": TEXT | IS, "environment": TEXT | IS, "comment": TEXT, "text": frozenset("~"),
}  # fmt: skip
FAMILY_OPERATORS = {
    "select": EQUALS | IS, "multiselect": EQUALS | IS, "textarea": TEXT | IS, "textfield": TEXT | IS,
    "url": EQUALS | IS, "float": EQUALS | ORDERS | IS, "datetime": EQUALS | ORDERS | IS, "userpicker": EQUALS | IS,
}  # fmt: skip


def search(site: Site, user: User, text: str, *, fresh: frozenset[str] = frozenset()) -> list[Issue]:
    """Return the issues that the user may see and the query matches, in its order.

    Issues whose ids are in `fresh` are matched as they are, all others as the index knows them.
    """
    query = parse(text)
    if query.where is None:
        raise JiraError(
            400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    matches = _filter(query.where, Values(site, user))
    found: list[tuple[Issue, Document]] = [
        (issue, document)
        for issue in site.issues.values()
        if site.may_see(issue, user)
        and (document := site.document(issue, fresh=issue.id in fresh)) is not None
        and matches(issue, document)
    ]
    return _ordered(found, query)


def _ordered(found: list[tuple[Issue, Document]], query: Query) -> list[Issue]:
    order = [(field_named(name), is_descending) for name, is_descending in query.order] or [("created", True)]
    found.sort(key=lambda pair: int(pair[0].id), reverse=True)
    for field, is_descending in reversed(order):
        found.sort(key=lambda pair: _sort_key(field, *pair), reverse=is_descending)
    return [issue for issue, _ in found]


def _sort_key(field: str, issue: Issue, document: Document) -> tuple[Any, ...]:
    if field == "key":
        return (issue.project.key, int(issue.key.rsplit("-", 1)[1]))
    value = document.get(WHERE_FOUND.get(field, field))
    if field == "statusCategory":
        value = document["status"]["statusCategory"]
    if field == "priority":
        return (-int(value["id"]),) if value else (-99,)
    if isinstance(value, dict):
        value = value.get("name") or value.get("displayName") or value.get("value")
    return (value is None, str(value or "").lower())


def field_named(name: str) -> str:
    """Return the id under which JQL knows a field, or refuse it in Jira's words."""
    wanted = name.lower()
    if wanted.startswith("cf[") and (found := f"customfield_{wanted[3:-1]}") in FIELDS:
        return found
    known = ALIASES.get(wanted) or next((each for each in OPERATORS if each.lower() == wanted), None)
    if known is None and (field := BY_NAME.get(wanted) or FIELDS.get(wanted)) and field.is_custom:
        known = field.id
    if known is None:
        raise JiraError(400, f"Field '{name}' does not exist or you do not have permission to view it.")
    return known


def _filter(node: Node, values: Values) -> Filter:
    if isinstance(node, Not):
        inner = _filter(node.inner, values)
        return lambda issue, document: not inner(issue, document)
    if isinstance(node, Junction):
        parts = [_filter(part, values) for part in node.parts]
        join = all if node.word == "and" else any
        return lambda issue, document: join(part(issue, document) for part in parts)
    return _clause(node, values)


def _clause(clause: Clause, values: Values) -> Filter:
    field = field_named(clause.field)
    allowed = OPERATORS[field] if field in OPERATORS else FAMILY_OPERATORS[FIELDS[field].family]
    if clause.operator not in allowed:
        raise JiraError(400, f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    if clause.operator in IS or _is_empty(clause.operand):
        return _emptiness(field, clause)
    if clause.operator in TEXT:
        return _text(field, clause)
    if field in ("created", "updated", "duedate", "resolutiondate") or _family(field) == "datetime":
        return _dates(field, clause, values)
    if clause.operator in ORDERS or _family(field) == "float":
        return _ranks(field, clause, values)
    return _membership(field, clause, values)


def _family(field: str) -> str:
    return FIELDS[field].family if field in FIELDS and FIELDS[field].is_custom else ""


def _is_empty(operand: Any) -> bool:
    return isinstance(operand, Value) and not operand.is_quoted and operand.text.lower() in ("empty", "null")


def _emptiness(field: str, clause: Clause) -> Filter:
    if not _is_empty(clause.operand):
        raise JiraError(400, f"The operator '{clause.operator}' only supports EMPTY or NULL values.")
    wants_empty = clause.operator in ("is", "=")
    return lambda issue, document: (not _values(field, issue, document)) == wants_empty


def _operands(clause: Clause) -> tuple[Value | Function, ...]:
    return clause.operand if isinstance(clause.operand, tuple) else (clause.operand,)


def _membership(field: str, clause: Clause, values: Values) -> Filter:
    wanted: set[str] = set()
    for operand in _operands(clause):
        if field == "key":
            wanted |= values.keys(field, operand)
        elif field == "labels" or _family(field) == "url":
            wanted.add(operand.text.lower() if isinstance(operand, Value) else "")
        else:
            wanted |= values.ids("assignee" if _family(field) == "userpicker" else field, operand)
    if clause.operator in ("=", "in"):
        return lambda issue, document: (
            bool(_values(field, issue, document) & wanted) or ("" in wanted and not _values(field, issue, document))
        )
    # An empty field is in no list, but Jira leaves it out of `!=` and `not in` all the same.
    return lambda issue, document: bool(found := _values(field, issue, document)) and not found & wanted


def _values(field: str, issue: Issue, document: Document) -> set[str]:
    """Return the ids that a field holds; text and dates count as they are."""
    if field == "key":
        return {issue.key}
    if field == "statusCategory":
        return {str(document["status"]["statusCategory"]["id"])}
    found = document.get(WHERE_FOUND.get(field, field))
    items = found if isinstance(found, list) else [found]
    return {_identity(item) for item in items if item is not None}


def _identity(item: Any) -> str:
    if isinstance(item, dict):
        return str(item.get("id") or item.get("accountId") or adf.plain_text(item))
    return str(item).lower()


def _text(field: str, clause: Clause) -> Filter:
    operand = clause.operand
    if not isinstance(operand, Value):
        raise JiraError(400, f"The operator '{clause.operator}' does not support this value for '{clause.field}'.")
    match = compiled(operand.text, clause.field)
    is_positive = clause.operator == "~"
    return lambda _issue, document: match(_written(field, document)) == is_positive


def _written(field: str, document: Document) -> str:
    names = [field] if field != "text" else ["summary", "description", "environment", "comment"]
    if field == "text":
        names += [each.id for each in FIELDS.values() if each.is_custom and each.family in ("textarea", "textfield")]
    found = [document.get(name) for name in names]
    return "\n".join(
        adf.plain_text(each) if isinstance(each, dict) else str(each)
        for item in found
        for each in (item if isinstance(item, list) else [item])
        if each
    )


def _dates(field: str, clause: Clause, values: Values) -> Filter:
    spans = [values.moment(clause.field, operand) for operand in _operands(clause)]

    def matches(_issue: Issue, document: Document) -> bool:
        if not document.get(field):
            return False
        moment = datetime.fromisoformat(str(document[field]))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=values.now.tzinfo)
        if clause.operator in COMPARE:
            return bool(COMPARE[clause.operator](moment, spans[0][0]))
        within = any(start <= moment < start + timedelta(days=1 if is_day else 0, minutes=1) for start, is_day in spans)
        return within == (clause.operator in ("=", "in"))

    return matches


def _ranks(field: str, clause: Clause, values: Values) -> Filter:
    operand = _operands(clause)[0]
    compare = COMPARE.get(clause.operator) or (operator.eq if clause.operator == "=" else operator.ne)
    if field == "priority":
        limit: Any = (-int(min(values.ids(field, operand))),)
    elif field == "key":
        key = min(values.keys(field, operand))
        limit = (key.rsplit("-", 1)[0], int(key.rsplit("-", 1)[1]))
    else:
        limit = _number(clause, operand)
        return lambda _issue, document: document.get(field) is not None and bool(compare(document[field], limit))
    return lambda issue, document: bool(compare(_sort_key(field, issue, document), limit))


def _number(clause: Clause, operand: Value | Function) -> float:
    try:
        return float(operand.text if isinstance(operand, Value) else "")
    except ValueError:
        raise JiraError(400, f"The value for the field '{clause.field}' must be a number.") from None
