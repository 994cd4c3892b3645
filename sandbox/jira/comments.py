"""Comments of an issue: written, changed, read page by page, with their entity properties."""

from __future__ import annotations

from typing import Any

from sandbox.jira.events import Event
from sandbox.jira.issues import entity_properties
from sandbox.jira.site import Issue, Site, User, timestamp, user_shape
from sandbox.jira.values import FieldError, document
from sandbox.jira.wire import API, BAD_PAYLOAD, Call, JiraError, Reply, page

MEMBERS = frozenset({"body", "visibility", "properties"})


def checked(body: dict[str, Any], site: Site) -> dict[str, Any]:
    """Return what a comment stores of a request, or refuse the request."""
    if not isinstance(body, dict) or set(body) - MEMBERS:
        raise JiraError(400, BAD_PAYLOAD)
    try:
        text = document(body.get("body"), site)
    except FieldError:
        raise JiraError(400, errors={"comment": "Comment body is not valid!"}) from None
    if not (text["content"] if isinstance(text, dict) else text.strip()):
        raise JiraError(400, errors={"comment": "Comment body can not be empty!"})
    stored = {"body": text, "properties": _properties(body)}
    visibility = body.get("visibility")
    if visibility is not None:
        if not isinstance(visibility, dict) or visibility.get("type") not in ("role", "group"):
            raise JiraError(400, errors={"commentLevel": "Comment level is not valid!"})
        stored["visibility"] = visibility
    return stored


def _properties(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in entity_properties(body.get("properties")).items()]


def _is_internal(properties: list[dict[str, Any]]) -> bool:
    values = (each["value"] for each in properties if each["key"] == "sd.public.comment")
    return any(isinstance(value, dict) and value.get("internal") in (True, "true") for value in values)


def add_comment(site: Site, user: User, issue: Issue, body: dict[str, Any]) -> dict[str, Any]:
    """Write a comment and return it as stored."""
    if not issue.project.written_by(user):
        raise JiraError(400, "You do not have the permission to comment on this issue.")
    stored = checked(body, site)
    now, number = timestamp(site.clock.now()), site.new_id()
    comment = {
        "self": f"{API}/issue/{issue.id}/comment/{number}",
        "id": number,
        "author": user_shape(user),
        "updateAuthor": user_shape(user),
        "created": now,
        "updated": now,
        "jsdPublic": issue.project.kind != "service_desk" or not _is_internal(stored["properties"]),
        **stored,
    }
    issue.comments.append(comment)
    site.changed(issue)
    site.publish(Event("comment_created", issue, user, comment=comment))
    return comment


def _issue(call: Call) -> Issue:
    return call.site.issue(call.params["key"], call.user)


def _shown(comment: dict[str, Any], call: Call) -> dict[str, Any]:
    with_properties = "properties" in call.items("expand")
    return {name: value for name, value in comment.items() if with_properties or name != "properties"}


def read_page(call: Call) -> Reply:
    order = call.text("orderBy", "created")
    if order.lstrip("+- ") != "created":
        raise JiraError(400, f"orderBy is not valid: {order}")
    comments = list(_issue(call).comments)
    if order.startswith("-"):
        comments.reverse()
    values, start, size = page(comments, call, default=100, most=5000)
    shown = [_shown(each, call) for each in values]
    return Reply({"startAt": start, "maxResults": size, "total": len(comments), "comments": shown})


def write(call: Call) -> Reply:
    return Reply(_shown(add_comment(call.site, call.user, _issue(call), call.object()), call), 201)


def _comment(call: Call) -> dict[str, Any]:
    for each in _issue(call).comments:
        if each["id"] == call.params["id"]:
            return each
    raise JiraError(404, f"Can not find a comment for the id: {call.params['id']}.")


def read(call: Call) -> Reply:
    return Reply(_shown(_comment(call), call))


def change(call: Call) -> Reply:
    issue, comment = _issue(call), _comment(call)
    if comment["author"]["accountId"] != call.user.account_id and not call.user.is_admin:
        raise JiraError(400, "You do not have the permission to edit this comment.")
    stored = checked(call.object(), call.site)
    if "properties" not in call.object():
        stored.pop("properties")
    comment.update(stored, updated=timestamp(call.site.clock.now()), updateAuthor=user_shape(call.user))
    call.site.changed(issue)
    call.site.publish(Event("comment_updated", issue, call.user, comment=comment))
    return Reply(_shown(comment, call))


def remove(call: Call) -> Reply:
    issue, comment = _issue(call), _comment(call)
    issue.comments.remove(comment)
    call.site.changed(issue)
    return Reply(status=204)
