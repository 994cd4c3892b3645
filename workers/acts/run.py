"""Does one act, and says to its person in a sentence why it could not be done."""

from __future__ import annotations

from collections.abc import Callable

from workers.acts import bulk, bulk_apply
from workers.acts.changes import confirm_later, look, press
from workers.acts.commands import command
from workers.acts.compact import compact
from workers.acts.form import change_form, open_form
from workers.acts.home import open_home
from workers.acts.look_up import look_up
from workers.acts.reaction import react
from workers.acts.services import ActServices
from workers.acts.settings import open_settings, save_settings
from workers.acts.submit import submit
from workers.errors import JiraRefused, JiraUnavailable, ToolError, TurnFailed
from workers.records import Action
from workers.views import failures

ACTS: dict[str, Callable[[Action, ActServices], None]] = {
    "action_confirm": press,
    "action_cancel": press,
    "action_check": press,
    "action_force": press,
    "action_look": look,
    "action_later": confirm_later,
    "command": command,
    "bulk_begin": bulk.begin_bulk,
    "bulk_apply": bulk_apply.apply,
    "bulk_apply_all": bulk_apply.apply,
    "bulk_link": bulk_apply.link,
    "bulk_more": bulk.more,
    "bulk_cancel": bulk.cancel,
    "compact": compact,
    "settings_open": open_settings,
    "settings_save": save_settings,
    "shortcut_submit": submit,
    "form_open": open_form,
    "form_change": change_form,
    "look_up": look_up,
    "home_open": open_home,
    "reaction": react,
}


def run_act(action: Action, services: ActServices) -> None:
    """Do what was asked for; raises Transient of Slack or of our own state, then it is tried again."""
    try:
        ACTS[action.kind](action, services)
    except JiraUnavailable:
        if action.kind == "action_later":
            raise
        services.tell.tell(action, failures.JIRA_DOWN)
    except TurnFailed as error:
        services.tell.tell(action, error.user_message)
    except ToolError as error:
        services.tell.tell(action, str(error))
    except JiraRefused:
        services.tell.tell(action, failures.NOT_LOOKED_UP)
