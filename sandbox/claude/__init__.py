"""A strict stand-in for Claude's Messages API; what it answers comes from rules or scripts, never from a model."""

from sandbox.claude.scripts import Reply, refusal, reply, text, thinking, tool
from sandbox.claude.standin import DEFAULT_KEY, READABLE, ClaudeStandIn, Pacing, Recorded

__all__ = [
    "DEFAULT_KEY",
    "READABLE",
    "ClaudeStandIn",
    "Pacing",
    "Recorded",
    "Reply",
    "refusal",
    "reply",
    "text",
    "thinking",
    "tool",
]
