from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.jira.fields import FIELDS, Field
from sandbox.jira.standin import JiraStandIn
from workers.records import Draft, SlackFile
from workers.tools.asking import LONGEST_QUESTION
from workers.tools.jira_create_issue import newest_files
from workers.tools.toolbox import LONGEST_ERROR, Toolbox

MakeToolbox = Callable[..., Toolbox]


@pytest.fixture
def drafts(desk: Any) -> list[Draft]:
    found: list[Draft] = desk.drafts
    return found


def create(toolbox: Toolbox, **given: Any) -> Any:
    return toolbox.run("jira_create_issue", "t1", {"issue_type": "Task", "summary": "VPN drops"} | given)


def test_options_list_the_types_of_a_project(toolbox: Toolbox) -> None:
    answer = toolbox.run("jira_create_options", "t1", {"project": "web"})

    assert answer.content.startswith("Issue types of WEB:\n- Bug - ")
    assert "- Story - " in answer.content


def test_options_list_the_fields_of_a_type_with_their_values(toolbox: Toolbox) -> None:
    content = toolbox.run("jira_create_options", "t1", {"issue_type": "incident"}).content

    required, optional = content.split("Optional:\n")
    assert required.splitlines() == [
        "Fields of Incident in OPS.",
        "Required:",
        "- Summary: any text",
        "- Severity: SEV1 - Outage, SEV2 - Major, SEV3 - Minor, SEV4 - Cosmetic",
    ]
    assert "- Affected services (several): VPN, Single sign-on, Checkout, E-mail, Dashboard" in optional
    assert "- Started at: a date and time" in optional
    assert "Reporter" not in content


def test_a_complete_issue_becomes_a_draft(toolbox: Toolbox, drafts: list[Draft], jira: JiraStandIn) -> None:
    before = len(jira.issues)

    answer = create(
        toolbox,
        project="ops",
        issue_type="bug",
        summary=" VPN  drops\nagain ",
        description="It **drops**",
        priority="high",
        labels=["vpn"],
        fields={"Team": "identity", "components": "network"},
    )

    assert (answer.content, answer.is_error) == ("Draft shown.", False)
    (draft,) = drafts
    assert (draft.project, draft.issue_type, draft.summary) == ("OPS", "Bug", "VPN drops again")
    assert (draft.priority, draft.labels) == ("High", ("vpn",))
    assert draft.fields == {"customfield_10050": "Identity", "components": ("Network",)}
    assert (draft.asker_id, draft.asker_name, draft.asker_email) == ("U1", "Ada", "ada@example.com")
    assert draft.permalink
    assert {"summary", "customfield_10050"} <= {spec.id for spec in draft.specs}
    assert len(jira.issues) == before


def test_a_draft_says_so_when_a_text_is_longer_than_jira_takes(toolbox: Toolbox, drafts: list[Draft]) -> None:
    answer = create(toolbox, description="Payload:\n" + "x" * 40_000)

    (draft,) = drafts
    assert draft.notes == ("Description is longer than Jira takes: its end will be left out.",)
    assert draft.notes[0] in answer.content


def test_missing_fields_are_named_with_their_values(toolbox: Toolbox, drafts: list[Draft]) -> None:
    answer = create(toolbox, issue_type="Bug")

    assert answer.is_error
    assert "- Team: Platform, Identity, Payments, Workplace" in answer.content.splitlines()
    assert "customfield" not in answer.content
    assert len(answer.content) <= LONGEST_ERROR
    assert drafts == []


def test_all_that_is_wrong_is_said_at_once(toolbox: Toolbox) -> None:
    fields = {"Affected users": "many", "Assignee": "nobody@example.com"}
    answer = create(toolbox, issue_type="Incident", priority="P1", fields=fields)

    assert answer.is_error
    for words in (
        "Severity: SEV1",
        "Priority: 'P1'",
        "Highest, High, Medium",
        "Affected users takes a number",
        "nobody@",
    ):
        assert words in answer.content


def test_of_many_values_a_few_are_listed_and_it_is_said_how_to_find_the_others(
    toolbox: Toolbox, jira: JiraStandIn
) -> None:
    ops = jira.site.projects["OPS"]
    site = "customfield_10064"
    kinds = tuple(
        dataclasses.replace(kind, screen=(*kind.screen, site), required=kind.required | {site}) for kind in ops.types
    )
    jira.site.projects["OPS"] = dataclasses.replace(ops, types=kinds)

    missing = create(toolbox, issue_type="Bug").content
    wrong = create(toolbox, issue_type="Bug", fields={"Team": "Identity", "Site": "the moon"}).content
    few = create(toolbox, issue_type="Bug", fields={"Site": "Site 001"}).content

    for said in (missing, wrong):
        assert "and 2" in said
        assert "jira_create_options" in said
        assert "ask the person for the rest." in said
        assert len(said) <= LONGEST_QUESTION
    assert "jira_create_options" not in few


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("me", "Ada Park"),
        ("<@U0GRACE01>", "Grace Moreno"),
        ("@Grace (U0GRACE01)", "Grace Moreno"),
        ("U0GRACE01", "Grace Moreno"),
        ("@Margaret Hale (U0MARG001)", "Margaret Hale"),
        ("Linus Berg", "Linus Berg"),
        ("linus@example.com", "Linus Berg"),
    ],
)
def test_people_are_taken_by_mention_name_or_address(
    toolbox: Toolbox, drafts: list[Draft], jira: JiraStandIn, words: str, name: str
) -> None:
    answer = create(toolbox, fields={"Assignee": words, "Reporter": words})

    assert not answer.is_error, answer.content
    account = next(user.account_id for user in jira.site.users.values() if user.display_name == name)
    assert drafts[0].fields == {"assignee": name, "reporter": name}
    assert drafts[0].accounts == {name: account}


