"""What the matrix of permissions is about: issues with words of their own, and who may be shown which of them where."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.jira import catalogue, issues
from sandbox.jira.comments import add_comment
from sandbox.jira.seeds import text_on
from sandbox.jira.site import Issue, Project, Site, User, user_shape
from sandbox.slack.records import Channel
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import ADA, GRACE, GUEST, LINUS, within
from workers.policy import ChannelSettings
from workers.state.channel_settings import Channels

PROJECTS = ("OPS", "WEB", "SECRET", "ARCH")
SUPPORT, ONCALL, TRIAGE, PARTNERS, DM = "C0SUPPORT", "C0ONCALL0", "G0TRIAGE0", "C0PARTNER", "D"
OPEN_IN = {SUPPORT: PROJECTS, ONCALL: ("OPS", "SECRET"), TRIAGE: PROJECTS, PARTNERS: (), DM: PROJECTS}
"""Of which projects a place may be told: #oncall's settings name two, other organisations read #partners."""
FILED_FROM = {**OPEN_IN, PARTNERS: PROJECTS}
"""In which projects an issue may be filed from a place: that asks for no right to browse."""
JIRA_OF = {ADA: catalogue.ADA, GRACE: catalogue.GRACE, LINUS: catalogue.LINUS}
Way = Literal["check", "view", "none"]
WAYS: dict[Way, dict[str, bool]] = {
    "check": {"administer": True, "browse_users": True},
    "view": {"administer": False, "browse_users": True},
    "none": {"administer": False, "browse_users": False},
}
Deployment = Literal["cloud", "datacenter"]
LOOKING = "zebrafish"
"""A word of every issue here."""
TOPICS = (
    "tank seven leaks overnight",
    "feeder jams after breakfast",
    "heater reports wrong temperature",
    "pump hums louder than usual",
    "lamp flickers near the window",
    "filter clogs within two days",
    "scale prints labels twice",
    "cabinet door does not lock",
)
"""What each issue is about, in words that no other has."""
PARTS = ("comment", "history", "file", "field")
"""What an issue holds beside its summary, description and links; the issue's word stands behind the name of each."""
HANDBOOK, IN_HANDBOOK = "canary-handbook-end", "aquarium cleaning rota"


@dataclass(frozen=True)
class Planted:
    """One resolved issue with words of its own in summary, description and comments."""

    key: str
    project: str
    is_restricted: bool
    topic: str

    @property
    def canary(self) -> str:
        return f"canary-{self.key.lower()}-end"

    @property
    def internal(self) -> str:
        return f"internal-{self.key.lower()}-end"


@dataclass(frozen=True)
class Garden:
    """A running program and what was planted for it."""

    stack: Stack
    planted: tuple[Planted, ...]


@contextmanager
def garden(folder: Path, deployment: Deployment) -> Iterator[Garden]:
    """Two issues in each project, one with a security level that only Grace is in, all linked; and a document."""
    documents = folder / "documents"
    documents.mkdir()
    (documents / "handbook.md").write_text(f"# Handbook\n\nThe {IN_HANDBOOK} of the {LOOKING} is {HANDBOOK}.\n")
    settings = {
        "JIRA_PROJECTS": ",".join(PROJECTS),
        "JIRA_DEPLOYMENT": deployment,
        "KNOWLEDGE_DIRS": f"{documents}=https://docs.example.com/",
        "KNOWLEDGE_JIRA_DAYS": "30",
        "BATCH_POLL_SECONDS": "0.2",
        "TRIAGE_DAYS": "1",
        # One answer asks for everything.
        "TURN_TOOL_CALLS": "knowledge_search=20,jira_create_issue=20,other=40",
    }
    stack = Stack(beat=False, folder=folder, settings=settings)
    site = stack.jira.site
    # Ada may not browse the archive; Linus and the bot may.
    members = frozenset({stack.jira.bot.account_id, catalogue.LINUS.account_id})
    site.projects["ARCH"] = dataclasses.replace(site.projects["ARCH"], members=members, readers=frozenset())
    for number, key in enumerate(PROJECTS):
        row = (str(10_900 + number), part_of(key))
        project = site.projects[key]
        site.projects[key] = dataclasses.replace(project, components=(*project.components, row))
    levels = [(key, level) for key in PROJECTS for level in (False, True)]
    planted = tuple(
        _plant(stack, site.projects[key], topic, is_restricted=level)
        for (key, level), topic in zip(levels, TOPICS, strict=True)
    )
    for one, other in ((a, b) for a in planted for b in planted if a.key < b.key):
        _link(stack, one.key, other.key)
    with stack:
        _open_channels(stack)
        within(lambda: any('"knowledge_read"' in worker.log_text() for worker in stack.workers) or None, "a reading")
        yield Garden(stack, planted)


