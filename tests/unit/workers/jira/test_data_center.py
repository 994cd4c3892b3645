"""The gateway and a strict Data Center, of today and of before 8.4: wiki text, people by name, pages by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from tests.unit.workers.jira.readers import ADA
from workers.errors import FilingUncertain, JiraRefused, Misconfigured, ToolError
from workers.jira.adf import SHORTENED
from workers.jira.deployment import DataCenter
from workers.jira.forms import CUT, cut_notes
from workers.jira.gateway import JiraGateway
from workers.jira.jql import IssueQuery
from workers.jira.payload import create_payload, marker_of, people_of
from workers.jira.shown import shown
from workers.records import Conversation, Draft, FieldSpec

MakeGateway = Callable[..., JiraGateway]
LINK = "https://example.slack.com/archives/C1/p1"


@pytest.fixture(params=["pages", "tree"])
def server(request: pytest.FixtureRequest) -> JiraStandIn:
    server = JiraStandIn(deployment="datacenter")
    server.site.has_createmeta_pages = request.param == "pages"
    return server


@pytest.fixture
def server_url(server: JiraStandIn) -> Iterator[str]:
    running = Running(server.make_app)
    yield running.url
    running.stop()


@pytest.fixture
def gateway(make_gateway: MakeGateway, server_url: str) -> JiraGateway:
    return make_gateway(jira_url=server_url, jira_deployment="datacenter", jira_pat="sandbox-jira-pat")


def draft(gateway: JiraGateway, issue_type: str = "Task", project: str = "OPS", **more: object) -> Draft:
    given = {
        "id": "d1",
        "conversation": Conversation(team_id="T1", channel_id="C1", thread_ts="1.2"),
        "turn_ts": "1.2",
        "asker_id": "U1",
        "asker_name": "Ada",
        "asker_email": "ada@example.com",
        "project": project,
        "issue_type": issue_type,
        "summary": "VPN drops",
        "description": "It **drops**:\n\n```python\nx = {1}\n```",
        "specs": gateway.create_screen(project, issue_type),
        "permalink": LINK,
        "created_at": 0,
    }
    return Draft.model_validate(given | more)


def file(gateway: JiraGateway, made: Draft) -> str:
    accounts = gateway.directory.accounts((*people_of(made), "ada@example.com"))
    payload = create_payload(
        made,
        reporter_account_id=accounts.get("ada@example.com"),
        accounts=accounts,
        link_of=gateway.link_of,
        deployment=gateway.deployment,
    )
    return gateway.create(payload).key


def test_an_issue_is_filed_with_wiki_text_and_people_by_name(gateway: JiraGateway, server: JiraStandIn) -> None:
    fields = {"customfield_10050": "Platform", "customfield_10052": "1. open\n2. wait"}
    made = draft(gateway, "Bug", fields={**fields, "customfield_10056": "grace@example.com"}, labels=("vpn",))

    issue = server.issue(file(gateway, made))

    assert issue.fields["description"] == (
        f"It *drops*:\n\n{{code:python}}\nx = {{1}}\n{{code}}\n\nFrom Slack: [the conversation|{LINK}]"
    )
    assert issue.fields["customfield_10052"] == "# open\n# wait"
    assert issue.fields["reporter"]["displayName"] == "Ada Park"
    assert issue.fields["customfield_10056"]["displayName"] == "Grace Moreno"
    sent = next(call["body"]["fields"] for call in server.calls if call["route"] == "POST issue")
    assert (sent["reporter"], sent["customfield_10056"]) == ({"name": "ada"}, {"name": "grace"})
    assert issue.properties["supportbot"]["marker"] == marker_of("d1")


def test_a_text_of_many_signs_is_filed_as_far_as_jira_takes_it_and_the_draft_says_so(
    gateway: JiraGateway, server: JiraStandIn
) -> None:
    made = draft(gateway, description="[x] {y} " * 3_000)

    filed = server.issue(file(gateway, made)).fields["description"]

    assert 30_000 < len(filed) <= 32_767
    assert SHORTENED in filed
    assert cut_notes(made, gateway.cuts) == (CUT.format(name="Description"),)


def test_create_screens_are_the_same_from_pages_and_from_the_tree(gateway: JiraGateway) -> None:
    assert [kind.name for kind in gateway.issue_types("OPS")] == ["Bug", "Task", "Incident", "Sub-task"]
    screen = {spec.name: spec for spec in gateway.create_screen("OPS", "bug")}

    team = screen["Team"]
    assert (team.id, team.required, team.kind) == ("customfield_10050", True, "select")
    assert [option.name for option in team.options] == ["Platform", "Identity", "Payments", "Workplace"]
    assert "Network" in gateway.long_options("OPS", "Bug", "components")


def test_a_project_that_does_not_exist_is_refused_whichever_way_it_was_asked_for(
    make_gateway: MakeGateway, server_url: str
) -> None:
    settings = {"jira_url": server_url, "jira_deployment": "datacenter", "jira_pat": "sandbox-jira-pat"}
    gateway = make_gateway(**settings, jira_projects="OPS,NOPE")

    with pytest.raises(JiraRefused) as refused:
        gateway.create_screen("NOPE", "Bug")

    assert refused.value.status == 404


def test_a_type_that_does_not_exist_names_those_that_do(gateway: JiraGateway) -> None:
    with pytest.raises(ToolError, match="Incident"):
        gateway.create_screen("OPS", "Epic")


def test_pages_of_a_search_follow_each_other(gateway: JiraGateway, server: JiraStandIn) -> None:
    found, cursor = [], None
    while True:
        page = gateway.search(IssueQuery(projects=("OPS",), status="any", sort="created", limit=5, cursor=cursor), ADA)
        found += [issue.key for issue in page.issues]
        cursor = page.cursor
        if cursor is None:
            break

    open_to_ada = [key for key, issue in server.issues.items() if key.startswith("OPS-") and issue.viewers is None]
    assert sorted(found) == sorted(open_to_ada)


def test_a_search_by_a_person_takes_the_name(gateway: JiraGateway, server: JiraStandIn) -> None:
    page = gateway.search(
        IssueQuery(assignee=gateway.directory.account_id("linus@example.com"), status="any", limit=20), ADA
    )

    mine = [
        key
        for key, issue in server.issues.items()
        if (issue.fields["assignee"] or {}).get("displayName") == "Linus Berg"
    ]
    assert mine
    assert {issue.key for issue in page.issues} == {key for key in mine if key.startswith(("OPS-", "WEB-"))}


def test_an_issue_is_read_as_markdown_with_internal_comments_told_apart(
    gateway: JiraGateway, server: JiraStandIn
) -> None:
    key = file(gateway, draft(gateway))
    server.comment(key, "h2. Seen\n{code}\nx\n{code}", by="grace@example.com")
    server.comment(key, "not for customers", by="grace@example.com")
    server.issue(key).comments[-1]["properties"] = [{"key": "sd.public.comment", "value": {"internal": True}}]

    issue = gateway.issue(key, ADA)

    assert issue.description.startswith("It **drops**:\n\n```python\nx = {1}\n```")
    assert f"[the conversation]({LINK})" in issue.description
    assert [(comment.author, comment.is_internal) for comment in issue.comments] == [
        ("Grace Moreno", True),
        ("Grace Moreno", False),
    ]
    assert issue.comments[1].text == "## Seen\n```\nx\n```"


def test_a_lost_create_is_found_by_its_label(gateway: JiraGateway, server: JiraStandIn) -> None:
    server.faults.add(Fault(operation="POST issue", kind="drop_after"))
    with pytest.raises(FilingUncertain):
        file(gateway, draft(gateway))

    (found,) = gateway.find_by_label("OPS", marker_of("d1"))

    assert server.issue(found.key).fields["summary"] == "VPN drops"


def test_a_lost_create_without_a_label_field_is_found_by_its_property(gateway: JiraGateway) -> None:
    key = file(gateway, draft(gateway, "Story", "WEB"))

    assert [found.key for found in gateway.find_by_label("WEB", marker_of("d1"))] == [key]
    assert gateway.find_by_label("WEB", marker_of("d2")) == ()


def test_a_thread_is_linked_once(gateway: JiraGateway, server: JiraStandIn) -> None:
    key = file(gateway, draft(gateway))

    for title in ("first", "second"):
        gateway.link_thread(key, global_id="slack:T1:C1:1.2", url=LINK, title=title)

    assert [link["object"]["title"] for link in server.issue(key).remote_links] == ["second"]


def test_permissions_and_people_are_asked_for_as_it_answers_them(gateway: JiraGateway) -> None:
    assert gateway.who_am_i().name == "Support Bot"
    assert gateway.permissions("OPS", ["BROWSE_PROJECTS", "CREATE_ISSUES"]) >= {"BROWSE_PROJECTS", "CREATE_ISSUES"}
    assert gateway.people("OPS", "gra") == [("grace@example.com", "Grace Moreno")]


def test_a_token_that_is_not_taken_is_the_operators(make_gateway: MakeGateway, server_url: str) -> None:
    gateway = make_gateway(jira_url=server_url, jira_deployment="datacenter", jira_pat="another")

    with pytest.raises(Misconfigured) as found:
        gateway.who_am_i()

    assert "JIRA_PAT" in found.value.operator_message
    assert "token" not in found.value.user_message


def test_a_cursor_that_is_none_begins_at_the_first_page() -> None:
    assert DataCenter().search("x", ["summary"], 5, cursor="nonsense")["startAt"] == 0


def test_a_sprint_is_shown_by_its_name_as_older_servers_write_it() -> None:
    spec = FieldSpec(id="customfield_1", name="Sprint", kind="text", schema_type="array", custom_type="gh-sprint")
    held = ["com.atlassian.greenhopper.service.sprint.Sprint@1f[id=37,state=ACTIVE,name=Sprint 12, fast,goal=]"]

    assert shown(spec, held, str) == ("Sprint 12, fast",)
