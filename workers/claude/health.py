"""Whether the key is good, and the configured models exist and stay: asked by the doctor and by starting workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import anthropic

from workers.claude.errors import claude_errors
from workers.errors import Misconfigured, SupportBotError
from workers.logs import get_logger
from workers.settings import WorkerSettings

SOON_DAYS = 60

log = get_logger(__name__)


@dataclass(frozen=True)
class ModelState:
    """A model's lifecycle, and when it ends."""

    lifecycle: str
    retires_at: datetime | None = None

    @property
    def is_gone(self) -> bool:
        """Requests for it are refused."""
        return self.lifecycle == "retired" or self._days_left < 0

    @property
    def retires_soon(self) -> bool:
        return self._days_left <= SOON_DAYS

    @property
    def _days_left(self) -> float:
        if self.retires_at is None:
            return float("inf")
        return (self.retires_at - datetime.now(UTC)).total_seconds() / 86_400

    def __str__(self) -> str:
        return f"{self.lifecycle}, retires {self.retires_at:%Y-%m-%d}" if self.retires_at else self.lifecycle


def models_of(settings: WorkerSettings) -> dict[str, str]:
    """Return the configured models by the setting that names them, each once."""
    named = (
        ("ANTHROPIC_FALLBACK_MODEL", settings.fallback_model),
        ("ANTHROPIC_FAST_MODEL", settings.anthropic_fast_model),
        ("ANTHROPIC_MODEL", settings.anthropic_model),
    )
    setting_of = {model: name for name, model in named if model}
    return {name: model for model, name in reversed(setting_of.items())}


def model_state(settings: WorkerSettings, model: str) -> ModelState:
    """Return where a model stands; raises Misconfigured or ClaudeUnavailable."""
    return _state(_client(settings), model)


def _client(settings: WorkerSettings) -> anthropic.Anthropic:
    return anthropic.Anthropic(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        max_retries=0,
        timeout=anthropic.Timeout(10, connect=5),
    )


def _state(client: anthropic.Anthropic, model: str) -> ModelState:
    with claude_errors():
        found = client.models.retrieve(model)
    lifecycle = str(getattr(found, "lifecycle", None) or "active")
    return ModelState(lifecycle, getattr(found, "retires_at", None))


def log_models(settings: WorkerSettings) -> None:
    """Say in the log what is wrong with the configured models; never raises because of Claude."""
    client = _client(settings)
    for name, model in models_of(settings).items():
        try:
            state = _state(client, model)
        except Misconfigured as error:
            log.error("model_unusable", setting=name, model=model, what=error.operator_message)  # noqa: TRY400  all said
        except SupportBotError as error:
            log.info("model_not_checked", model=model, cause=type(error).__name__)
        else:
            if state.is_gone:
                log.error("model_retired", setting=name, model=model, state=str(state))
            elif state.retires_soon:
                log.warning("model_retires_soon", setting=name, model=model, state=str(state))