def test_a_name_that_may_mean_several_is_a_question_with_the_names(toolbox: Toolbox, drafts: list[Draft]) -> None:
    answer = create(toolbox, fields={"Assignee": "Grace"})

    assert answer.is_error
    assert "- Assignee: 'Grace' may be Grace Moreno (grace@example.com): ask which one is meant" in answer.content
    assert drafts == []


def test_labels_and_priority_off_the_screen_are_left_out_and_said(toolbox: Toolbox, drafts: list[Draft]) -> None:
    answer = create(toolbox, project="WEB", issue_type="Story", priority="High", labels=["x"], fields={"Mood": "bad"})

    assert not answer.is_error
    (draft,) = drafts
    assert (draft.priority, draft.labels, draft.fields) == (None, (), {})
    assert len(draft.notes) == 3
    assert all(note in answer.content for note in draft.notes)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"project": "SECRET"}, "Open projects: OPS, WEB"),
        ({"issue_type": "Epic"}, "Its types: Bug, Task, Incident, Sub-task"),
        ({"summary": "   "}, "summary is empty"),
    ],
)
def test_what_cannot_be_filed_is_refused_with_what_can(
    toolbox: Toolbox, drafts: list[Draft], given: dict[str, Any], words: str
) -> None:
    answer = create(toolbox, **given)

    assert answer.is_error
    assert words in answer.content
    assert drafts == []


def test_the_same_call_makes_the_same_draft_again(make_toolbox: MakeToolbox, drafts: list[Draft]) -> None:
    create(make_toolbox())
    create(make_toolbox())
    create(make_toolbox(ts="2.2"))
    make_toolbox().run("jira_create_issue", "t2", {"issue_type": "Task", "summary": "VPN drops"})

    first, again, other_turn, other_call = [draft.id for draft in drafts]
    assert first == again
    assert len({first, other_turn, other_call}) == 3
    assert len(first) == 16


def test_a_summary_that_is_too_long_is_cut_and_said(toolbox: Toolbox, drafts: list[Draft]) -> None:
    answer = create(toolbox, summary="x" * 400)

    assert len(drafts[0].summary) == 255
    assert "cut to 255" in answer.content


def test_of_very_many_files_the_newest_are_attached_and_the_rest_is_not_left_out_in_silence() -> None:
    files = tuple(SlackFile(id=f"F{number}", name=f"{number}.log") for number in range(25))

    chosen, notes = newest_files(files)

    assert chosen == files[5:]
    assert notes == ("Of 25 files only the newest 20 will be attached.",)
    assert newest_files(chosen) == (chosen, ())


@pytest.mark.parametrize(
    "fields",
    [
        '{"Team": "Platform"}',
        [{"name": "Team", "value": "Platform"}],
        {"Team": ["Platform"]},
        {"team": {"value": "Platform"}},
        {"customfield_10050": {"id": "10300"}},
    ],
)
def test_fields_are_taken_in_the_shapes_that_models_send(toolbox: Toolbox, drafts: list[Draft], fields: object) -> None:
    answer = create(toolbox, issue_type="Bug", fields=fields, labels=None, priority=None, description=None)

    assert not answer.is_error, answer.content
    assert drafts[0].fields == {"customfield_10050": "Platform"}


def test_a_parent_must_be_an_issue_that_the_asker_may_see(
    toolbox: Toolbox, jira: JiraStandIn, drafts: list[Draft]
) -> None:
    jira.restrict("OPS-2", "somebody-else")

    hidden = create(toolbox, issue_type="Sub-task", fields={"Parent": "OPS-2"})
    missing = create(toolbox, issue_type="Sub-task", fields={"Parent": "OPS-99999"})
    assert drafts == []
    create(toolbox, issue_type="Sub-task", fields={"Parent": "ops-1"})

    assert "Parent: OPS-2 does not exist in Jira, or it may not be shown here." in hidden.content
    assert "Parent: OPS-99999 does not exist" in missing.content
    assert [draft.fields["parent"] for draft in drafts] == ["OPS-1"]


def test_one_answer_names_all_that_is_missing_however_many_values_there_are(
    toolbox: Toolbox, jira: JiraStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = tuple(
        (str(number), f"A value that takes {number} words and then some more to be told") for number in range(40)
    )
    fields = {f"customfield_2000{number}": f"Matter {number}" for number in range(1, 7)}
    for name, title in fields.items():
        monkeypatch.setitem(FIELDS, name, Field(name, title, "select", values))
    ops = jira.site.projects["OPS"]
    kinds = tuple(
        dataclasses.replace(kind, screen=(*kind.screen, *fields), required=kind.required | set(fields))
        for kind in ops.types
    )
    jira.site.projects["OPS"] = dataclasses.replace(ops, types=kinds)

    few = create(toolbox)
    many = create(toolbox, fields=dict.fromkeys(list(fields.values())[:3], "the moon"))

    for answer in (few, many):
        assert all(f"- {title}: " in answer.content for title in fields.values())
        assert "jira_create_options" in answer.content
        assert len(answer.content) <= LONGEST_QUESTION
