"""The models that the stand-in offers, and what each of them accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LOW_TO_HIGH = frozenset({"low", "medium", "high"})
ALL_EFFORTS = LOW_TO_HIGH | {"xhigh", "max"}
ALWAYS_THINKS = frozenset({"adaptive"})
OLD_THINKING = frozenset({"adaptive", "enabled", "disabled"})


@dataclass(frozen=True)
class Model:
    """One model and the limits that a request for it must keep."""

    id: str
    name: str
    created_at: str
    thinking: frozenset[str] = OLD_THINKING
    thinks_unasked: bool = False
    thinks_first: bool = False
    """Even an answer without tools starts with a thinking block."""
    forced_tools: bool = True
    prefill: bool = False
    system_messages: bool = False
    cache_minimum: int = 1024
    context_tokens: int = 1_000_000
    max_output_tokens: int = 128_000
    lifecycle: str = "active"
    retires_at: str | None = None

    def efforts(self, thinking: str) -> frozenset[str]:
        """Return the effort values that go with a way of thinking."""
        return LOW_TO_HIGH if thinking == "between_tools" else ALL_EFFORTS

    def to_wire(self) -> dict[str, Any]:
        """Return the object that the models routes show."""
        return {
            "type": "model",
            "id": self.id,
            "display_name": f"{self.name} (stand-in)",
            "created_at": f"{self.created_at}T00:00:00Z",
            "lifecycle": self.lifecycle,
            "deprecated_at": None,
            "retires_at": self.retires_at,
            "max_input_tokens": self.context_tokens,
            "max_tokens": self.max_output_tokens,
        }


def _big(model_id: str, name: str, created_at: str, **more: Any) -> Model:
    """Return a model of the newest family: it always thinks and cannot be forced."""
    settings: dict[str, Any] = {"thinking": ALWAYS_THINKS, "thinks_unasked": True, "forced_tools": False}
    return Model(model_id, name, created_at, **(settings | more))


_SMALL: dict[str, Any] = {
    "thinking": frozenset({"enabled", "disabled"}),
    "prefill": True,
    "context_tokens": 200_000,
    "max_output_tokens": 64_000,
    "cache_minimum": 4096,
}

MODELS: tuple[Model, ...] = (
    _big("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", cache_minimum=512),
    _big("claude-mythos-5-2", "Claude Mythos 5.2", "2026-11-09"),
    _big(
        "claude-haiku-5-5",
        "Claude Haiku 5.5",
        "2026-10-07",
        forced_tools=True,
        thinks_first=True,
    ),
    _big(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        "2026-09-28",
        thinking=frozenset({"adaptive", "between_tools"}),
        system_messages=True,
        cache_minimum=512,
    ),
    _big("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", system_messages=True),
    _big("claude-fable-5-1", "Claude Fable 5.1", "2026-09-01", cache_minimum=512),
    _big("claude-mythos-5-1", "Claude Mythos 5.1", "2026-09-01"),
    Model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30"),
    Model("claude-opus-5", "Claude Opus 5", "2026-06-02", system_messages=True, cache_minimum=512),
    Model("claude-opus-4-8", "Claude Opus 4.8", "2026-05-05", system_messages=True),
    Model("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16", cache_minimum=2048),
    Model("claude-opus-4-6", "Claude Opus 4.6", "2026-02-05", cache_minimum=4096),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17"),
    Model("claude-haiku-4-5", "Claude Haiku 4.5", "2025-10-15", **_SMALL),
    Model(
        "claude-sonnet-4-5",
        "Claude Sonnet 4.5",
        "2025-09-29",
        lifecycle="deprecated",
        retires_at="2026-11-30T00:00:00Z",
        **(_SMALL | {"cache_minimum": 1024}),
    ),
)
_BY_ID = {model.id: model for model in MODELS}


def find_model(model_id: object) -> Model | None:
    """Return the model of this id, or None if the stand-in has none such."""
    return _BY_ID.get(model_id) if isinstance(model_id, str) else None
