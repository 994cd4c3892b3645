"""`/browse/{KEY}` and a list of issues: what the bot's links open, readable and without scripts."""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.jira.adf_html import to_html
from sandbox.jira.fields import FIELDS
from sandbox.jira.site import Issue

if TYPE_CHECKING:
    from sandbox.jira.standin import JiraStandIn

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><style>
:root { --ink: #172b4d; --soft: #5e6c84; --line: #dfe1e6; --paper: #fff; --ground: #f4f5f7; --link: #0052cc; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
header { background: var(--paper); border-bottom: 1px solid var(--line); padding: 12px 24px; font-weight: 600; }
header a { color: inherit; } header small { color: var(--soft); font-weight: 400; margin-left: 8px; }
main { max-width: 1060px; margin: 24px auto; padding: 0 24px; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 24px; line-height: 1.25; margin: 4px 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 24px 0 8px; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 24px; align-items: start; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 16px 20px;
  overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: 13px; }
.lozenge { border-radius: 3px; padding: 2px 6px; font-size: 11px; font-weight: 700; text-transform: uppercase;
  background: #dfe1e6; color: #42526e; white-space: nowrap; }
.indeterminate { background: #deebff; color: #0747a6; } .done { background: #e3fcef; color: #006644; }
dl { margin: 0; display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: 8px 12px; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid var(--line); padding: 7px 10px 7px 0; text-align: left; vertical-align: top; }
pre { background: var(--ground); padding: 10px 12px; border-radius: 4px; overflow-x: auto; }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 14px; color: var(--soft); }
.card > p:first-child, .card > .soft + p { margin-top: 4px; } .card > p:last-child { margin-bottom: 4px; }
.panel { background: #deebff; border-radius: 4px; padding: 4px 12px; } .comment { margin-bottom: 12px; }
@media (max-width: 760px) { .columns { grid-template-columns: 1fr; } }
</style></head><body><header><a href="/">Jira</a><small>stand-in</small></header><main>$body</main></body></html>
""")
DETAILS = ("priority", "assignee", "reporter", "labels", "components", "resolution", "duedate", "fixVersions")


def register(app: web.Application, stand_in: JiraStandIn) -> None:
    """Add the pages to an application."""

    async def show_list(_request: web.Request) -> web.Response:
        newest = sorted(stand_in.issues.values(), key=lambda issue: -int(issue.id))
        rows = "".join(_row(issue) for issue in newest)
        return _page("Issues", f'<h1>Issues</h1><div class="card"><table>{rows}</table></div>')

    async def show_issue(request: web.Request) -> web.Response:
        issue = stand_in.issues.get(request.match_info["key"].upper())
        if issue is None:
            return _page("Not found", "<h1>You can't view this issue</h1><p>It may have been deleted.</p>", 404)
        return _page(f"[{issue.key}] {issue.fields['summary']}", _issue(issue))

    app.router.add_get("/", show_list)
    app.router.add_get("/browse/{key}", show_issue)


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = PAGE.substitute(title=escape(title), body=body)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def _status(issue: Issue) -> str:
    status = issue.fields["status"]
    return f'<span class="lozenge {status["statusCategory"]["key"]}">{escape(status["name"])}</span>'


def _row(issue: Issue) -> str:
    key = escape(issue.key)
    summary = escape(issue.fields["summary"])
    return f'<tr><td><a href="/browse/{key}">{key}</a></td><td>{summary}</td><td>{_status(issue)}</td></tr>'


def _issue(issue: Issue) -> str:
    fields = issue.fields
    description = to_html(fields["description"]) if fields.get("description") else '<p class="soft">No description</p>'
    main = f'<div class="card">{description}{_texts(issue)}</div>{_links(issue)}{_comments(issue)}'
    rows = [("Type", escape(issue.type.name)), ("Status", _status(issue)), *_details(issue)]
    side = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f'<div class="soft">{escape(issue.project.name)} / {escape(issue.key)}</div>'
        f"<h1>{escape(fields['summary'])}</h1>"
        f'<div class="columns"><div>{main}</div><div class="card"><dl>{side}</dl></div></div>'
    )


def _texts(issue: Issue) -> str:
    parts = [
        f"<h2>{escape(FIELDS[name].name)}</h2>{to_html(value)}"
        for name, value in issue.fields.items()
        if name in FIELDS and name != "description" and isinstance(value, dict) and value.get("type") == "doc"
    ]
    return "".join(parts)


def _details(issue: Issue) -> list[tuple[str, str]]:
    custom = [field.id for field in FIELDS.values() if field.is_custom and field.family != "textarea"]
    rows = [
        (escape(FIELDS[name].name), escape(plain(issue.fields[name])))
        for name in (*DETAILS, *custom)
        if issue.fields.get(name) not in (None, [])
    ]
    return [
        *rows,
        *((name.title(), escape(issue.fields[name][:16].replace("T", " "))) for name in ("created", "updated")),
    ]


def plain(value: Any) -> str:
    """Return a wire value as a few words."""
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value)
    if isinstance(value, dict):
        return str(value.get("displayName") or value.get("value") or value.get("name") or value.get("filename") or "")
    return str(value)


def _links(issue: Issue) -> str:
    rows = [_anchor(each["object"]["title"], each["object"]["url"]) for each in issue.remote_links]
    for link in issue.fields["issuelinks"]:
        side = "outward" if "outwardIssue" in link else "inward"
        other = link[f"{side}Issue"]
        text = f"{other['key']} {other['fields']['summary']}"
        rows.append(f"{escape(link['type'][side])} {_anchor(text, '/browse/' + other['key'])}")
    rows += [escape(each["filename"]) for each in issue.fields["attachment"]]
    items = "".join(f"<div>{row}</div>" for row in rows)
    return f'<h2>Links and files</h2><div class="card">{items}</div>' if rows else ""


def _anchor(text: str, url: str) -> str:
    is_safe = url.startswith(("https://", "http://", "/"))
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(text)}</a>' if is_safe else escape(text)


def _comments(issue: Issue) -> str:
    if not issue.comments:
        return ""
    shown = "".join(
        f'<div class="card comment"><div class="soft">{escape(each["author"]["displayName"])} · '
        f"{escape(each['created'][:16].replace('T', ' '))}</div>{to_html(each['body'])}</div>"
        for each in issue.comments
    )
    return f"<h2>Comments</h2>{shown}"
