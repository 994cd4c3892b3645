"""What every stored value is: frozen, and read also where a newer version wrote it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of all stored values; unknown keys of a newer version are ignored, not refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")
