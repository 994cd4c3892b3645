"""Drafts share the few edits that Slack allows in a minute: none is spent on what a card says already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.faults import Fault
from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from sandbox.slack import BOT_TOKEN, NewFile
from tests.unit.workers.slack.world import ADA, CHANNEL, World
from workers import aftercare
from workers.duplicates.finder import Duplicates
from workers.errors import Interrupted, JiraUnavailable, Misconfigured, SlackUnavailable
from workers.filing import DraftDesk
from workers.jira.gateway import JiraGateway
from workers.jira.reader import Reader
from workers.lease import Lease, under
from workers.records import NOT_SENT, Draft, FieldSpec, SlackFile
from workers.settings import WorkerSettings
from workers.slack.cards import Cards
from workers.slack.files import SlackFiles
from workers.state.filings import UNCERTAIN, Filings
from workers.state.similar import SimilarIssues

pytestmark = pytest.mark.integration


@pytest.fixture
def jira() -> Iterator[JiraStandIn]:
    standin = JiraStandIn()
    served = Running(standin.make_app)
    standin.base_url = served.url
    yield standin
    served.stop()


@pytest.fixture
def desk(world: World, jira: JiraStandIn) -> DraftDesk:
    settings = WorkerSettings.model_validate(
        {
            "slack_bot_token": BOT_TOKEN,
            "anthropic_api_key": "test",
            "jira_url": jira.base_url,
            "jira_projects": "OPS,WEB",
            "jira_email": jira.email,
            "jira_api_token": jira.api_token,
        }
    )
    jira_gateway, filings = JiraGateway(settings, world.cache, world.metrics), Filings(world.redis, ttl_seconds=86_400)
    return DraftDesk(
        filings,
        Cards(world.clients, sleep=world.sleep),
        jira_gateway,
        SlackFiles(world.clients, settings.slack_bot_token, world.base_url),
        world.metrics,
        Duplicates(jira_gateway, filings, SimilarIssues(world.redis)),
        write_policy="confirm",
    )


READER = Reader("T1", ADA, "ada@example.com", ("OPS",))


def draft(world: World) -> Draft:
    return Draft(
        id="d1",
        conversation=world.conversation,
        turn_ts=world.turn_ts,
        asker_id=ADA,
        project="OPS",
        issue_type="Task",
        summary="The VPN is down",
        created_at=1.0,
    )


def spend_all_edits(world: World) -> None:
    """Let every edit of this minute be taken, as with many answers growing at a time."""
    message = world.api.call("chat.postMessage", channel=CHANNEL, text="growing", thread_ts=world.turn_ts)
    for _ in range(50):
        world.api.call("chat.update", channel=CHANNEL, ts=message["ts"], text="growing", max_wait_seconds=0)


def filed_as(jira: JiraStandIn) -> str:
    """Return what the card says of the newest issue."""
    return f"Filed as {next(reversed(jira.issues))}"


def test_a_card_that_would_say_the_same_again_costs_no_edit(world: World, desk: DraftDesk) -> None:
    desk.propose(draft(world), READER)
    for _ in range(3):
        desk.file(draft(world), by=ADA)
    edits = world.calls("chat.update")

    desk.settle(draft(world))

    assert edits == 2  # It is being sent; it is filed.
    assert world.calls("chat.update") == edits


def test_an_edit_whose_answer_was_lost_is_made_again(world: World, desk: DraftDesk, jira: JiraStandIn) -> None:
    desk.propose(draft(world), READER)
    world.standin.faults.add(Fault(operation="chat.update", kind="drop_before", times=2))

    desk.file(draft(world), by=ADA)

    assert [message.text for message in world.written()] == [filed_as(jira)]


def test_a_card_that_could_not_be_read_for_a_while_is_brought_up_to_date_later(
    world: World, desk: DraftDesk, jira: JiraStandIn
) -> None:
    desk.propose(draft(world), READER)
    channel = world.standin.workspace.channel(CHANNEL)
    channel.is_archived = True
    desk.file(draft(world), by=ADA)
    channel.is_archived = False

    desk.settle(draft(world))

    assert [message.text for message in world.written()] == [filed_as(jira)]


def test_filing_does_not_wait_for_room_to_say_that_it_files(world: World, desk: DraftDesk, jira: JiraStandIn) -> None:
    desk.propose(draft(world), READER)
    spend_all_edits(world)
    pressed_at = world.now
    filed_at: list[float] = []
    jira.site.listeners.append(lambda _event: filed_at.append(world.now))

    with pytest.raises(SlackUnavailable):  # For want of room to say that it is filed, which comes later.
        desk.file(draft(world), by=ADA)

    assert filed_at == [pressed_at]


def test_a_card_that_could_not_be_shown_for_want_of_a_token_is_shown_later(
    world: World, desk: DraftDesk, jira: JiraStandIn
) -> None:
    desk.propose(draft(world), READER)
    world.standin.faults.add(Fault(operation="chat.update", kind="error", error="token_revoked", times=-1))
    with pytest.raises(Misconfigured):
        desk.file(draft(world), by=ADA)
    world.standin.faults.clear()
    to_look_at = world.redis.zrange(UNCERTAIN, 0, -1)

    desk.look(draft(world))

    assert to_look_at == [f"{world.team_id}:d1".encode()]
    assert [message.text for message in world.written()] == [filed_as(jira)]
    assert world.redis.zrange(UNCERTAIN, 0, -1) == []


def test_a_card_whose_edit_was_taken_without_an_answer_does_not_keep_what_is_no_longer_so(
    world: World, desk: DraftDesk, jira: JiraStandIn
) -> None:
    desk.propose(draft(world), READER)
    before = [message.text for message in world.written()]
    # "Filing it…" is shown and its answer lost; then Jira takes nothing, and the draft is as it was.
    world.standin.faults.add(Fault(operation="chat.update", kind="drop_after", times=1))
    jira.faults.add(Fault(operation="POST issue", kind="status", status=429, headers={"Retry-After": "60"}, times=-1))
    with pytest.raises(JiraUnavailable):
        desk.file(draft(world), by=ADA)

    desk.settle(draft(world))

    assert [message.text for message in world.written()] == before
    assert "draft_create" in world.written()[0].action_ids


def test_a_card_whose_sender_lost_its_work_offers_its_buttons_again(
    world: World, desk: DraftDesk, jira: JiraStandIn
) -> None:
    desk.propose(draft(world), READER)
    before, issues = [message.text for message in world.written()], len(jira.issues)
    # The lease is another's once the card says that it is being filed.
    lease = Lease(0.5, clock=lambda: float(world.calls("chat.update")))
    with under(lease), pytest.raises(Interrupted):
        desk.file(draft(world), by=ADA)
    between = [message.text for message in world.written()]
    to_look_at = world.redis.zrange(UNCERTAIN, 0, -1)

    desk.look(draft(world))

    assert between != before
    assert to_look_at == [f"{world.team_id}:d1".encode()]
    assert [message.text for message in world.written()] == before
    assert "draft_create" in world.written()[0].action_ids
    assert world.redis.zrange(UNCERTAIN, 0, -1) == []
    assert len(jira.issues) == issues


@pytest.mark.parametrize("is_searched", [True, False])
def test_nothing_is_filed_at_once_while_it_cannot_be_known_whether_it_is_there(
    desk: DraftDesk, world: World, jira: JiraStandIn, *, is_searched: bool
) -> None:
    if not is_searched:
        pause = {"Retry-After": "120"}
        jira.faults.add(Fault(operation="POST search/jql", kind="status", status=429, headers=pause, times=-1))
    before = set(jira.issues)
    unlike = draft(world).model_copy(update={"summary": "Order a plant for the lobby"})

    proposed = desk.propose(unlike, READER, write_policy="auto")

    (made,) = set(jira.issues) - before or {""}
    assert bool(made) == is_searched
    assert ("Filed as" in proposed.words) == is_searched
    assert ("could not be looked for" in proposed.words) == (not is_searched)
    card = world.written()[-1]
    assert ("draft_create" in card.action_ids) == (not is_searched)
    assert ("could not look for similar issues" in str(card.blocks)) == (not is_searched)


@pytest.mark.parametrize(
    ("parent", "readers", "said"),
    [
        ("OPS-1", (READER, replace(READER, projects=("WEB",))), "Open projects: WEB"),
        ("OPS-2", (READER, READER), "OPS-2 does not exist in Jira, or it may not be shown here"),
        ("OPS-1", (), "OPS-1 does not exist in Jira, or it may not be shown here"),
        ("OPS-1", (READER, READER), ""),
    ],
)
def test_nothing_is_filed_under_an_issue_that_may_not_be_shown_to_who_files_and_who_asked(
    desk: DraftDesk, world: World, jira: JiraStandIn, parent: str, readers: tuple[Reader, ...], said: str
) -> None:
    jira.restrict("OPS-2", jira.bot.account_id)
    spec = FieldSpec(id="parent", name="Parent", kind="text", schema_type="issuelink")
    child = draft(world).model_copy(update={"specs": (spec,), "fields": {"parent": parent}})
    desk.keep(child)
    before = set(jira.issues)

    filing = desk.file(child, by=ADA, readers=readers)

    assert (filing.state == "done") == (not said)
    assert len(set(jira.issues) - before) == (not said)
    assert said in " ".join(filing.errors)
    assert not said or filing.errors[0] == NOT_SENT


def test_a_file_that_could_not_be_attached_for_too_long_is_said_not_to_be(
    world: World, desk: DraftDesk, jira: JiraStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aftercare, "AGAIN", ())
    jira.faults.add(Fault(operation="POST issue/{key}/attachments", kind="status", status=503, times=-1))
    ts = world.standin.say(CHANNEL, ADA, "see", files=[NewFile("late.log", b"boom")])
    message = world.api.call("conversations.replies", channel=CHANNEL, ts=ts)["messages"][0]
    held = draft(world).model_copy(update={"files": (SlackFile.from_slack(message["files"][0]),)})
    desk.propose(held, READER)

    desk.file(held, by=ADA)

    (card,) = [each for each in world.standin.messages(CHANNEL) if "✅ Filed as" in str(each.blocks)]
    assert f"Not attached: late.log: {aftercare.GAVE_UP}" in str(card.blocks)
