"""`views.*`: modals of a person and their App Home."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.modals import View
from sandbox.slack.service import Service
from sandbox.slack.view_checks import check_view, is_too_large
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method

Json = dict[str, Any]

STACK_DEPTH = 3


def open_(slack: Service, args: Args) -> Json:
    body = read_view(slack, args, ("modal",))
    trigger = slack.triggers.exchange(_trigger_id(args))
    slack.workspace.views[trigger.user] = []
    return {"view": view_json(slack, put_on_top(slack, trigger.user, body))}


def push(slack: Service, args: Args) -> Json:
    body = read_view(slack, args, ("modal",))
    trigger = slack.triggers.exchange(_trigger_id(args))
    if not slack.workspace.views.get(trigger.user):
        raise ApiError("not_found")
    return {"view": view_json(slack, put_on_top(slack, trigger.user, body))}


def update(slack: Service, args: Args) -> Json:
    view = find_view(slack, args.text("view_id"), args.text("external_id"))
    if view is None:
        raise ApiError("not_found")
    body = read_view(slack, args, (str(view.body["type"]),), view)
    _check_hash(args, view)
    show(slack, view, body)
    return {"view": view_json(slack, view)}


def publish(slack: Service, args: Args) -> Json:
    user = args.required("user_id")
    if user not in slack.workspace.people:
        raise ApiError("user_not_found")
    home = slack.workspace.homes.get(user)
    body = read_view(slack, args, ("home",), home)
    if home is None:
        home = new_view(slack, user, body, None)
        slack.workspace.homes[user] = home
        slack.changes.add("home", user=user, view=view_json(slack, home))
    else:
        _check_hash(args, home)
        show(slack, home, body)
    return {"view": view_json(slack, home)}


def read_view(slack: Service, args: Args, kinds: tuple[str, ...], replaced: View | None = None) -> Json:
    """Return the view of a call, checked; `replaced` is the open view that it takes the place of."""
    view = args.structure("view", "invalid_arguments")
    if view is None:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: view"])
    if is_too_large(view):
        raise ApiError("view_too_large")
    return checked_view(slack, view, kinds, replaced)


def checked_view(slack: Service, view: Any, kinds: tuple[str, ...], replaced: View | None = None) -> Json:
    """Return a view that Slack takes, or raise its complaints."""
    complaints = check_view(view, kinds=kinds)
    if complaints:
        raise ApiError("invalid_arguments", complaints)
    namesake = find_view(slack, None, view.get("external_id"))
    if namesake is not None and namesake is not replaced:
        raise ApiError("duplicate_external_id")
    return dict(view)


def find_view(slack: Service, view_id: str | None, external_id: str | None) -> View | None:
    """Return an open view by one of its ids."""
    homes = list(slack.workspace.homes.values())
    for view in [*homes, *(view for stack in slack.workspace.views.values() for view in stack)]:
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    return None


def put_on_top(slack: Service, user: str, body: Json) -> View:
    """Show a person one more modal, above those that are open."""
    stack = slack.workspace.views.setdefault(user, [])
    if len(stack) >= STACK_DEPTH:
        raise ApiError("push_limit_reached")
    view = new_view(slack, user, body, stack[-1] if stack else None)
    stack.append(view)
    slack.changes.add("view_opened", user=user, view=view_json(slack, view))
    return view


def new_view(slack: Service, user: str, body: Json, previous: View | None) -> View:
    """Return a view that nobody sees yet."""
    view_id = f"V0{uuid.uuid4().hex[:9].upper()}"
    root = previous.root_view_id if previous else view_id
    now = slack.clock.monotonic()
    return View(view_id, user, body, new_hash(slack), now, root, previous.id if previous else None)


def show(slack: Service, view: View, body: Json) -> None:
    """Replace what an open view shows."""
    view.show(body, new_hash(slack))
    slack.changes.add("view_updated", user=view.user, view=view_json(slack, view))


def new_hash(slack: Service) -> str:
    return f"{int(slack.clock.wall())}.{uuid.uuid4().hex[:8]}"


def view_json(slack: Service, view: View, values: Json | None = None) -> Json:
    """Return a view as Slack sends it."""
    workspace = slack.workspace
    ids = {
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }
    return view.to_json(ids, values)


def _check_hash(args: Args, view: View) -> None:
    if args.text("hash") not in (None, "", view.hash):
        raise ApiError("hash_conflict")


def _trigger_id(args: Args) -> str | None:
    return args.text("trigger_id") or args.text("interactivity_pointer")


METHODS = [
    Method("views.open", open_),
    Method("views.push", push),
    Method("views.update", update),
    Method("views.publish", publish),
]
