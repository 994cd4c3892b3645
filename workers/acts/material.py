"""What a form or a draft of a message is made from: its words and files, and those of its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers import prompt
from workers.acts.services import ActServices
from workers.claude.prefill import MOST_MATERIAL
from workers.errors import Misconfigured, SlackRefused, Transient
from workers.logs import get_logger
from workers.reading import Shared
from workers.records import Action, Conversation, SlackFile
from workers.slack.threads import ThreadMessage, read_thread
from workers.tools.jira_create_issue import newest_files
from workers.views.limits import cut
from workers.views.message_text import LONGEST, whole_text

FOREVER = "9999999999.999999"
NOT_LET_IN = ("not_in_channel", "channel_not_found")
NOT_IN_CHANNEL = (
    "I am not in this channel: I see this message without its thread, and the card will come to your direct messages. "
    "Invite me there with /invite, and I read along."
)
NOT_IN_DM = (
    "I take no part in this conversation: I see this message without its thread, and the card will come to your direct "
    "messages."
)
NOT_READ = (
    "Slack does not let me read this thread: I see this message alone, and the card will come to your direct messages."
)
OF_MANY_FILES = "Of {all} files only {kept} will be attached: those of the message itself, then the newest."

log = get_logger(__name__)


@dataclass(frozen=True)
class Material:
    """What a form is filled from."""

    text: str
    """Of the message itself, or what followed the command; Markdown."""
    whole: str
    """The thread, too, each message in its tags; empty if nobody says anything."""
    files: tuple[SlackFile, ...] = ()
    """Those of the message itself last: of too many the last ones are kept."""
    shared: tuple[Shared, ...] = ()
    """The same by who shared them, those of the message itself last."""
    note: str = ""
    """Why the thread could not be read, and what to do about it; empty if it was."""


def material_of(action: Action, services: ActServices) -> Material:
    """Read the message and its thread; where that is not possible the message alone."""
    text = prompt.readable(str(action.values.get("text") or ""), {})
    files = tuple(map(SlackFile.model_validate, action.values.get("files") or ()))
    if not action.message_ts:
        return Material(text, _alone(text))
    thread_ts = action.thread_ts or action.message_ts
    where = Conversation(team_id=action.team_id, channel_id=action.channel_id, thread_ts=thread_ts)
    api = services.slack.of(action.team_id)
    own = action.message_ts
    try:
        thread = read_thread(api, services.people, where, after_ts="0", before_ts=FOREVER, keep=own, read=whole_text)
    except (SlackRefused, Transient, Misconfigured) as error:
        log.info("thread_not_read", cause=type(error).__name__)
        return Material(text, _alone(text, files), files, (Shared("", files),), _why(error, action.channel_id))
    names = {message.user_id: message.name for message in thread if message.user_id}
    text = next((prompt.readable(each.text, names) for each in thread if each.ts == own), text)
    in_order = sorted(thread, key=lambda each: each.ts == own)
    found: dict[str, SlackFile] = {}
    for file in (*(file for each in in_order for file in each.files), *files):
        found.pop(file.id, None)  # The last place of one counts.
        found[file.id] = file
    shared = tuple(Shared(each.name, each.files) for each in in_order)
    return Material(text, _whole(thread, own, names, _alone(text, files)), tuple(found.values()), shared)


def files_for_issue(files: tuple[SlackFile, ...]) -> tuple[tuple[SlackFile, ...], tuple[str, ...]]:
    """Return what of the files around a message one issue gets, its own above all; and a note if some are left out."""
    kept, left_out = newest_files(files)
    return kept, (OF_MANY_FILES.format(all=len(files), kept=len(kept)),) if left_out else ()


def _why(error: SlackRefused | Transient | Misconfigured, channel_id: str) -> str:
    """Say why the thread is missing, where that is not over in a moment: only to a channel somebody can be invited."""
    if not isinstance(error, SlackRefused):
        return ""
    if error.code not in NOT_LET_IN:
        return NOT_READ
    return NOT_IN_DM if channel_id.startswith("D") else NOT_IN_CHANNEL


def _alone(text: str, files: Sequence[SlackFile] = ()) -> str:
    return f"<message>\n{cut(text, LONGEST)}{_attached(files)}\n</message>" if text.strip() or files else ""


def _attached(files: Sequence[SlackFile]) -> str:
    return "".join(f"\n[{prompt.attached(file)}]" for file in files)


def _whole(thread: Sequence[ThreadMessage], message_ts: str, names: dict[str, str], alone: str) -> str:
    """Return what the model reads: the thread's end for context as far as there is room, then what shall be filed.

    `alone` is that message as who pointed at it sent it along, for a thread that does not show it.
    """
    if not (alone or any(each.text.strip() or each.files for each in thread)):
        return ""
    message = next((_told(each, names) for each in thread if each.ts == message_ts), alone)
    told: list[str] = []
    room = MOST_MATERIAL - len(message)
    for each in reversed([each for each in thread if each.ts != message_ts]):
        told.insert(0, _told(each, names))
        room -= len(told[0])
        if room < 0:
            told.pop(0)
            break
    return "\n".join(["<thread>", *told, "</thread>", message] if told else [message])


def _told(message: ThreadMessage, names: dict[str, str]) -> str:
    name = message.name.replace('"', "")
    said = prompt.readable(cut(message.text, LONGEST), names)
    return f'<message from="{name}">\n{said}{_attached(message.files)}\n</message>'
