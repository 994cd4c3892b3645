"""The one way to Slack: a call takes its place in the shared limiter, is counted, and fails in our words.

Nothing is retried here: a second POST could post twice. Who may repeat what is decided by the caller.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from workers.errors import Misconfigured, ReplyGone, SlackUnavailable, SupportBotError
from workers.failpoints import failpoint
from workers.lease import check_lease
from workers.setting_values import BotToken
from workers.slack.refusals import (
    NETWORK_ERRORS,
    error_of_answer,
    error_of_network,
    is_rate_limit,
    retry_after_seconds,
)
from workers.state.limiter import Grant, Hold, Limiter
from workers.state.metrics import Metrics
from workers.state.slack_budgets import budgets_of

TIMEOUT_SECONDS = 10
MAX_WAIT_SECONDS = 15.0
"""How long a call waits for its place unless its caller says otherwise."""

# These take plain parameters; all others take JSON.
FORM_METHODS = ("conversations.", "users.", "reactions.", "files.", "bots.", "team.", "chat.getPermalink")

Sleep = Callable[[float], None]


class SlackApi:
    """Slack's Web API as one team sees it."""

    def __init__(self, client: WebClient, team_id: str, limiter: Limiter, metrics: Metrics) -> None:
        self.team_id = team_id
        self.limiter = limiter
        self._client, self._metrics = client, metrics

    def call(
        self,
        method: str,
        *,
        priority: bool = True,
        reservation: str = "",
        hold: Hold | None = None,
        headroom: int | None = None,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
        sleep: Sleep = time.sleep,
        on_grant: Callable[[Grant], None] | None = None,
        **arguments: Any,
    ) -> Mapping[str, Any]:
        """Return Slack's answer; raises SlackUnavailable, ReplyGone, SlackRefused or Misconfigured.

        A call that gets no place within `max_wait_seconds` fails with SlackUnavailable and was not sent. `hold` is
        a place for a later call, granted together with this one or not at all. `headroom` is what a call without
        priority leaves to others, if it is not what its method usually leaves. `on_grant` hears how full it is.
        """
        budgets = budgets_of(self.team_id, method, str(arguments.get("channel", "")))
        if headroom is not None:
            budgets = tuple(replace(budget, headroom=headroom) for budget in budgets)
        place = self.limiter.acquire(
            budgets,
            priority=priority,
            reservation=reservation,
            hold=hold,
            max_wait_seconds=max_wait_seconds,
            sleep=sleep,
        )
        if not isinstance(place, Grant):
            self._count(method, "no_place")
            raise SlackUnavailable(f"{method}: no place", retry_after_seconds=place.seconds, was_sent=False)
        if on_grant:
            on_grant(place)
        failpoint(method)
        # The wait for a place may have been longer than the lease.
        check_lease()
        failpoint(f"{method} sending")
        try:
            answer = self._send(method, arguments)
        except SupportBotError as error:
            self._count(method, _outcome(error))
            raise
        self._count(method, "ok")
        return answer

    def _send(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        body: dict[str, Any] = {"params": given} if method.startswith(FORM_METHODS) else {"json": given}
        try:
            answer = self._client.api_call(method, **body)
        except SlackApiError as error:
            raise self._refused(method, error, str(arguments.get("channel", ""))) from error
        except (*NETWORK_ERRORS, json.JSONDecodeError) as error:
            raise error_of_network(method, error) from error
        return answer.data if isinstance(answer.data, dict) else {}

    def _refused(self, method: str, error: SlackApiError, channel_id: str) -> SupportBotError:
        answer = error.response
        status = int(answer.status_code)
        data = answer.data if isinstance(answer.data, dict) else {}
        code = str(data.get("error", ""))
        if not is_rate_limit(status, code):
            return error_of_answer(method, status, code, str(data.get("needed", "")))
        seconds = retry_after_seconds(answer.headers)
        for budget in budgets_of(self.team_id, method, channel_id):
            self.limiter.pause(budget, seconds)
        return SlackUnavailable(f"{method}: 429", retry_after_seconds=seconds, was_sent=False)

    def _count(self, method: str, outcome: str) -> None:
        self._metrics.count("supportbot_slack_calls_total", method=method, outcome=outcome)


def _outcome(error: SupportBotError) -> str:
    if isinstance(error, SlackUnavailable):
        return "unavailable" if error.was_sent or not error.retry_after_seconds else "rate_limited"
    if isinstance(error, ReplyGone):
        return "gone"
    return "misconfigured" if isinstance(error, Misconfigured) else "refused"


class SlackClients:
    """Gives each team its client; today every team has the one token of the settings."""

    def __init__(self, token: BotToken, base_url: str, limiter: Limiter, metrics: Metrics) -> None:
        self._limiter, self._metrics = limiter, metrics
        self._client = WebClient(
            token=token.get_secret_value(),
            base_url=base_url,
            timeout=TIMEOUT_SECONDS,
            # Left to itself urllib reads the system's certificates again for every call.
            ssl=ssl.create_default_context(),
            # The default handler sends a POST again after a lost connection, and so posts twice.
            retry_handlers=[],
        )
        # The SDK sends even loopback through HTTP_PROXY; without its own setting urllib honours NO_PROXY.
        self._client.proxy = None

    def of(self, team_id: str) -> SlackApi:
        """Return the Web API of a team."""
        return SlackApi(self._client, team_id, self._limiter, self._metrics)
