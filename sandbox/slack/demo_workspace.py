"""The people and channels that every sandbox starts with."""

from __future__ import annotations

from sandbox.slack.changes import Changes
from sandbox.slack.clock import Clock
from sandbox.slack.records import Channel, Person
from sandbox.slack.workspace import Workspace

BOT_NAME = "support-bot"


def demo_workspace(clock: Clock, changes: Changes) -> Workspace:
    """Return a team of four people, one of them a guest, with the bot in all channels but #random."""
    workspace = Workspace(clock, changes)
    bot = workspace.bot_user_id
    people = [
        Person(bot, BOT_NAME, "Support Bot", is_bot=True),
        Person("U0ADA0001", "ada", "Ada Park", "ada@example.com"),
        Person("U0GRACE01", "grace", "Grace Moreno", "grace@example.com", is_admin=True),
        Person("U0LINUS01", "linus", "Linus Berg", "linus@example.com"),
        Person("U0GUEST01", "robin", "Robin Vale", "robin@example.com", is_restricted=True),
    ]
    ada, grace, linus, robin = (person.id for person in people[1:])
    channels = [
        Channel("C0SUPPORT", "support", "channel", [ada, grace, linus, robin, bot], creator=linus),
        Channel("C0GENERAL", "general", "channel", [ada, grace, linus, bot]),
        Channel("C0RANDOM0", "random", "channel", [ada, grace, linus]),
        Channel("C0ONCALL0", "oncall", "group", [ada, grace, bot]),
        Channel("G0TRIAGE0", "mpdm-ada--linus--support-bot-1", "mpim", [ada, linus, bot]),
        *(Channel(f"D{person.id[1:]}", "", "im", [person.id, bot]) for person in people[1:]),
    ]
    workspace.people = {person.id: person for person in people}
    workspace.channels = {channel.id: channel for channel in channels}
    return workspace


def let_partner_in(workspace: Workspace) -> None:
    """Share a channel with another organisation, one of whose people can be tried on the page."""
    members = [person.id for person in workspace.people.values() if not person.is_restricted]
    olive = Person("U0OLIVE01", "olive", "Olive Fox", team_id="T0PARTNER", is_stranger=True)
    workspace.people[olive.id] = olive
    shared = Channel("C0PARTNER", "partners", "channel", [*members, olive.id], is_ext_shared=True)
    workspace.channels[shared.id] = shared
