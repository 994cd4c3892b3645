"""The stand-in's brain: fixed rules in the place of a model, clearly no model."""

from sandbox.claude.brain.agent import decide, forced

__all__ = ["decide", "forced"]
