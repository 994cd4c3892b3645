"""Pure: a draft becomes the body of the one POST that files it, and the sign by which the issue is found again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from workers.jira.deployment import NOBODY, Closing, Cloud, Deployment, LinkOf
from workers.jira.field_values import option_named
from workers.jira.fields import REPORTER
from workers.jira.screen import CHILD, is_sprint, is_strange_list
from workers.records import Draft, FieldSpec, FieldValue
from workers.views.slack_words import in_plain

PROPERTY = "supportbot"
"""The entity property of every issue that the bot files."""
LONGEST_SUMMARY = 255


def marker_of(draft_id: str) -> str:
    """Return the label by which the issue of a draft is found when Jira's answer was lost."""
    return f"sb-{hashlib.sha256(draft_id.encode()).hexdigest()[:12]}"


def people_of(draft: Draft) -> tuple[str, ...]:
    """Return the people among the fields whose accounts are not known yet, by e-mail address."""
    given = [draft.fields[spec.id] for spec in draft.specs if spec.kind == "user" and spec.id in draft.fields]
    words = (word for value in given for word in _texts(value))
    return tuple(dict.fromkeys(word for word in words if word and word not in draft.accounts))


def unknown_people(draft: Draft, accounts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of fields that name somebody without a known account: none of them is left out unsaid."""
    named = ((spec.id, draft.fields.get(spec.id, "")) for spec in draft.specs if spec.kind == "user")
    return tuple(field for field, value in named if any(word and word not in accounts for word in _texts(value)))


def create_payload(
    draft: Draft,
    *,
    reporter_account_id: str | None,
    marker: str | None = None,
    reporter_line: str | None = None,
    accounts: Mapping[str, str] | None = None,
    link_of: LinkOf = lambda _key: None,
    deployment: Deployment | None = None,
) -> dict[str, Any]:
    """Return `{"fields": …, "properties": …}`; `accounts` maps e-mail addresses to account ids.

    The reporter is set where the screen has the field and an account is known, else a line says who asked.
    """
    kind = deployment or Cloud()
    specs = {spec.id: spec for spec in draft.specs}
    is_reporter_set = bool(reporter_account_id) and "reporter" in specs
    line = reporter_line or _said_by(draft, is_reporter_set=is_reporter_set)
    sign = {"draft": draft.id, "marker": marker or marker_of(draft.id), "slack": draft.permalink}
    fields: dict[str, Any] = {
        "project": {"key": draft.project},
        "issuetype": {"name": draft.issue_type},
        "summary": " ".join(in_plain(draft.summary).split())[:LONGEST_SUMMARY],
    }
    if "description" in specs or not specs:
        fields["description"] = _description(draft, line, kind, link_of)
    if draft.priority and "priority" in specs:
        fields["priority"] = _choice(specs["priority"], draft.priority)
    if "labels" in specs:
        fields["labels"] = list(dict.fromkeys([*draft.labels, sign["marker"]]))
    if is_reporter_set and reporter_account_id:
        fields["reporter"] = kind.person(reporter_account_id)
    for name, value in draft.fields.items():
        is_taken = name in specs and name != REPORTER
        wire = wire_value(specs[name], value, accounts or {}, kind, mentions=draft.mentions) if is_taken else None
        if wire is not None:
            fields[name] = wire
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": sign}]}


def _said_by(draft: Draft, *, is_reporter_set: bool) -> str | None:
    """Return who asked for the issue, as far as its reporter does not tell."""
    asker, named = draft.asker_name or "a colleague", draft.fields.get(REPORTER)
    if named and is_reporter_set:
        return f"Filed by {asker} via Slack"
    if named:
        return f"Reported by {named}, filed by {asker} via Slack"
    return None if is_reporter_set else f"Reported by {asker} via Slack"


def _description(draft: Draft, line: str | None, deployment: Deployment, link_of: LinkOf) -> Any:
    """Return the description with its last paragraph: where it was said, and by whom if no field tells."""
    closing = Closing(line or "")
    if draft.permalink:
        closing = Closing(f"{line}: " if line else "From Slack: ", "the conversation", draft.permalink)
    return deployment.rich_text(draft.description, link_of, closing, draft.mentions)


def wire_value(
    spec: FieldSpec,
    value: FieldValue,
    accounts: Mapping[str, str],
    deployment: Deployment,
    link_of: LinkOf = lambda _key: None,
    mentions: Mapping[str, str] = NOBODY,
) -> Any:
    """Return what Jira takes for a value that a person reads, None to leave it out."""
    if spec.kind == "user":
        people = [deployment.person(accounts[email]) for email in _texts(value) if email in accounts]
        return people if spec.schema_type == "array" and people else next(iter(people), None)
    if spec.kind == "paragraph":
        return deployment.rich_text("\n".join(_texts(value)), link_of, mentions=mentions)
    if spec.kind == "labels":
        return list(_texts(value))
    if spec.kind == "multi_select" or (not is_sprint(spec) and spec.schema_type == "array" and spec.options):
        return [_choice(spec, each) for each in _texts(value)]
    if is_strange_list(spec):
        return [int(number) for number in _texts(value) if number.isdecimal()] or None
    text = next(iter(_texts(value)), "")
    if is_sprint(spec):
        return _sprint(spec, text)
    return BY_TYPE.get(spec.schema_type, _as_text)(spec, text) if text else None


def sent_back(spec: FieldSpec, raw: Any, deployment: Deployment) -> Any:
    """Return what Jira tells of a field as Jira takes it: it tells more of a value; None for nothing."""
    if is_sprint(spec):
        last = raw[-1] if isinstance(raw, list) and raw else None
        return last.get("id") if isinstance(last, dict) else None
    if isinstance(raw, list):
        return [sent_back(spec, each, deployment) for each in raw] or None
    if not isinstance(raw, dict) or spec.kind == "paragraph":
        return None if raw == "" else raw
    if spec.kind == "user":
        return deployment.person(str(raw.get("accountId") or raw.get("name") or ""))
    known = ("id", "key", "name", "value") if spec.kind != "other" else ()
    name = next((each for each in known if raw.get(each)), "")
    below = {"child": sent_back(spec, raw["child"], deployment)} if isinstance(raw.get("child"), dict) else {}
    return {name: raw[name], **below} if name else None


def _texts(value: FieldValue) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _choice(spec: FieldSpec, text: str) -> dict[str, str]:
    """Return an option by id, or by what Jira calls its text if it was not among those that were read."""
    option = option_named(spec, text)
    if option and option.id:
        return {"id": option.id}
    of = spec.items_type if spec.schema_type == "array" else spec.schema_type
    return {"value" if of in ("option", "option-with-child") else "name": text}


def _cascade(spec: FieldSpec, text: str) -> dict[str, Any]:
    above, _, below = text.partition(CHILD)
    return {"value": above, "child": {"value": below}} if below else _choice(spec, above)


def _number(_spec: FieldSpec, text: str) -> float | int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _moment(_spec: FieldSpec, text: str) -> str | None:
    """Return a time as Jira's parser wants it: with milliseconds, and an offset without a colon."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}{f'{moment:%z}' or '+0000'}"


def _issue(spec: FieldSpec, text: str) -> Any:
    return {"key": text.strip().upper()} if spec.schema_type == "issuelink" else text


def _sprint(spec: FieldSpec, text: str) -> int | None:
    option = option_named(spec, text)
    number = option.id if option else text
    return int(number) if number.isdigit() else None


def _as_text(spec: FieldSpec, text: str) -> Any:
    return _choice(spec, text) if spec.options else in_plain(text)


BY_TYPE: dict[str, Callable[[FieldSpec, str], Any]] = {
    "number": _number,
    "datetime": _moment,
    "option": _choice,
    "option-with-child": _cascade,
    "priority": _choice,
    "component": _choice,
    "version": _choice,
    "securitylevel": _choice,
    "group": _choice,
    "issuelink": _issue,
    "timetracking": lambda _spec, text: {"originalEstimate": text},
}
