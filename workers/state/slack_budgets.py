"""Slack's tiers as budgets: per method, per workspace, per app. Which page each number is from stands beside it."""

from __future__ import annotations

from workers.state.limiter import Budget

# docs.slack.dev/apis/web-api/rate-limits: Tier 2 is 20+ a minute, Tier 3 50+, Tier 4 100+. "+" is not counted on.
# Headroom is what interim calls leave to first signs and final texts.
TIERS: dict[str, tuple[int, int]] = {
    # method: (calls a minute, headroom)
    "chat.update": (50, 5),  # Tier 3 (method page)
    "chat.delete": (50, 5),  # Tier 3 (method page)
    "chat.startStream": (20, 2),  # Tier 2 (method page)
    "chat.stopStream": (20, 2),  # Tier 2 (method page)
    "chat.appendStream": (100, 5),  # Tier 4 (method page)
    "agents.sessions.setStatus": (50, 5),  # Tier 3 (third party: slack-morphism)
    "conversations.info": (50, 5),  # Tier 3 (method page)
    "conversations.history": (50, 5),  # Tier 3 for internal apps (method page)
    "conversations.replies": (50, 5),  # Tier 3 for internal apps (method page)
    "users.conversations": (50, 5),  # Tier 3 (method page)
    "users.info": (100, 5),  # Tier 4 (method page)
    "files.info": (100, 5),  # Tier 4 (method page)
    # Tier 4 (method page), and no part of a channel's one post a second: a word to one person delays no answer.
    "chat.postEphemeral": (100, 0),
    "chat.getPermalink": (300, 60),  # "special" without a number: assumed, not documented
    "assistant.threads.setStatus": (300, 60),  # "special" without a number: assumed, not documented
    "assistant.threads.setSuggestedPrompts": (50, 5),  # no number on its page: assumed as for its siblings, Tier 3
    "views.open": (100, 0),  # Tier 4 (method page)
    "views.update": (100, 0),  # Tier 4 (method page)
    "views.publish": (100, 0),  # Tier 4 (method page)
}
OTHER_METHODS = (20, 2)
"""For a method without a row: Tier 2."""

GROWTH_HEADROOM = 20
"""What updates of growing answers leave of `chat.update`: posts that wait for their turn need a closing update each."""

POST_METHOD = "chat.postMessage"
POST_WINDOW_SECONDS = 1.05
"""One post a second and channel (rate-limits page, "special tier"); a little longer, for calls that overtake."""


def budgets_of(team_id: str, method: str, channel_id: str = "") -> tuple[Budget, ...]:
    """Return the budgets from which one call of this method is taken."""
    # All keys of one team share a hash tag, so that a script may touch several in a cluster.
    team = f"{{slack:{team_id}}}"
    if method == POST_METHOD:
        return (Budget(f"{team}:post:{channel_id}", limit=1, window_seconds=POST_WINDOW_SECONDS),)
    limit, headroom = TIERS.get(method, OTHER_METHODS)
    return (Budget(f"{team}:{method}", limit=limit, headroom=headroom),)
