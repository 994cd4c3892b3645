"""`python -m workers doctor`: asks Slack, Jira, Claude and Redis whether the settings really work, a line each."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from workers.claude.health import model_state, models_of
from workers.claude.prices import PriceList
from workers.errors import JiraRefused, Misconfigured, StateUnavailable, SupportBotError
from workers.jira.gateway import JiraGateway
from workers.knowledge.report import Report, shares, summary
from workers.logs import configure_logging
from workers.settings import SlackWayIn, WorkerSettings
from workers.slack import health as slack_health
from workers.state import health as redis_health
from workers.state.cache import Cache
from workers.state.connection import connect
from workers.state.knowledge import KnowledgeStore
from workers.state.metrics import Metrics

Verdict = Literal["ok", "note", "FAIL"]
JIRA_PERMISSIONS = ("BROWSE_PROJECTS", "CREATE_ISSUES")
NEEDS = {
    "Redis": ("REDIS_URL",),
    "Broker": ("CELERY_BROKER_URL",),
    "Slack": ("SLACK_BOT_TOKEN", "SLACK_API_URL"),
    "Slack events": ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"),
    "Claude": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "Jira": ("JIRA_URL", "JIRA_DEPLOYMENT", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PAT"),
    "Knowledge": ("REDIS_URL",),
}
"""Without which settings a thing cannot be looked at."""

CLAUDE_URL = "https://api.anthropic.com"
UNREACHABLE: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "there is no such host"),
    (ConnectionRefusedError, "connection refused"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted here"),
    (ssl.SSLError, "no encrypted connection can be made"),
    (TimeoutError, "no answer in time"),
    (ConnectionError, "the connection breaks"),
    (OSError, "no way there"),
)


@dataclass(frozen=True)
class Place:
    """Where a service is, and the setting that says so."""

    setting: str
    address: str

    @property
    def shown(self) -> str:
        """The address without a login and without what stands behind the place."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2] or parts.path}"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor."""

    verdict: Verdict
    what: str
    text: str


Check = Callable[[], Iterator[Finding]]


def examine(settings: WorkerSettings, way_in: SlackWayIn, faults: Mapping[str, str]) -> Iterator[Finding]:
    """Yield one finding after another; a check that cannot be made is a finding, never an exception.

    `faults` are settings that are wrong or missing, in words: what needs none of them is looked at all the same.
    """
    about = {name for names in NEEDS.values() for name in names}
    if rest := [fault for name, fault in faults.items() if name not in about]:
        yield _held_up("Settings", "no process starts", rest)
    for what, place, check in _checks(settings, way_in, faults):
        if lacking := [faults[name] for name in NEEDS[what] if name in faults]:
            yield _held_up(what, "not asked", lacking)
        else:
            yield from _checked(what, place, check)


def _held_up(what: str, so: str, faults: Sequence[str]) -> Finding:
    """Say what comes of wrong settings, which stderr has named already: no fault beside those."""
    return Finding("FAIL", what, f"{so}: {'; '.join(fault.replace(': ', ' ', 1) for fault in faults)}")


def _checks(
    settings: WorkerSettings, way_in: SlackWayIn, faults: Mapping[str, str]
) -> Iterator[tuple[str, Place, Check]]:
    redis = Place("REDIS_URL", settings.redis_url)
    slack = Place("SLACK_API_URL", settings.slack_base_url)
    claude = Place("ANTHROPIC_BASE_URL", settings.anthropic_base_url or CLAUDE_URL)
    projects = () if "JIRA_PROJECTS" in faults else settings.jira_projects
    yield "Redis", redis, lambda: _redis(settings)
    if settings.broker_url != settings.redis_url or "CELERY_BROKER_URL" in faults:
        yield "Broker", Place("CELERY_BROKER_URL", settings.broker_url), lambda: _broker(settings)
    yield "Slack", slack, lambda: _slack(settings)
    yield "Slack events", slack, lambda: _slack_events(settings, way_in)
    yield "Claude", claude, lambda: _claude(settings)
    yield "Jira", Place("JIRA_URL", settings.jira_url), lambda: _jira(settings, projects)
    if settings.has_knowledge:
        yield "Knowledge", redis, lambda: _knowledge(settings)


def _knowledge(settings: WorkerSettings) -> Iterator[Finding]:
    report = Report.of(KnowledgeStore(connect(settings.redis_url)).report())
    if report is None:
        yield Finding("note", "Knowledge", "not read yet: a worker reads it at its start")
        return
    yield Finding("ok", "Knowledge", summary(report, time.time()))
    for source in report.sources:
        yield Finding("ok", "Knowledge", f"{source.name}: {shares(source)}")
        if source.trouble:
            yield Finding("FAIL", "Knowledge", f"{source.name}: {source.trouble}")
    for name, why in report.problems:
        yield Finding("note", "Knowledge", f"{name} is left out: {why}")


def main(settings: WorkerSettings, way_in: SlackWayIn, faults: Mapping[str, str]) -> int:
    """Print the findings; return 1 if any of them is a failure."""
    failed = False
    # What goes wrong stands in the findings; lines of a log would stand between them.
    configure_logging("CRITICAL", "console")
    logging.disable(logging.CRITICAL)
    for finding in examine(settings, way_in, faults):
        failed = failed or finding.verdict == "FAIL"
        print(f"{finding.verdict:<5} {finding.what:<13} {finding.text}", flush=True)  # noqa: T201  for a terminal
    return 1 if failed else 0


def _checked(what: str, place: Place, check: Check) -> Iterator[Finding]:
    """Yield what a check finds."""
    try:
        yield from check()
    except Misconfigured as error:
        yield Finding("FAIL", what, error.operator_message)
    except SupportBotError as error:
        if why := _why_unreachable(error):
            problem = f"nothing answers at {place.shown} ({why})"
        elif isinstance(error, StateUnavailable):
            problem = f"{error} at {place.shown}"
        else:
            problem = f"{place.shown} answers, but not as it should ({error})"
        yield Finding("FAIL", what, f"{problem}: check {place.setting}, and the way there")


def _why_unreachable(error: BaseException) -> str:
    """Say why there was no connection, empty if it was not for that."""
    causes: list[BaseException] = [error]
    # Libraries wrap what the system said several times, each in its own way.
    for cause in causes:
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None))
        causes += [each for each in inner if isinstance(each, BaseException) and each not in causes]
    return next((why for kind, why in UNREACHABLE if any(isinstance(each, kind) for each in causes)), "")


def _redis(settings: WorkerSettings) -> Iterator[Finding]:
    url = settings.redis_url
    yield Finding("ok", "Redis", f"{redis_health.version(url)} answers")
    yield _redis_setting("Redis", url, "appendonly", "yes", "after a crash of the server messages may be lost")
    yield _redis_setting("Redis", url, "maxmemory-policy", "noeviction", "when memory is short messages may be lost")


def _broker(settings: WorkerSettings) -> Iterator[Finding]:
    """The broker's messages are hints: it may forget them, but it has to answer."""
    yield Finding("ok", "Broker", f"{redis_health.version(settings.broker_url)} answers")


