"""Who may do what rests on what Slack says of a person, and on nothing else."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from sandbox.slack.records import Person as StandInPerson
from tests.unit.workers.slack.world import ADA, World
from workers.errors import SlackUnavailable
from workers.person import Person
from workers.slack.people import People

pytestmark = pytest.mark.integration


@pytest.fixture
def people(world: World) -> People:
    return People(world.clients, world.cache)


def test_a_member_has_a_name_and_an_address_and_is_asked_for_once(world: World, people: People) -> None:
    person = people.person(world.team_id, ADA)
    assert (person.name, person.email, person.is_full_member) == ("Ada Park", "ada@example.com", True)
    assert people.person(world.team_id, ADA) == person
    assert world.calls("users.info") == 1


def test_a_guest_is_no_full_member(world: World, people: People) -> None:
    guest = people.person(world.team_id, "U0GUEST01")
    assert guest.is_guest
    assert not guest.is_full_member


def test_somebody_of_another_organisation_is_a_stranger(world: World, people: People) -> None:
    world.standin.workspace.people["U0OTHER01"] = StandInPerson("U0OTHER01", "kim", "Kim Ode", team_id="T0OTHER")
    other = people.person(world.team_id, "U0OTHER01")
    assert other.is_stranger
    assert not other.is_full_member
    assert people.person(world.team_id, "U0NOBODY1").is_stranger


def test_without_an_answer_only_the_id_is_known_and_nothing_is_remembered(world: World, people: People) -> None:
    world.standin.faults.add(Fault(operation="users.info", kind="status", status=500, body=""))
    unknown = people.person(world.team_id, ADA)
    assert unknown == Person(id=ADA, name=ADA)
    assert not unknown.is_full_member
    assert people.person(world.team_id, ADA).is_known


def test_a_decision_is_not_built_on_a_missing_answer(world: World, people: People) -> None:
    world.standin.faults.add(Fault(operation="users.info", kind="status", status=500, body=""))
    with pytest.raises(SlackUnavailable):
        people.surely(world.team_id, ADA)