def part_of(project: str) -> str:
    """Return the component that tells that a project's create screen was read."""
    return f"part-{project.lower()}-end"


def _open_channels(stack: Stack) -> None:
    people = stack.slack.workspace
    bot = people.bot_user_id
    people.channels[PARTNERS] = Channel(
        PARTNERS, "partners", "channel", [ADA, GRACE, LINUS, bot], creator=LINUS, is_ext_shared=True
    )
    channels = Channels(connect(stack.redis_url))
    channels.put(people.team_id, ONCALL, ChannelSettings(projects=OPEN_IN[ONCALL], shows_internal=True))


def _plant(stack: Stack, project: Project, topic: str, *, is_restricted: bool) -> Planted:
    site = stack.jira.site
    reporter = catalogue.GRACE if project.key != "ARCH" else catalogue.LINUS
    fields = {"project": {"key": project.key}, "issuetype": {"name": "Task"}, "summary": f"{LOOKING} to be named"}
    issue = issues.create(site, reporter, {"fields": fields})
    made = Planted(issue.key, project.key, is_restricted, topic)
    if is_restricted:
        stack.jira.restrict(issue.key, stack.jira.bot.account_id, catalogue.GRACE.account_id)
    _fill(site, reporter, issue, made)
    words = f"{LOOKING} {topic} {made.canary}"
    issue.fields |= {
        "summary": words,
        "description": text_on(site, f"About {words}"),
        "status": catalogue.status_shape(catalogue.status_named("Done")),
        "resolution": catalogue.resolution_shape(*catalogue.RESOLUTIONS[0]),
    }
    body = {
        "body": text_on(site, f"Between us: {made.internal}"),
        "properties": [{"key": "sd.public.comment", "value": {"internal": True}}],
    }
    add_comment(site, reporter, issue, body)["jsdPublic"] = False
    site.changed(issue)
    return made


def _fill(site: Site, reporter: User, issue: Issue, made: Planted) -> None:
    """Put the issue's word into each of its parts."""
    comment, history, file, field = (f"{part}-{made.canary}" for part in PARTS)
    add_comment(site, reporter, issue, {"body": text_on(site, comment)})
    issues.apply(site, reporter, issue, {"summary": history})
    created, author = issue.fields["updated"], user_shape(reporter)
    issue.fields |= {
        "attachment": [{"id": "1", "filename": f"{file}.txt", "author": author, "created": created, "size": 5}],
        "environment": text_on(site, field),
    }


def _link(stack: Stack, one: str, other: str) -> None:
    """Link two issues, whoever may see them."""
    near, far = stack.jira.issue(one), stack.jira.issue(other)
    kind = {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"}
    for here, there, end in ((near, far, "outwardIssue"), (far, near, "inwardIssue")):
        shape = {
            "id": there.id,
            "key": there.key,
            "fields": {"summary": there.fields["summary"], "status": there.fields["status"]},
        }
        here.fields["issuelinks"].append({"id": stack.jira.site.new_id(), "type": kind, end: shape})


def choose(stack: Stack, way: Way) -> None:
    """Let the bot's account ask about others in one way, and forget what it knew."""
    stack.jira.let_bot(**WAYS[way])
    client = connect(stack.redis_url)
    for name in client.scan_iter("sb:cache:*jira*"):
        client.delete(name)


def may_see(stack: Stack, way: Way, person: str, place: str, issue: Planted) -> bool:
    """Say who may see what in words of our own: what the program should have come to."""
    account = JIRA_OF.get(person)
    if account is None or issue.project not in OPEN_IN[place] or (issue.is_restricted and place != DM):
        return False
    user = stack.jira.site.users[account.account_id]
    return way != "none" and stack.jira.site.may_see(stack.jira.issue(issue.key), user)


WHERE = [
    (person, place)
    for person in (ADA, GRACE, LINUS, GUEST)
    for place in (SUPPORT, ONCALL, TRIAGE, PARTNERS, DM)
    if not (place == ONCALL and person in (LINUS, GUEST)) and not (place == TRIAGE and person in (GRACE, GUEST))
    if not (place == PARTNERS and person == GUEST)
]
