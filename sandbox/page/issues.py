"""An issue of the Jira stand-in as the page shows it; pure."""

from __future__ import annotations

from typing import Any

from sandbox.jira.fields import FIELDS
from sandbox.jira.site import Issue

Json = dict[str, Any]


def issue_json(issue: Issue) -> Json:
    """Return what a person reads of an issue; description and comments stay documents."""
    fields = issue.fields
    return {
        "key": issue.key,
        "project": issue.project.name,
        "type": issue.type.name,
        "summary": fields["summary"],
        "description": fields.get("description"),
        "status": {
            "name": fields["status"]["name"],
            "category": fields["status"]["statusCategory"]["key"],
        },
        "priority": _words(fields.get("priority")),
        "reporter": _words(fields.get("reporter")),
        "assignee": _words(fields.get("assignee")) or None,
        "labels": list(fields.get("labels") or ()),
        "components": [_words(one) for one in fields.get("components") or ()],
        "due": fields.get("duedate"),
        "created": fields["created"],
        "fields": [{"name": name, "value": value} for name, value in _custom(fields)],
        "attachments": [row["filename"] for row in fields.get("attachment") or ()],
        "links": [_link(link) for link in list(issue.remote_links)],
        "comments": [_comment(comment) for comment in list(issue.comments)],
    }


def look_of(issue: Issue) -> tuple[Any, ...]:
    """Return something that differs whenever the issue would be shown differently."""
    return issue.fields.get("updated"), len(issue.comments), len(issue.remote_links), issue.fields["status"]["id"]


def _custom(fields: Json) -> list[tuple[str, str]]:
    shown = []
    for field_id, value in fields.items():
        if field_id.startswith("customfield_") and value not in (None, "", []):
            shown.append((FIELDS[field_id].name if field_id in FIELDS else field_id, _words(value)))
    return shown


def _words(value: Any) -> str:
    """Return the words of a field's value, whatever its shape on the wire."""
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if value.get("type") == "doc":
        return _plain(value)
    return str(value.get("displayName") or value.get("value") or value.get("name") or "")


def _plain(node: Json) -> str:
    """Return a document's text, a line for each paragraph."""
    if "text" in node:
        return str(node["text"])
    border = "\n" if node.get("type") in ("doc", "bulletList", "orderedList") else ""
    return border.join(_plain(child) for child in node.get("content", ()))


def _link(link: Json) -> Json:
    thing = link.get("object", {})
    return {"title": str(thing.get("title", "")), "url": str(thing.get("url", ""))}


def _comment(comment: Json) -> Json:
    author = str(comment.get("author", {}).get("displayName", ""))
    return {"author": author, "created": comment.get("created"), "body": comment.get("body")}
