"""The Jira stand-in, Cloud or Data Center: one site behind HTTP, with its log of calls and the knobs of tests."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Literal

from aiohttp import web

from sandbox.faults import Faults
from sandbox.jira import browse, catalogue, control, issues, seeds
from sandbox.jira.comments import add_comment
from sandbox.jira.door import Door
from sandbox.jira.events import Feed
from sandbox.jira.limits import Limits
from sandbox.jira.site import Clock, Issue, Site, User
from sandbox.jira.webhooks import Webhooks
from sandbox.jira.wire import ORIGIN

BODY_LIMIT = 25_000_000


class JiraStandIn:
    """A strict Jira site; start it with `Running(stand_in.make_app)`."""

    def __init__(
        self,
        *,
        deployment: Literal["cloud", "datacenter"] = "cloud",
        email: str = "bot@example.com",
        api_token: str = "sandbox-jira-token",  # noqa: S107  a stand-in's token is no secret
        pat: str = "sandbox-jira-pat",
        bot_is_admin: bool = False,
        bot_browses_users: bool = True,
        with_seeds: bool = True,
    ) -> None:
        self.email, self.api_token, self.pat = email, api_token, pat
        self.site = Site(catalogue.USERS, catalogue.PROJECTS, deployment)
        self.bot = dataclasses.replace(catalogue.BOT, email=email)
        """The service account."""
        self.let_bot(administer=bot_is_admin, browse_users=bot_browses_users)
        self.faults = Faults()
        self.limits = Limits()
        self.calls: list[dict[str, Any]] = []
        """Every API call: method, path, route, query, body, status, time, seconds, and the reason of a refusal."""
        self.latency_seconds = 0.0
        self.base_url = ""
        """The site's own address in answers; empty means the one that each caller used."""
        if with_seeds:
            seeds.plant(self.site)
        self.feed = Feed()
        self._seen_url = ORIGIN
        self.webhooks = Webhooks(self.site, lambda: self.base_url or self._seen_url)
        """Set `webhooks.url` and `webhooks.secret` to be told of changes."""
        self.site.listeners += [functools.partial(control.tell, self), self.webhooks.hear]

    @property
    def issues(self) -> dict[str, Issue]:
        """All issues by key."""
        return self.site.issues

    @property
    def clock(self) -> Clock:
        """The site's clock; `clock.advance(seconds)` moves it on."""
        return self.site.clock

    @property
    def index_delay_seconds(self) -> float:
        """How long JQL search lags behind writes."""
        return self.site.index_delay_seconds

    @index_delay_seconds.setter
    def index_delay_seconds(self, seconds: float) -> None:
        self.site.index_delay_seconds = seconds

    def let_bot(self, *, administer: bool, browse_users: bool) -> None:
        """Choose how the service account may ask about others: for all issues at once, one by one, not at all."""
        self.bot = dataclasses.replace(self.bot, is_admin=administer, browses_users=browse_users)
        self.site.users[self.bot.account_id] = self.bot

    def let_bot_administer(self, *projects: str) -> None:
        """Let the service account read how these projects are set up."""
        self.bot = dataclasses.replace(self.bot, administers=frozenset(projects))
        self.site.users[self.bot.account_id] = self.bot

    def issue(self, key: str) -> Issue:
        """Return an issue by key, whoever may see it."""
        return self.site.issues[key]

    def restrict(self, key: str, *account_ids: str) -> None:
        """Put an issue under a security level that only these people are in."""
        self.site.issues[key].viewers = frozenset(account_ids)

    def person(self, email: str) -> User:
        """Return the person with that e-mail, hidden or not."""
        return next(user for user in self.site.users.values() if user.email == email)

    def comment(self, key: str, text: str, *, by: str) -> None:
        """Let a person (by e-mail) comment in Jira; the webhook tells of it."""
        add_comment(self.site, self.person(by), self.site.issues[key], {"body": seeds.text_on(self.site, text)})

    def move(self, key: str, status: str, *, by: str) -> None:
        """Let a person (by e-mail) move an issue to a status; the webhook tells of it."""
        value = catalogue.status_shape(catalogue.status_named(status))
        issues.apply(self.site, self.person(by), self.site.issues[key], {"status": value})

    def make_app(self) -> web.Application:
        """Return the application; all state lives in this object."""
        app = web.Application(client_max_size=BODY_LIMIT)
        Door(self).register(app)
        control.register(app, self)
        browse.register(app, self)

        async def start(_app: web.Application) -> None:
            self.webhooks.start()

        app.on_startup.append(start)
        return app

    def saw(self, url: str) -> None:
        """Note the address under which a caller reaches the site."""
        self._seen_url = url
