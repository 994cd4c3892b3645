"""Rules of thinking, effort and structured output, by model."""

from __future__ import annotations

from typing import Any

from sandbox.claude.catalogue import ALL_EFFORTS, Model
from sandbox.claude.errors import invalid
from sandbox.claude.rules.schemas import check_grammar
from sandbox.claude.rules.shapes import need, of_type, one_of, only_keys
from sandbox.claude.scripts import Body

LEAST_BUDGET = 1024
_ALL = frozenset({"adaptive", "between_tools", "disabled", "enabled"})


def check(body: Body, model: Model) -> None:
    """Check `thinking` and `output_config`."""
    thinking = body.get("thinking")
    if thinking is not None:
        _check_thinking(thinking, body, model)
    mode = (thinking or {}).get("type", "adaptive")
    config = body.get("output_config") or {}
    only_keys(config, ("effort", "format"), "output_config.")
    if config.get("effort") is not None:
        _check_effort(config["effort"], mode, model)
    if config.get("format") is not None:
        _check_format(of_type(config["format"], dict, "output_config.format"))


def _check_thinking(thinking: dict[str, Any], body: Body, model: Model) -> None:
    kind = need(thinking, "type", str, "thinking.")
    one_of(kind, _ALL, "thinking.type")
    if kind not in model.thinking:
        raise invalid(
            f"thinking.type: '{kind}' is not supported by {model.id}; it accepts {', '.join(sorted(model.thinking))}"
        )
    allowed = {"type", "budget_tokens", "display"} if kind == "enabled" else {"type", "display"}
    only_keys(thinking, allowed - {"display"} if kind == "disabled" else allowed, f"thinking.{kind}.")
    if thinking.get("display") is not None:
        one_of(thinking["display"], ("omitted", "summarized"), f"thinking.{kind}.display")
    if kind == "enabled":
        _check_budget(thinking, body)


def _check_budget(thinking: dict[str, Any], body: Body) -> None:
    budget = need(thinking, "budget_tokens", int, "thinking.enabled.")
    if budget < LEAST_BUDGET:
        raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
    if budget >= body["max_tokens"]:
        raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`")


def _check_effort(effort: Any, mode: str, model: Model) -> None:
    one_of(effort, ALL_EFFORTS, "output_config.effort")
    if effort not in model.efforts(mode):
        how = f" with {mode} thinking" if mode == "between_tools" else ""
        raise invalid(f"output_config.effort: '{effort}' is not supported by {model.id}{how}")


def _check_format(wanted: dict[str, Any]) -> None:
    only_keys(wanted, ("type", "schema"), "output_config.format.")
    one_of(wanted.get("type"), ("json_schema",), "output_config.format.type")
    check_grammar(need(wanted, "schema", dict, "output_config.format."), "output_config.format.schema")
