"""The key of an issue is read out of what people paste, and never out of the name of a server."""

from __future__ import annotations

import pytest

from workers.tools.arguments import key_in
from workers.views.form_fields import issue_key_in


@pytest.mark.parametrize(
    "text",
    [
        "OPS-12",
        " ops-12 ",
        "see OPS-12.",
        "https://acme-2.atlassian.net/browse/OPS-12",
        "<https://acme-2.atlassian.net/browse/OPS-12|the ticket>",
        "acme-2.atlassian.net/browse/ops-12?focusedId=7",
        "https://acme-2.atlassian.net/jira/software/projects/OPS/boards/3?selectedIssue=OPS-12",
        "https://acme-2.atlassian.net/jira/software/c/projects/TEAM-1/boards/3?x=1&selectedIssue=OPS-12",
        "https://help-1.example.com:8443/servicedesk/customer/portal/2/OPS-12",
        "https://jira-1/projects/OPS/issues/OPS-12",
    ],
)
def test_the_key_behind_a_servers_name_is_the_one_that_is_meant(text: str) -> None:
    assert issue_key_in(text) == key_in(text) == "OPS-12"


@pytest.mark.parametrize("text", ["https://acme-2.atlassian.net/", "acme-2.atlassian.net", "acme-2.example.com:8443/x"])
def test_a_servers_name_is_no_key(text: str) -> None:
    assert issue_key_in(text) == ""
    assert key_in(text) == text.upper()
