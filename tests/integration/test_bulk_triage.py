"""Triage in bulk: every untriaged issue once, whatever fails or dies in between, told with buttons and its cost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from sandbox.faults import Fault
from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.catalogue import GRACE as GRACE_IN_JIRA
from sandbox.slack.messages import Message
from tests.integration.bulk_world import ADA, CHANNEL, GRACE, BulkWorld, bulk_world
from workers.acts.run import run_act
from workers.records import Action
from workers.state.accounts import utc_now, workspace_account


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _heads(world: BulkWorld) -> list[Message]:
    return [each for each in world.slack.messages(CHANNEL) if _kind(each) == "supportbot_digest"]


def _pages(world: BulkWorld) -> list[Message]:
    (head,) = _heads(world)
    return [each for each in world.slack.replies_of_bot(CHANNEL, head.ts) if each.is_reply]


def _kind(message: Message) -> str:
    return str((message.metadata or {}).get("event_type", ""))


def _digest(world: BulkWorld) -> str:
    return "\n".join(str(message.blocks) for message in [*_heads(world), *_pages(world)])


def _shown_keys(world: BulkWorld) -> list[str]:
    """Return the keys of all issues that have a suggestion, as often as they are shown."""
    return re.findall(r"'text': '<[^|]*[|](OPS-[0-9]+)> · ", "\n".join(str(page.blocks) for page in _pages(world)))


def _sent(world: BulkWorld) -> list[str]:
    """Return the issues that were asked about, as often as a batch held them."""
    batches = world.claude.batches.values()
    return [str(params["messages"][0]["content"]) for batch in batches for params in batch.requests.values()]


def test_untriaged_issues_come_into_a_digest_with_what_is_suggested(world: BulkWorld) -> None:
    key = world.file("VPN drops for everyone", "Nobody in the office can work since 9:00.")
    done = world.run(world.start("triage", projects=["OPS"]))
    assert done.state == "done", done.problem
    said = _digest(world)
    assert key in said
    assert "Priority: Medium → *Highest*" in said
    assert "Component: *Network*" in said
    assert "bulk_apply" in said
    assert "half the usual price" in said


def test_nothing_untriaged_says_nothing_unless_somebody_asked(world: BulkWorld) -> None:
    assert world.run(world.start("triage", projects=["OPS"])).state == "done"
    assert not _heads(world)
    world.run(world.start("triage", projects=["OPS"], user_id=ADA))
    assert "no issue that waits for triage" in _heads(world)[0].text
    assert not world.claude.batches


def test_the_next_night_does_not_show_the_same_issues_again(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    world.run(world.start("triage", projects=["OPS"]))
    again = world.run(world.start("triage", projects=["OPS"]))
    assert (again.state, again.items) == ("done", 0)
    assert len(_heads(world)) == 1


def test_a_likely_duplicate_is_named_with_its_link(world: BulkWorld) -> None:
    first = world.file("Printer on floor three prints blank pages", components=[{"name": "Workplace"}])
    second = world.file("Printer on floor three prints blank pages again")
    world.run(world.start("triage", projects=["OPS"]))
    said = _digest(world)
    assert f"Likely the same as <https://jira.example.com/browse/{first}|{first}>" in said
    assert second in said


def test_issues_with_a_security_level_never_reach_the_model_or_the_channel(world: BulkWorld) -> None:
    open_key, hidden = world.file("VPN is down for everyone"), world.file("Salaries leaked from the VPN host")
    world.jira.restrict(hidden, world.jira.bot.account_id)
    world.run(world.start("triage", projects=["OPS"]))
    assert open_key in _digest(world)
    assert hidden not in _digest(world)
    assert not any("Salaries" in text for text in _sent(world))


@pytest.mark.parametrize(
    ("who", "tells_of"),
    [({"user_id": ADA}, {"OPS"}), ({"by": GRACE}, {"OPS", "WEB"}), ({"by": ""}, set()), ({"by": "U0GONE0001"}, set())],
)
def test_a_digest_tells_of_what_who_wanted_it_may_see_in_jira(
    world: BulkWorld, who: dict[str, str], tells_of: set[str]
) -> None:
    world.file("VPN drops for everyone", project={"key": "OPS"})
    world.file("VPN drops for everyone in the shop", project={"key": "WEB"})
    members = frozenset({world.jira.bot.account_id, GRACE_IN_JIRA.account_id})
    world.jira.site.projects["WEB"] = replace(world.jira.site.projects["WEB"], members=members)
    world.jira.site.issues["WEB-1"].project = world.jira.site.projects["WEB"]

    world.run(world.start("triage", projects=["OPS", "WEB"], **who))

    for said in (_digest(world) if _heads(world) else "", "\n".join(_sent(world))):
        assert {key for key in ("OPS", "WEB") if f"{key}-1" in said or f"{key} " in said} <= tells_of
    assert {key for key in ("OPS", "WEB") if _heads(world) and f"{key}-1" in _digest(world)} == tells_of


def test_without_the_right_to_ask_about_others_a_digest_tells_of_what_is_open_to_all(world: BulkWorld) -> None:
    world.jira.let_bot(administer=False, browse_users=False)
    world.new_worker(jira_open_projects="WEB")
    world.file("VPN drops for everyone", project={"key": "OPS"})
    world.file("VPN drops for everyone in the shop", project={"key": "WEB"})

    world.run(world.start("triage", projects=["OPS", "WEB"], user_id=ADA))

    assert "WEB-1" in _digest(world)
    assert "OPS-1" not in _digest(world)


def test_each_issue_is_triaged_once_through_errors_and_restarts(world: BulkWorld) -> None:
    keys = [world.file(f"Export {number} fails for many users", f"Case {number}.") for number in range(100)]
    world.claude.faults.add(Fault(operation="batch_item", kind="error", error="overloaded_error", times=5))
    job = world.start("triage", projects=["OPS"])
    states: list[str] = []
    while not world.now(job).is_over:
        # Every turn is a worker of its own: all that the next one knows lies in Redis.
        world.new_worker()
        states.append(world.turn(job).state)
    done = world.now(job)
    assert done.state == "done", done.problem
    assert (done.items, done.round) == (100, 2)
    assert sorted(_shown_keys(world)) == sorted(keys)
    assert [len(batch.requests) for batch in world.claude.batches.values()] == [100, 5]
    assert "could not be done" not in _digest(world)


def test_what_fails_again_and_again_is_tried_until_it_is_triaged(world: BulkWorld) -> None:
    keys = [world.file(f"Export {number} fails for many users") for number in range(10)]
    for after in (0, 5, 5):
        world.claude.faults.add(
            Fault(operation="batch_item", kind="error", error="overloaded_error", after=after, times=5)
        )
    done = world.run(world.start("triage", projects=["OPS"]))
    assert [len(batch.requests) for batch in world.claude.batches.values()] == [10, 5, 5, 5]
    assert sorted(_shown_keys(world)) == sorted(keys)
    assert done.usd == pytest.approx(world.worker.purse.prices.cost("claude-haiku-5-5", done.usage) / 2)


def test_what_was_triaged_is_shown_though_the_budget_does_not_bear_to_repeat_the_rest(world: BulkWorld) -> None:
    for number in range(10):
        world.file(f"Export {number} fails for many users")
    world.claude.faults.add(Fault(operation="batch_item", kind="error", error="overloaded_error", times=3))
    job = world.start("triage", projects=["OPS"])
    while not world.claude.batches:
        world.turn(job)
    world.new_worker(budget_workspace_month_usd=0.000001)
    done = world.run(job)
    assert (done.state, len(world.claude.batches)) == ("done", 1)
    assert len(_shown_keys(world)) == 7
    assert "3 issues could not be done: the budget is used up." in str(_heads(world)[0].blocks)


def test_what_twice_is_not_come_to_in_a_day_is_said_and_comes_back_the_next_night(world: BulkWorld) -> None:
    for number in range(10):
        world.file(f"Export {number} fails for many users")
    for error in ("overloaded_error", "expired"):
        world.claude.faults.add(Fault(operation="batch_item", kind="error", error=error, times=3))
    world.claude.faults.add(Fault(operation="batch_item", kind="error", error="expired", after=4, times=6))
    done = world.run(world.start("triage", projects=["OPS"]))
    assert done.state == "done"
    assert "6 issues could not be done: the model did not get to them within a day." in str(_heads(world)[0].blocks)
    assert len(_shown_keys(world)) == 4
    again = world.run(world.start("triage", projects=["OPS"]))
    assert again.items == 6


def test_a_batch_whose_answer_was_lost_is_found_and_not_sent_twice(world: BulkWorld) -> None:
    for number in range(7):
        world.file(f"Export {number} fails for many users")
    world.claude.faults.add(Fault(operation="batches.create", kind="drop_after"))
    done = world.run(world.start("triage", projects=["OPS"]))
    assert done.state == "done", done.problem
    assert len(world.claude.batches) == 1
    assert len(_shown_keys(world)) == 7


def test_another_jobs_batch_of_the_same_size_is_not_taken_for_ours(world: BulkWorld) -> None:
    """The create never arrived, and somebody else's batch looks like it: its results tell that it is not ours."""
    world.file("VPN drops for everyone")
    foreign = {"model": "claude-haiku-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": "Hello"}]}
    world.bulk.claude.api.messages.batches.create(requests=[{"custom_id": "theirs", "params": foreign}])  # type: ignore[typeddict-item]
    world.claude.faults.add(Fault(operation="batches.create", kind="drop_before"))
    done = world.run(world.start("triage", projects=["OPS"]))
    assert done.state == "done", done.problem
    assert len(world.claude.batches) == 2
    assert len(_shown_keys(world)) == 1


