"""What people read about money: what is spent, and what happens when a budget is used up."""

from __future__ import annotations

from collections.abc import Sequence

AGAIN = {
    "person": "at midnight UTC",
    "channel": "at midnight UTC",
    "workspace": "on the first of next month",
}
WHOSE = {
    "person": "your budget for me today",
    "channel": "this channel's budget for me today",
    "workspace": "this workspace's budget for me this month",
}
TURN_SPENT = (
    "This answer has cost as much as a single one may, so I stop here. Ask me to go on, or for a smaller part of it."
)


def dollars(usd: float) -> str:
    """Return an amount as a person reads it: cents, and more digits where they matter."""
    return f"${usd:,.2f}" if usd >= 0.1 or not usd else f"${usd:.4f}"


def budget_spent(kind: str, limit_usd: float, admins: Sequence[str]) -> str:
    """Say which budget is used up, when it begins anew and who can raise it; names, so that nobody is pinged."""
    if kind == "turn":
        return TURN_SPENT
    whose = WHOSE[kind][0].upper() + WHOSE[kind][1:]
    return (
        f"{whose} is used up ({dollars(limit_usd)}). It begins anew {AGAIN[kind]}; {whom_to_ask(admins)} can raise it."
    )


def budget_held(kind: str) -> str:
    """Say that a budget is not used up, but that nothing of it is free at the moment."""
    whose = WHOSE.get(kind, "the budget of this answer")
    return f"Other answers that run at the moment hold the rest of {whose}. Please try again in a minute."


def budget_too_small(kind: str, most_usd: float, left_usd: float, limit_usd: float, admins: Sequence[str]) -> str:
    """Say that what was asked for at once may cost more than is left of a budget that is not used up."""
    whose, cost = WHOSE.get(kind, "the budget of this answer"), f"This may cost up to {dollars(most_usd)}"
    if most_usd > limit_usd:
        return f"{cost}, and {whose} is {dollars(limit_usd)}. Ask for less at once; {whom_to_ask(admins)} can raise it."
    return (
        f"{cost}, but {whose} has only {dollars(left_usd)} left. Ask for less at once, or again when it begins anew "
        f"{AGAIN.get(kind, 'with the next one')}; {whom_to_ask(admins)} can raise it."
    )


def budget_nearly_spent(kind: str, spent_usd: float, limit_usd: float, admins: Sequence[str]) -> str:
    """Warn a person, once a day, that a budget comes to its end."""
    share = min(99, int(spent_usd / limit_usd * 100))
    return (
        f"{share}% of {WHOSE[kind]} is used ({dollars(spent_usd)} of {dollars(limit_usd)}). "
        f"It begins anew {AGAIN[kind]}; {whom_to_ask(admins)} can raise it."
    )


def whom_to_ask(admins: Sequence[str]) -> str:
    """Name who can raise a budget."""
    if not admins:
        return "an admin of this workspace"
    return admins[0] if len(admins) == 1 else f"{', '.join(admins[:-1][:3])} or {admins[-1]}"
