"""Which sources there are, by the settings."""

from __future__ import annotations

from workers.knowledge.confluence import Confluence, Space
from workers.knowledge.folders import Folder
from workers.knowledge.issues import Jira, ResolvedIssues
from workers.knowledge.values import Source
from workers.settings import WorkerSettings


def sources_of(settings: WorkerSettings, jira: Jira) -> tuple[Source, ...]:
    """Return all sources in the order of the settings; none if the knowledge is off."""
    if not settings.has_knowledge:
        return ()
    found: list[Source] = [Folder(entry) for entry in settings.knowledge_dirs]
    if settings.confluence_url and settings.confluence_spaces:
        email = settings.confluence_email or settings.jira_email or ""
        token = settings.confluence_api_token or settings.jira_api_token
        site = Confluence(settings.confluence_url, email, token.get_secret_value() if token else "")
        found += [
            Space(site, key, is_open=key in settings.confluence_open_spaces) for key in settings.confluence_spaces
        ]
    if settings.knowledge_jira_days:
        found.append(ResolvedIssues(jira, settings.knowledge_jira_days))
    return tuple(found)
