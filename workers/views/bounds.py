"""What a person reads below an answer in which a tool was called as often as it may be."""

from __future__ import annotations

from collections.abc import Mapping

_CALLS = {
    "jira_search": "searches in Jira",
    "jira_get_issue": "looks at issues",
    "jira_create_options": "looks at Jira's forms",
    "jira_create_issue": "drafts",
    "jira_add_comment": "comments",
    "jira_update_issue": "changes of fields",
    "jira_transition_issue": "changes of status",
    "jira_link_issues": "links",
    "knowledge_search": "searches in documents",
}


def calls_used_up(most: Mapping[str, int]) -> str:
    """Say what an answer had no more of; empty if nothing ran out."""
    if not most:
        return ""
    parts = [f"{number} {_CALLS.get(name, 'steps of one kind')}" for name, number in most.items()]
    return f"_One answer may take {' and '.join(parts)}, and I needed more. Ask me to go on if something is missing._"