def test_an_outage_of_claude_holds_a_job_up_and_no_more(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    world.claude.faults.add(Fault(operation="batches.create", kind="status", status=529, times=2))
    world.claude.faults.add(Fault(operation="batches.retrieve", kind="status", status=500, times=2))
    world.claude.faults.add(Fault(operation="batches.results", kind="drop_before", times=1))
    done = world.run(world.start("triage", projects=["OPS"]))
    assert done.state == "done", done.problem
    assert len(world.claude.batches) == 1


def test_no_batch_is_sent_that_the_budget_of_the_month_does_not_bear(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    world.new_worker(budget_workspace_month_usd=0.000001)
    failed = world.run(world.start("triage", projects=["OPS"], user_id=ADA))
    assert failed.state == "failed"
    assert not world.claude.batches
    assert "budget" in _heads(world)[0].text.lower()


def test_a_batch_is_booked_at_half_the_price(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    done = world.run(world.start("triage", projects=["OPS"]))
    prices = world.worker.purse.prices
    assert done.usd == pytest.approx(prices.cost("claude-haiku-5-5", done.usage) / 2)
    month = workspace_account(utc_now())
    (booked,) = world.worker.accounts.figures(world.team_id, month)
    assert booked.usd == pytest.approx(done.usd, rel=0.01)


def _press(world: BulkWorld, action_id: str, *, user: str = ADA, number: int = 0) -> None:
    """Press the n-th button of this kind, as a worker then hears of it."""
    page = _pages(world)[0]
    rows = [block["elements"] for block in page.blocks or () if block["type"] == "actions"]
    value = [each["value"] for row in rows for each in row if each["action_id"] == action_id][number]
    job, _, items = value.partition(" ")
    action = Action(
        id=f"{time.time():.6f}-{user}", kind=action_id, team_id=world.team_id, subject=f"bulk:{job}", user_id=user,
        channel_id=CHANNEL, thread_ts=page.thread_ts or "", message_ts=page.ts, values={"items": items},
    )  # fmt: skip
    run_act(action, world.worker.acts)


def _told(world: BulkWorld) -> list[str]:
    """Return what people were told alone."""
    return [hint.text for hint in world.slack.ephemerals]


def _field(world: BulkWorld, key: str, name: str) -> Any:
    held = world.jira.issue(key).fields.get(name)
    return [each["name"] for each in held] if isinstance(held, list) else (held or {}).get("name")


def test_apply_changes_the_issue_once_and_says_so_on_the_digest(world: BulkWorld) -> None:
    key = world.file("VPN drops for everyone", "Nobody in the office can work since 9:00.")
    world.run(world.start("triage", projects=["OPS"]))
    assert _field(world, key, "priority") == "Medium"
    _press(world, "bulk_apply")
    assert (_field(world, key, "priority"), _field(world, key, "components")) == ("Highest", ["Network"])
    page = _pages(world)[0]
    assert f"Applied by <@{ADA}>" in str(page.blocks)
    assert "bulk_apply" not in page.action_ids
    writes = [call for call in world.jira.calls if call["method"] == "PUT"]
    assert len(writes) == 1


def test_all_of_a_message_can_be_applied_together(world: BulkWorld) -> None:
    keys = [world.file(f"VPN drops for everyone in office {number}") for number in range(3)]
    world.run(world.start("triage", projects=["OPS"]))
    _press(world, "bulk_apply_all")
    assert [_field(world, key, "priority") for key in keys] == ["Highest"] * 3
    assert not [name for name in _pages(world)[0].action_ids if name.startswith("bulk_apply")]


def test_what_somebody_changed_since_is_asked_about_before_it_is_overwritten(world: BulkWorld) -> None:
    key = world.file("VPN drops for everyone")
    world.run(world.start("triage", projects=["OPS"]))
    low = {"priority": {"id": "5", "name": "Lowest"}}
    issues.apply(world.jira.site, ADA_IN_JIRA, world.jira.issue(key), low)
    _press(world, "bulk_apply")
    assert _field(world, key, "priority") == "Lowest"
    (_, card) = _pages(world)
    assert "action_confirm" in card.action_ids
    assert "bulk_apply" in _pages(world)[0].action_ids


def test_a_guest_may_not_apply(world: BulkWorld) -> None:
    key = world.file("VPN drops for everyone")
    world.run(world.start("triage", projects=["OPS"]))
    _press(world, "bulk_apply", user="U0GUEST01")
    assert _field(world, key, "priority") == "Medium"
    assert _told(world) == ["Only full members of this workspace may change issues here."]


def test_a_guest_is_shown_no_more_of_a_digest_either(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    job = world.run(world.start("triage", projects=["OPS"]))
    press = Action(
        id=f"{time.time()}-more", kind="bulk_more", team_id=world.team_id, subject=f"bulk:{job.id}",
        user_id="U0GUEST01", channel_id=CHANNEL, message_ts=_pages(world)[0].ts,
    )  # fmt: skip
    run_act(press, world.worker.acts)
    assert _told(world) == ["Only full members of this workspace may change issues here."]


def test_a_duplicate_is_linked_at_a_press(world: BulkWorld) -> None:
    first = world.file("Printer on floor three prints blank pages", components=[{"name": "Workplace"}])
    second = world.file("Printer on floor three prints blank pages again")
    world.run(world.start("triage", projects=["OPS"]))
    _press(world, "bulk_link")
    posted = [call["body"] for call in world.jira.calls if call["path"].endswith("/issueLink")]
    assert posted == [{"type": {"name": "Duplicate"}, "inwardIssue": {"key": second}, "outwardIssue": {"key": first}}]
