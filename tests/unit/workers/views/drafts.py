"""Drafts for tests: a plain one, and wild ones for hypothesis."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from workers.records import Conversation, Draft, FieldKind, FieldOption, FieldSpec, Filing, FilingState

WHERE = Conversation(team_id="T1", channel_id="C1", thread_ts="1.0")


def draft(**changes: Any) -> Draft:
    """Return a small draft with a required select on its screen."""
    specs = (
        FieldSpec(id="summary", name="Summary", kind="text", required=True),
        FieldSpec(id="description", name="Description", kind="paragraph"),
        FieldSpec(id="labels", name="Labels", kind="labels"),
        FieldSpec(
            id="priority",
            name="Priority",
            kind="select",
            options=(FieldOption(id="2", name="High"), FieldOption(id="3", name="Low")),
            options_total=2,
        ),
        FieldSpec(
            id="customfield_1",
            name="Environment",
            kind="select",
            required=True,
            options=(FieldOption(id="10", name="Production"), FieldOption(id="11", name="Staging")),
            options_total=2,
        ),
    )
    values: dict[str, Any] = {
        "id": "d1",
        "conversation": WHERE,
        "turn_ts": "2.0",
        "asker_id": "U1",
        "asker_name": "Ada Park",
        "project": "OPS",
        "issue_type": "Bug",
        "summary": "VPN drops every ten minutes",
        "description": "It began **today**.\n\n1. Connect\n2. Wait",
        "priority": "High",
        "labels": ("vpn", "network"),
        "fields": {"customfield_1": "Production"},
        "specs": specs,
        "created_at": 0,
    }
    return Draft.model_validate({**values, **changes})


NAMES = st.text(min_size=1, max_size=400)
LONG = st.text(max_size=60).flatmap(
    lambda seed: st.sampled_from([1, 3, 60, 700]).map(lambda times: (seed + " ") * times)
)
OPTION = st.builds(FieldOption, id=st.text(max_size=200), name=st.text(max_size=200))


@st.composite
def wild_specs(draw: st.DrawFn) -> FieldSpec:
    """Return a field of any kind with any number of options."""
    options = tuple(draw(st.lists(OPTION, max_size=3))) * draw(st.sampled_from([1, 1, 40]))
    return FieldSpec(
        id=f"customfield_{draw(st.integers(1, 10_000))}",
        name=draw(NAMES),
        kind=draw(st.sampled_from(get_args(FieldKind))),
        required=draw(st.booleans()),
        has_default=draw(st.booleans()),
        options=options[:100],
        options_total=len(options[:100]) + draw(st.sampled_from([0, 0, 500])),
    )


@st.composite
def wild_drafts(draw: st.DrawFn) -> Draft:
    """Return a draft with whatever a model, a person or Jira may have put into it."""
    few = draw(st.lists(wild_specs(), max_size=6, unique_by=lambda spec: spec.id))
    copies = draw(st.sampled_from([1, 1, 30]))
    specs = [spec.model_copy(update={"id": f"{spec.id}_{number}"}) for number in range(copies) for spec in few]
    values = st.one_of(LONG, st.lists(st.text(max_size=300), max_size=5).map(tuple))
    return draft(
        summary=draw(LONG),
        description=draw(LONG),
        project=draw(st.text(max_size=120)),
        issue_type=draw(st.text(max_size=120)),
        asker_name=draw(st.text(max_size=300)),
        priority=draw(st.none() | NAMES),
        labels=draw(st.lists(st.text(max_size=300), max_size=20)),
        fields={spec.id: draw(values) for spec in specs[:40]},
        specs=specs,
        notes=draw(st.lists(LONG, max_size=15)),
    )


@st.composite
def wild_filings(draw: st.DrawFn) -> Filing:
    """Return a filing in any state."""
    return Filing(
        state=draw(st.sampled_from(get_args(FilingState))),
        issue_key="OPS-1",
        issue_url=draw(st.sampled_from(["", "https://jira.example/browse/OPS-1"])),
        errors=tuple(draw(st.lists(LONG, max_size=20))),
        pressed_by=draw(st.sampled_from(["", "U2"])),
    )
