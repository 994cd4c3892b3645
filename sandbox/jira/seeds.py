"""About two dozen issues that a support desk would have, so that searches find something."""

from __future__ import annotations

from typing import Any

from sandbox.jira import catalogue, issues
from sandbox.jira import catalogue as default
from sandbox.jira.comments import add_comment
from sandbox.jira.seed_texts import SEEDS, Seed
from sandbox.jira.site import Site, timestamp

PEOPLE = {"ada": catalogue.ADA, "grace": catalogue.GRACE, "linus": catalogue.LINUS, "margaret": catalogue.MARGARET}
DAY = 86_400


def paragraphs(text: str) -> dict[str, Any]:
    """Return plain text as a document, a paragraph for each block."""
    blocks = [block.replace("\n", " ") for block in text.split("\n\n")]
    content = [{"type": "paragraph", "content": [{"type": "text", "text": block}]} for block in blocks]
    return {"type": "doc", "version": 1, "content": content}


def text_on(site: Site, text: str) -> Any:
    """Return plain text as the site stores it."""
    return paragraphs(text) if site.is_cloud else text


def plant(site: Site) -> None:
    """File all seeds, oldest first, those with a security level last, each with its age, status and comments."""
    for seed in sorted(SEEDS, key=lambda each: (bool(each.viewers), -each.days_old)):
        _file(site, seed)


def _file(site: Site, seed: Seed) -> None:
    reporter = PEOPLE[seed.reporter]
    fields: dict[str, Any] = {
        "project": {"key": seed.project},
        "issuetype": {"name": seed.kind},
        "summary": seed.summary,
        "description": text_on(site, seed.description),
        **seed.fields,
    }
    if seed.kind != "Story":
        fields |= {"priority": {"name": seed.priority}, "labels": list(seed.labels)}
        fields["components"] = [{"name": name} for name in seed.components]
        if seed.assignee:
            person = PEOPLE[seed.assignee]
            fields["assignee"] = {"accountId": person.account_id} if site.is_cloud else {"name": person.name}
    issue = issues.create(site, reporter, {"fields": fields})
    for author, text in seed.comments:
        add_comment(site, PEOPLE[author], issue, {"body": text_on(site, text)})
    created = site.clock.now() - seed.days_old * DAY
    for place, comment in enumerate(issue.comments, 1):
        comment["created"] = comment["updated"] = timestamp(created + seed.days_old * DAY * 0.2 * place)
    issue.fields |= {"created": timestamp(created), "status": default.status_shape(default.status_named(seed.status))}
    issue.fields["updated"] = timestamp(created + seed.days_old * DAY * 0.6)
    if seed.status == "Done":
        issue.fields["resolution"] = default.resolution_shape(*default.RESOLUTIONS[0])
        issue.fields["resolutiondate"] = issue.fields["updated"]
    if seed.viewers:
        issue.viewers = frozenset({catalogue.BOT.account_id, *(PEOPLE[name].account_id for name in seed.viewers)})
    issue.pending.clear()
    site.changed(issue, touch=False)
    site.document(issue)
