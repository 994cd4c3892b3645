"""What a tool is: its name, what the model reads of it, its input, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from workers.errors import ToolErrorKind
from workers.tools.context import ToolContext


class ToolInput(BaseModel):
    """Base of all inputs: unknown names are ignored, null counts as missing, names match in any case."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _forgive(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {str(name).strip().lower(): value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class ToolAnswer:
    """What a call gives back to the model."""

    content: str
    is_error: bool = False
    is_broken: bool = False
    """The error is not the model's to correct: something outside did not work."""
    error_kind: ToolErrorKind = "input"
    """What is wrong with a call that the model can correct."""
    issue_keys: tuple[str, ...] = ()
    """The issues that it read."""
    document_ids: tuple[str, ...] = ()
    """The pages and files that it read, other than issues."""
    links: tuple[tuple[str, str], ...] = ()
    """Issue keys, or titles of pages, with the addresses that people open."""
    finds: str = "issue"
    """What the links lead to."""
    count: int | None = None
    """How many were found, if not all of them have a link."""
    sources: tuple[dict[str, Any], ...] = ()
    """Search results that can be cited: they go to the model in the place of the text."""


Input = TypeVar("Input", bound=ToolInput)


@dataclass(frozen=True)
class Tool(Generic[Input]):
    """One tool; `run` gets the input, the turn and the id of the call."""

    name: str
    description: str
    input: type[Input]
    run: Callable[[Input, ToolContext, str], ToolAnswer]

    def definition(self) -> dict[str, Any]:
        """Return what the Messages API takes in `tools`; the same bytes every time."""
        schema = self.input.model_json_schema()
        properties = {name: _property(about) for name, about in schema["properties"].items()}
        required = {"required": schema["required"]} if schema.get("required") else {}
        input_schema = {"type": "object", "properties": properties, **required}
        return {"name": self.name, "description": self.description, "input_schema": input_schema}

    def call(self, given: Any, context: ToolContext, tool_use_id: str) -> ToolAnswer:
        """Check the input and run; raises pydantic's ValidationError for an input of the wrong shape."""
        return self.run(self.input.model_validate(given), context, tool_use_id)


def _property(about: dict[str, Any]) -> dict[str, Any]:
    """Return a property without what only costs tokens: titles, defaults, null as a type of its own."""
    kinds = [kind for kind in about.get("anyOf", ()) if kind.get("type") != "null"]
    merged = {**about, **(kinds[0] if len(kinds) == 1 else {})}
    kept = ("type", "enum", "items", "additionalProperties", "description")
    return {name: merged[name] for name in kept if name in merged}
