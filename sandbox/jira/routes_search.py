"""Search routes: JQL pages, approximate counts, the issue picker, and the removed `/search`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from sandbox.jira import jql, shapes
from sandbox.jira.adf import plain_text
from sandbox.jira.site import Issue
from sandbox.jira.wire import BAD_PAYLOAD, ORIGIN, Call, JiraError, Reply

MEMBERS = (
    "jql", "nextPageToken", "maxResults", "fields", "expand", "properties", "fieldsByKeys", "failFast",
    "reconcileIssues",
)  # fmt: skip
REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline "
    "is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
MOST_IDS, MOST_ISSUES = 5000, 100


def removed(_call: Call) -> Reply:
    raise JiraError(410, REMOVED)


def by_body(call: Call) -> Reply:
    body = call.object(*MEMBERS)
    lists = {name: body.get(name) or [] for name in ("fields", "properties", "reconcileIssues")}
    if not all(isinstance(value, list) for value in lists.values()) or not isinstance(body.get("jql", ""), str):
        raise JiraError(400, BAD_PAYLOAD)
    size = body.get("maxResults", 50)
    if not isinstance(size, int) or isinstance(size, bool) or not isinstance(body.get("expand", ""), str):
        raise JiraError(400, BAD_PAYLOAD)
    return _search(call, {**body, **lists, "maxResults": size})


def by_query(call: Call) -> Reply:
    lists = {name: call.items(name) for name in ("fields", "properties", "reconcileIssues")}
    texts = {name: call.text(name) for name in ("jql", "nextPageToken", "expand")}
    return _search(call, {**lists, **texts, "maxResults": call.number("maxResults", 50)})


def _search(call: Call, asked: dict[str, Any]) -> Reply:
    fresh = [str(each) for each in asked["reconcileIssues"]]
    if len(fresh) > 50:
        raise JiraError(400, "The reconcileIssues parameter must not have more than 50 issue ids.")
    if asked["maxResults"] < 0:
        raise JiraError(400, "The value of maxResults must not be negative.")
    text = str(asked.get("jql") or "")
    found = jql.search(call.site, call.user, text, fresh=frozenset(fresh))
    fields = asked["fields"] or ["id"]
    size = min(asked["maxResults"], MOST_IDS if fields in (["id"], ["key"]) else MOST_ISSUES)
    start = _start(str(asked.get("nextPageToken") or ""), text)
    issues = [_shape(each, call, asked, fields) for each in found[start : start + size]]
    reply: dict[str, Any] = {"issues": issues, "isLast": start + size >= len(found)}
    if not reply["isLast"]:
        reply["nextPageToken"] = _token(start + size, text)
    return Reply(reply)


def _shape(issue: Issue, call: Call, asked: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    if fields == ["id"]:
        return {"id": issue.id}
    expand = frozenset(str(asked.get("expand") or "").split(","))
    return shapes.issue_shape(issue, call.user, fields=fields, expand=expand, properties=asked["properties"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _token(start: int, text: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, _digest(text)]).encode()).decode()


def _start(token: str, text: str) -> int:
    """Return where a page begins; a token of another query is refused."""
    if not token:
        return 0
    try:
        start, digest = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError):
        start, digest = 0, ""
    if digest != _digest(text) or not isinstance(start, int):
        raise JiraError(400, "The provided next page token is invalid or expired.")
    return start


def count(call: Call) -> Reply:
    text = call.object("jql").get("jql")
    if not isinstance(text, str):
        raise JiraError(400, BAD_PAYLOAD)
    return Reply({"count": len(jql.search(call.site, call.user, text))})


def pick(call: Call) -> Reply:
    wanted = call.text("query").lower()
    found = [
        issue
        for issue in call.site.issues.values()
        if wanted and call.site.may_see(issue, call.user) and _contains(issue, wanted)
    ]
    issues = [
        {
            "id": int(issue.id),
            "key": issue.key,
            "keyHtml": issue.key,
            "img": f"{ORIGIN}/images/icons/issuetypes/{issue.type.name.lower()}.svg",
            "summary": issue.fields["summary"],
            "summaryText": issue.fields["summary"],
        }
        for issue in found[:20]
    ]
    label = f"Showing {len(issues)} of {len(found)} matching issues"
    return Reply({"sections": [{"id": "cs", "label": "Current Search", "sub": label, "issues": issues}]})


def _contains(issue: Issue, wanted: str) -> bool:
    description = issue.fields.get("description")
    text = f"{issue.key} {issue.fields['summary']} {plain_text(description) if description else ''}"
    return wanted in text.lower()
