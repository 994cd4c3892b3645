"""Slack's Web API: every method that the stand-in serves, by name."""

from __future__ import annotations

from sandbox.slack.web_api import agents, chat, conversations, files, misc, streams, users, views
from sandbox.slack.web_api.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for family in (agents, chat, conversations, files, misc, streams, users, views)
    for method in family.METHODS
}
