"""What lies in a space."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Page:
    """One page, or a folder of pages; `body` is in storage format."""

    id: str
    space_id: str
    title: str
    body: str
    version: int = 1
    status: str = "current"
    is_restricted: bool = False
    """Only some may view it, and the account that asks here is not one of them."""
    readers: tuple[str, ...] = ()
    """Accounts that alone may view it and what lies below it, the one that asks here among them; empty: all may."""
    reading_groups: tuple[str, ...] = ()
    parent: Page | None = None
    kind: str = "page"
