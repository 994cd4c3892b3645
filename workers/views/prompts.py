"""What the bot suggests to somebody who opens its messages."""

from __future__ import annotations

PROMPTS_TITLE = "What can I do for you?"
PROMPTS = [
    {"title": "Report a problem", "message": "Something does not work and I want to report it."},
    {"title": "Find known issues", "message": "Is there already an issue for what I see?"},
    {"title": "What did I file?", "message": "What have I filed lately, and how does it stand?"},
    {"title": "What can you do?", "message": "What can you do here?"},
]
