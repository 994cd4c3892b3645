"""A Slack workspace on loopback, as strict as the real one; knows nothing of the bot."""

from __future__ import annotations

from sandbox.slack.delivery import NotAcknowledged
from sandbox.slack.modals import FormIncomplete
from sandbox.slack.people import NewFile
from sandbox.slack.service import APP_TOKEN, BOT_TOKEN
from sandbox.slack.standin import SlackStandIn

__all__ = ["APP_TOKEN", "BOT_TOKEN", "FormIncomplete", "NewFile", "NotAcknowledged", "SlackStandIn"]