def _redis_setting(what: str, url: str, name: str, wanted: str, otherwise: str) -> Finding:
    found = redis_health.setting(url, name)
    if found is None:
        return Finding("note", what, f"{name}: unknown, the server does not tell; it should be {wanted}")
    if found == wanted:
        return Finding("ok", what, f"{name} is {found}")
    return Finding("FAIL", what, f"{name} is {found}: {otherwise}; set it to {wanted}")


def _slack(settings: WorkerSettings) -> Iterator[Finding]:
    who, missing = slack_health.identity(settings.slack_bot_token.get_secret_value(), settings.slack_base_url)
    if missing:
        scopes = ", ".join(sorted(missing))
        yield Finding("FAIL", "Slack", f"{who} lacks scopes: {scopes}; add them to the app and install it again")
    else:
        yield Finding("ok", "Slack", f"the bot is {who}, with all scopes that it needs")


def _slack_events(settings: WorkerSettings, way_in: SlackWayIn) -> Iterator[Finding]:
    if way_in.slack_app_token:
        slack_health.open_socket(way_in.slack_app_token.get_secret_value(), settings.slack_base_url)
        yield Finding("ok", "Slack events", "Socket Mode opens")
    elif way_in.slack_signing_secret:
        yield Finding("note", "Slack events", "HTTP mode: whether Slack reaches /slack/events can't be seen from here")
    else:
        yield Finding(
            "note", "Slack events", "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set here; web needs one"
        )


def _claude(settings: WorkerSettings) -> Iterator[Finding]:
    for name, model in models_of(settings).items():
        try:
            state = model_state(settings, model)
        except Misconfigured as error:
            yield Finding("FAIL", "Claude", f"{name} = {model}: {error.operator_message}")
            continue
        verdict: Verdict = "FAIL" if state.is_gone else "note" if state.retires_soon else "ok"
        advice = f": choose another one for {name}" if verdict != "ok" else ""
        yield Finding(verdict, "Claude", f"{model} is {state}{advice}")
        if not PriceList(settings.model_prices).knows(model):
            yield Finding("note", "Claude", f"{model} has no price here and counts as the dearest: set MODEL_PRICES")


def _jira(settings: WorkerSettings, projects: Sequence[str]) -> Iterator[Finding]:
    client = connect(settings.redis_url)
    jira = JiraGateway(settings, Cache(client), Metrics(client))
    yield Finding("ok", "Jira", f"logged in as {jira.who_am_i().name}")
    for project in projects:
        yield _jira_project(jira, project)
    if projects:
        yield _jira_rights(jira, settings)
    for name in jira.directory.unknown_overrides():
        yield Finding("FAIL", "Jira", f"JIRA_ACCOUNTS: the entry of {name} names an account that Jira does not know")


def _jira_project(jira: JiraGateway, project: str) -> Finding:
    try:
        granted = jira.permissions(project, JIRA_PERMISSIONS)
    except JiraRefused:
        problem = "does not exist, or the account may not see it: check JIRA_PROJECTS and the account's permissions"
        return Finding("FAIL", "Jira", f"project {project} {problem}")
    missing = [name for name in JIRA_PERMISSIONS if name not in granted]
    if missing:
        return Finding("FAIL", "Jira", f"project {project}: give the account {' and '.join(missing)} there")
    return Finding("ok", "Jira", f"project {project}: may browse and create")


def _jira_rights(jira: JiraGateway, settings: WorkerSettings) -> Finding:
    """Say how it is known what a person may see, and what those are shown of whom that is not known."""
    # What the workers know of it may be ten minutes old, and who runs this has just changed something.
    jira.sight.forget_rights(settings.jira_projects)
    way = jira.sight.way()
    everybodys = [project for project in settings.jira_projects if jira.sight.is_open_to_all(project)]
    others = f"people without a Jira account are shown {', '.join(everybodys) or 'nothing'}"
    if way == "check":
        return Finding("ok", "Jira rights", f"each person's are asked for, many issues at once; {others}")
    if way == "view":
        return Finding("ok", "Jira rights", f"each person's are asked for, issue by issue; {others}")
    shown = ", ".join(everybodys) or "nothing from Jira"
    advice = "give the account the global permission Browse users and groups, or name projects in JIRA_OPEN_PROJECTS"
    return Finding("note", "Jira rights", f"can't be asked for: everybody is shown {shown}; {advice}")
