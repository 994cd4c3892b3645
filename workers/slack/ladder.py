"""Which ways of answering a workspace allows: what Slack refused for good is not tried again for a while."""

from __future__ import annotations

from workers.errors import Misconfigured, ReplyGone, SlackRefused
from workers.logs import get_logger
from workers.slack.place import Place
from workers.state.refusals_seen import RefusalsSeen

# The workspace or the app has no such thing.
NEVER_HERE = frozenset(
    {
        "feature_not_enabled",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "missing_scope",
        "not_allowed_token_type",
        "not_an_agent",
        "unknown_method",
    }
)
# This channel cannot be streamed to.
NOT_IN_THIS_CHANNEL = frozenset(
    {
        "channel_type_not_supported",
        "messages_tab_disabled",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
    }
)
# Slack does not know the asker as somebody that a stream can be for: a guest, a person of another organisation.
NOT_FOR_THIS_PERSON = frozenset(
    {"missing_recipient_team_id", "missing_recipient_user_id", "team_not_found", "user_not_found"}
)
# What was wrong with one call says nothing of the next.
OUR_PAYLOAD = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_chunks",
        "invalid_thread_ts",
        "is_archived",
        "message_not_found",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "thread_not_found",
    }
)
PERMANENT_SECONDS = 6 * 3600.0
UNKNOWN_SECONDS = 600.0

log = get_logger(__name__)


class Ladder:
    """What one reply may try in its place; a rate limit is no refusal and never comes here."""

    def __init__(self, place: Place, seen: RefusalsSeen, *, may_stream: bool) -> None:
        self._place, self._seen, self._may_stream = place, seen, may_stream

    @property
    def may_stream(self) -> bool:
        """Return whether a native stream is worth a try."""
        team, channel, person = self._names("stream")
        return self._may_stream and not self._seen.any_of(team, channel, person)

    @property
    def may_show_tasks(self) -> bool:
        return not self._seen.any_of(self._names("tasks")[0])

    @property
    def may_have_status(self) -> bool:
        return not self._seen.any_of(self._names("status")[0])

    @property
    def may_have_session(self) -> bool:
        return not self._seen.any_of(self._names("session")[0])

    def refused(self, what: str, error: SlackRefused | Misconfigured) -> None:
        """Remember that Slack refused a stream, tasks, a status or a session: for as long as the refusal may last."""
        code = error.code
        if isinstance(error, Misconfigured) and code not in NEVER_HERE:
            return  # Our token: everything else is refused as well, and allowed again once it is mended.
        log.info("refused_by_slack", what=what, code=code)
        team, channel, person = self._names(what)
        if code in NEVER_HERE:
            self._seen.remember(team, PERMANENT_SECONDS)
        elif code in NOT_IN_THIS_CHANNEL:
            self._seen.remember(channel, PERMANENT_SECONDS)
        elif code in NOT_FOR_THIS_PERSON:
            self._seen.remember(person, PERMANENT_SECONDS)
        elif isinstance(error, ReplyGone):
            # A place that is closed to us says nothing of the others.
            if code not in OUR_PAYLOAD:
                self._seen.remember(channel, UNKNOWN_SECONDS)
        elif code not in OUR_PAYLOAD or what == "tasks":
            self._seen.remember(team, UNKNOWN_SECONDS)

    def _names(self, what: str) -> tuple[str, str, str]:
        """Return the names under which a refusal concerns the team, the channel, the person."""
        where = self._place.conversation
        team = f"{where.team_id}:{what}"
        return team, f"{team}:{where.channel_id}", f"{team}:{self._place.asker_id or '-'}"
