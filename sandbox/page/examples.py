"""Sentences to click for a first try; the stand-ins have something to say to each."""

from __future__ import annotations

from typing import Any

REPORT = "the VPN drops every few minutes since this morning, on macOS and Windows. About 20 people are affected."
FILE_IT = "Please file it as a bug for the team Platform."
REMEMBER = "What did I just report, and which issue is it?"


def example(
    label: str, text: str, *, is_reply: bool = False, is_direct: bool = False, is_filing: bool = False
) -> dict[str, Any]:
    return {"label": label, "text": text, "is_reply": is_reply, "is_direct": is_direct, "is_filing": is_filing}


MENTION = "@Support Bot"
EXAMPLES = [
    example("Report a problem", f"{MENTION} {REPORT}"),
    example("Is it known?", f"{MENTION} is there an open issue about the checkout?"),
    example("How does OPS-1 stand?", f"{MENTION} how does OPS-1 stand?"),
    example("Ask the documents", f"{MENTION} how do I reset my VPN password?"),
    example("Ask for a long answer", f"{MENTION} write a long report about our printers"),
    example("Report a problem", REPORT[0].upper() + REPORT[1:], is_direct=True),
    example("What can you do?", "What can you do?", is_direct=True),
    example("File it", FILE_IT, is_reply=True, is_filing=True),
    example("What did I report?", REMEMBER, is_reply=True),
]
