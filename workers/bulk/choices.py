"""What a project's issues may be given: its priorities, its components, the labels in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workers.jira.gateway import JiraGateway

MOST_COMPONENTS, MOST_LABELS = 60, 40


@dataclass(frozen=True)
class Choices:
    """By the names that Jira shows, priorities with the most urgent first."""

    priorities: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def to_facts(self) -> dict[str, list[str]]:
        return {name: list(getattr(self, name)) for name in ("priorities", "components", "labels")}

    @classmethod
    def of_facts(cls, facts: dict[str, Any]) -> Choices:
        return cls(**{name: tuple(values) for name, values in facts.items()})

    def schema(self) -> dict[str, Any]:
        """Return the shape of an answer: one for all issues of a project, since each new shape costs the API time."""
        text = {"type": "string"}
        properties = {
            "priority": {"type": "string", "enum": list(self.priorities)} if self.priorities else text,
            "components": _several(self.components),
            "labels": _several(self.labels),
            "duplicate_of": text,
            "confidence": {"type": "string", "enum": ["low", "medium", "high"]},
            "reason": text,
        }
        return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def choices_of(project: str, jira: JiraGateway) -> Choices:
    """Return what the create screens of a project offer, taken together."""
    found: dict[str, dict[str, None]] = {"priority": {}, "components": {}}
    for kind in jira.issue_types(project):
        for spec in jira.create_screen(project, kind.id):
            if spec.id in found:
                found[spec.id] |= dict.fromkeys(option.name for option in spec.options)
    return Choices(
        priorities=tuple(found["priority"]),
        components=tuple(found["components"])[:MOST_COMPONENTS],
        labels=tuple(jira.labels_in_use(project))[:MOST_LABELS],
    )


def _several(allowed: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", **({"enum": list(allowed)} if allowed else {})}}
