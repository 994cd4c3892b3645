"""Routes of what hangs on an issue: remote links, links between issues, attachments."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.jira import catalogue as default
from sandbox.jira.comments import add_comment
from sandbox.jira.events import Event
from sandbox.jira.issues import issue_self
from sandbox.jira.routes_issue import the_issue
from sandbox.jira.site import Issue, timestamp, user_shape
from sandbox.jira.wire import API, BAD_PAYLOAD, ORIGIN, Call, JiraError, Reply, Upload


def remote_links(call: Call) -> Reply:
    issue, wanted = the_issue(call), call.text("globalId")
    if not wanted:
        return Reply(issue.remote_links)
    for link in issue.remote_links:
        if link.get("globalId") == wanted:
            return Reply(link)
    raise JiraError(404, "No remote link with that globalId exists on the issue.")


def write_remote_link(call: Call) -> Reply:
    """Create the link, or replace the one with the same globalId."""
    issue = the_issue(call, write=True)
    body = call.object("globalId", "application", "relationship", "object")
    _check_remote_link(body)
    old = next((each for each in issue.remote_links if body.get("globalId") == each.get("globalId") is not None), None)
    number = old["id"] if old else int(call.site.new_id())
    address = f"{ORIGIN}/rest/api/3/issue/{issue.key}/remotelink/{number}"
    link = {"id": number, "self": address, "application": {}, **body}
    if old:
        issue.remote_links[issue.remote_links.index(old)] = link
    else:
        issue.remote_links.append(link)
    call.site.publish(Event("remote_link", issue, call.user))
    return Reply({"id": number, "self": address}, 200 if old else 201)


def _check_remote_link(body: dict[str, Any]) -> None:
    thing = body.get("object")
    if not isinstance(thing, dict):
        raise JiraError(400, errors={"object": "'object' is required."})
    errors = {name: f"'{name}' is required." for name in ("url", "title") if not thing.get(name)}
    if not errors and not urlsplit(str(thing["url"])).scheme:
        errors["url"] = "'url' must be a valid URL."
    if not errors and len(str(thing["title"])) > 255:
        errors["title"] = "'title' must not be longer than 255 characters."
    if len(str(body.get("globalId") or "")) > 255:
        errors["globalId"] = "'globalId' must not be longer than 255 characters."
    if errors:
        raise JiraError(400, errors=errors)


def link_issues(call: Call) -> Reply:
    body = call.object("type", "inwardIssue", "outwardIssue", "comment")
    row = _link_type(body.get("type"))
    inward, outward = _end(call, body, "inwardIssue"), _end(call, body, "outwardIssue")
    if inward is outward:
        raise JiraError(400, "You cannot link an issue to itself.")
    if body.get("comment"):
        add_comment(call.site, call.user, inward, body["comment"])
    if not _is_linked(inward, outward, row[1]):
        number = call.site.new_id()
        _hang(call, inward, outward, number, row, "outwardIssue")
        _hang(call, outward, inward, number, row, "inwardIssue")
    return Reply(status=201)


def _link_type(asked: Any) -> tuple[str, str, str, str]:
    wanted = {str(asked.get("id", "")), str(asked.get("name", "")).lower()} if isinstance(asked, dict) else set()
    for row in default.LINK_TYPES:
        if row[0] in wanted or row[1].lower() in wanted:
            return row
    name = asked.get("name", asked.get("id")) if isinstance(asked, dict) else None
    raise JiraError(404, f"No issue link type with name '{name}' found.")


def _end(call: Call, body: dict[str, Any], member: str) -> Issue:
    asked = body.get(member)
    if not isinstance(asked, dict):
        raise JiraError(400, BAD_PAYLOAD)
    return call.site.issue(str(asked.get("key") or asked.get("id") or ""), call.user)


def _is_linked(inward: Issue, outward: Issue, kind: str) -> bool:
    return any(
        each["type"]["name"] == kind and each.get("outwardIssue", {}).get("key") == outward.key
        for each in inward.fields["issuelinks"]
    )


def _hang(call: Call, issue: Issue, other: Issue, number: str, row: tuple[str, str, str, str], side: str) -> None:
    keep = {name: other.fields[name] for name in ("summary", "status", "priority", "issuetype")}
    end = {"id": other.id, "key": other.key, "self": issue_self(other), "fields": keep}
    link = {"id": number, "self": f"{API}/issueLink/{number}", "type": default.link_type_shape(row), side: end}
    issue.fields["issuelinks"] = [*issue.fields["issuelinks"], link]
    call.site.changed(issue)


def attach(call: Call) -> Reply:
    issue = the_issue(call, write=True)
    if call.headers.get("X-Atlassian-Token", "").lower() not in ("no-check", "nocheck"):
        raise JiraError(403, "XSRF check failed")
    if not call.files:
        raise JiraError(400, "No file was uploaded: the multipart form field must be called 'file'.")
    if call.user.account_id in call.site.may_not_attach:
        raise JiraError(403, "You do not have permission to create attachments for this issue.")
    limit = call.site.upload_limit
    if any(len(each.content) > limit for each in call.files):
        raise JiraError(413, f"The file exceeds its maximum permitted size of {limit} bytes.")
    stored = [_store(call, issue, each) for each in call.files]
    call.site.changed(issue)
    call.site.publish(Event("attachment_created", issue, call.user))
    return Reply(stored)


def _store(call: Call, issue: Issue, upload: Upload) -> dict[str, Any]:
    number = call.site.new_id()
    shape = {
        "self": f"{API}/attachment/{number}",
        "id": number,
        "filename": upload.filename,
        "author": user_shape(call.user),
        "created": timestamp(call.site.clock.now()),
        "size": len(upload.content),
        "mimeType": upload.content_type,
        "content": f"{API}/attachment/content/{number}",
    }
    issue.attachments[number] = upload.content
    issue.fields["attachment"] = [*issue.fields["attachment"], shape]
    return shape
