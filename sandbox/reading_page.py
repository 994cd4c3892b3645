"""A page to read, with no script on it: what links to documents and wiki pages of the sandbox open."""

from __future__ import annotations

from html import escape
from string import Template

from aiohttp import web

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title><style>
:root { --ink: #172b4d; --soft: #5e6c84; --line: #dfe1e6; --paper: #fff; --ground: #f4f5f7; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
header { background: var(--paper); border-bottom: 1px solid var(--line); padding: 12px 24px; font-weight: 600; }
header small { color: var(--soft); font-weight: 400; margin-left: 8px; }
main { max-width: 720px; margin: 24px auto; padding: 8px 32px 24px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px; overflow-wrap: anywhere; }
h1 { font-size: 26px; line-height: 1.25; } h2 { font-size: 19px; margin-top: 28px; }
pre { background: var(--ground); padding: 10px 12px; border-radius: 4px; overflow-x: auto; }
</style></head><body><header>$place<small>stand-in</small></header><main>$body</main></body></html>
""")


def reading_page(place: str, title: str, body: str, status: int = 200) -> web.Response:
    """Return a page; `body` is HTML, the rest is text."""
    page = PAGE.substitute(place=escape(place), title=escape(title), body=body)
    return web.Response(text=page, status=status, content_type="text/html", headers=HEADERS)
