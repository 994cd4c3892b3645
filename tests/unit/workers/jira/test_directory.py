"""Who is meant becomes one account of Jira, or candidates; never the first of several, and never a namesake."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from sandbox.jira import catalogue
from sandbox.jira.site import User
from sandbox.jira.standin import JiraStandIn
from workers.errors import ToolError
from workers.jira.directory import Sought, chosen, value_of
from workers.jira.gateway import JiraGateway
from workers.jira.people_fields import with_people
from workers.jira.values import Person
from workers.records import FieldSpec

MakeGateway = Callable[..., JiraGateway]

MARGARET = catalogue.MARGARET.account_id


def add(jira: JiraStandIn, number: int, name: str, email: str, *, hidden: bool = False) -> User:
    user = User(f"5b10a2844c20165700ede{number:03x}", name, email, email_hidden=hidden)
    jira.site.users[user.account_id] = user
    return user


@pytest.mark.parametrize("words", ["grace@example.com", "GRACE@example.com", "Grace Moreno", "  grace   moreno "])
def test_an_address_or_a_whole_name_names_one_account(gateway: JiraGateway, words: str) -> None:
    assert gateway.directory.find(Sought(words.strip())).account_id == catalogue.GRACE.account_id


def test_a_part_of_a_name_is_answered_with_who_may_be_meant(gateway: JiraGateway, jira: JiraStandIn) -> None:
    with pytest.raises(ToolError, match=r"'Grace' may be Grace Moreno \(grace@example.com\): ask which one is meant"):
        gateway.directory.find(Sought("Grace"))

    for number in range(8):
        add(jira, number, f"Alex Number{number}", f"alex{number}@example.com")
    with pytest.raises(ToolError) as several:
        gateway.directory.find(Sought("Alex"))
    assert str(several.value).count("@example.com") == 5
    assert "and 3 more" in str(several.value)


def test_namesakes_are_asked_about_and_nobody_is_taken(gateway: JiraGateway, jira: JiraStandIn) -> None:
    add(jira, 1, "Grace Moreno", "grace.two@example.com")

    with pytest.raises(ToolError) as found:
        gateway.directory.find(Sought("Grace Moreno"))

    assert "grace@example.com" in str(found.value)
    assert "grace.two@example.com" in str(found.value)


def test_nobody_is_said_to_be_nobody(gateway: JiraGateway) -> None:
    with pytest.raises(ToolError, match="nobody there is called 'Zaphod Beeblebrox'"):
        gateway.directory.find(Sought("Zaphod Beeblebrox"))
    with pytest.raises(ToolError, match="no single Jira account shows the e-mail address zaphod"):
        gateway.directory.find(Sought("zaphod@example.com"))


def test_a_hidden_address_is_found_by_name_but_nobody_becomes_somebody_by_a_name(gateway: JiraGateway) -> None:
    sought = Sought("Margaret Hale", "U0MARG", "margaret@example.com")

    assert gateway.directory.find(sought).account_id == MARGARET
    assert gateway.directory.account_id("margaret@example.com", slack_id="U0MARG") is None


def test_who_is_found_by_a_hidden_address_is_asked_about_and_not_taken(gateway: JiraGateway, jira: JiraStandIn) -> None:
    margaret = jira.site.users[MARGARET]
    jira.site.users[MARGARET] = dataclasses.replace(margaret, found_by_hidden_email=True)

    with pytest.raises(ToolError) as typed:
        gateway.directory.find(Sought("margaret@example.com"))
    with pytest.raises(ToolError) as mentioned:
        gateway.directory.find(Sought("Peggy", "U0MARG", "margaret@example.com"))

    assert "no single Jira account shows the e-mail address margaret@example.com" in str(typed.value)
    assert "may be Margaret Hale: ask which one is meant" in str(typed.value)
    assert "'Peggy' may be Margaret Hale: ask which one is meant" in str(mentioned.value)
    assert gateway.directory.account_id("margaret@example.com") is None


@pytest.mark.parametrize(
    "entry",
    [
        f"U0MARG={MARGARET}",
        f"u0marg={MARGARET}",
        f"margaret@example.com={MARGARET}",
        "U0MARG=linus@example.com",
    ],
)
def test_the_operators_word_comes_first(make_gateway: MakeGateway, entry: str) -> None:
    directory = make_gateway(jira_accounts=f"U9=x@example.com, {entry}").directory
    wanted = catalogue.LINUS.account_id if "linus" in entry else MARGARET

    assert directory.account_id("margaret@example.com", slack_id="U0MARG") == wanted
    assert directory.find(Sought("Margaret", "U0MARG", "margaret@example.com")).account_id == wanted
    assert directory.unknown_overrides() == ["u9"]


def test_an_assignee_is_looked_for_among_those_who_can_be_one(gateway: JiraGateway, jira: JiraStandIn) -> None:
    reader = add(jira, 2, "Grace Moreno", "reader@example.com")
    project = jira.site.projects["OPS"]
    jira.site.projects["OPS"] = dataclasses.replace(project, readers=frozenset({reader.account_id}))

    assert gateway.directory.find(Sought("Grace Moreno"), project="OPS").account_id == catalogue.GRACE.account_id


def test_the_same_question_is_asked_once(gateway: JiraGateway, jira: JiraStandIn) -> None:
    for _ in range(3):
        gateway.directory.find(Sought("Margaret Hale"))

    assert [call["route"] for call in jira.calls] == ["GET user/search"]


def test_a_choice_of_a_form_names_an_account_where_the_address_is_hidden(gateway: JiraGateway) -> None:
    ((value, name),) = gateway.directory.offered("OPS", "marg")

    assert name == "Margaret Hale"
    assert chosen(value) == Person(MARGARET, "Margaret Hale")
    assert value_of(Person("1", "Ada", "ada@example.com")) == "ada@example.com"
    assert chosen("ada@example.com") is None


def test_people_stand_among_the_values_by_name_and_namesakes_stay_apart() -> None:
    spec = FieldSpec(id="f", name="Contacts", kind="user", schema_type="array")
    people = {"a@x": Person("1", "Ada", "a@x"), "b@x": Person("2", "Ada", "b@x")}

    found = with_people([spec], {"f": ("a@x", "b@x", "account:3|Ada")}, lambda words, _spec: people[words])
    again = with_people([spec], found.fields, lambda words, _spec: people[words], found.accounts)

    assert found.fields == {"f": ("Ada", "Ada (b@x)", "Ada (3)")}
    assert found.accounts == {"Ada": "1", "Ada (b@x)": "2", "Ada (3)": "3"}
    assert again == found
