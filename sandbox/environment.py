"""The environment of the stack's processes: the contract's names and nothing of the developer's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from sandbox.procfile import CHECKOUT

BOT_TOKEN = "xoxb-sandbox"
APP_TOKEN = "xapp-sandbox"
SIGNING_SECRET = "sandbox-signing-secret"

ANTHROPIC_NAMES = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "ANTHROPIC_FAST_MODEL")
JIRA_NAMES = (
    "JIRA_URL",
    "JIRA_SITE_URL",
    "JIRA_DEPLOYMENT",
    "JIRA_EMAIL",
    "JIRA_API_TOKEN",
    "JIRA_PAT",
    "JIRA_PROJECTS",
)
CONFLUENCE_NAMES = (
    "CONFLUENCE_URL", "CONFLUENCE_SPACES", "CONFLUENCE_OPEN_SPACES", "CONFLUENCE_EMAIL", "CONFLUENCE_API_TOKEN",
)  # fmt: skip
# What a company's machine may need to reach real services; of no use while all of them are stand-ins.
NETWORK_NAMES = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "https_proxy",
    "http_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)


def base() -> dict[str, str]:
    """Return what any Python process of this checkout needs, and no more."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
    }


def is_claude_real(outer: Mapping[str, str]) -> bool:
    return bool(outer.get("ANTHROPIC_API_KEY"))


def is_jira_real(outer: Mapping[str, str]) -> bool:
    return bool(outer.get("JIRA_URL"))


def is_confluence_real(outer: Mapping[str, str]) -> bool:
    return bool(outer.get("CONFLUENCE_URL"))


def jira_deployment(outer: Mapping[str, str]) -> Literal["cloud", "datacenter"]:
    """Return which kind of Jira the stand-in is."""
    return "datacenter" if outer.get("JIRA_DEPLOYMENT", "").lower() == "datacenter" else "cloud"


def claude(outer: Mapping[str, str], stand_in_url: str, stand_in_key: str) -> dict[str, str]:
    """Return Claude's settings: the developer's, if a key is set, else the stand-in's."""
    if is_claude_real(outer):
        return _given(outer, ANTHROPIC_NAMES)
    return {"ANTHROPIC_API_KEY": stand_in_key, "ANTHROPIC_BASE_URL": stand_in_url}


def jira(outer: Mapping[str, str], stand_in: Mapping[str, str]) -> dict[str, str]:
    """Return Jira's settings: the developer's, if an address is set, else the stand-in's."""
    return _given(outer, JIRA_NAMES) if is_jira_real(outer) else dict(stand_in)


def confluence(outer: Mapping[str, str], stand_in: Mapping[str, str]) -> dict[str, str]:
    """Return Confluence's settings: the developer's, if an address is set, else the stand-in's."""
    return _given(outer, CONFLUENCE_NAMES) if is_confluence_real(outer) else dict(stand_in)


def network(outer: Mapping[str, str]) -> dict[str, str]:
    """Return proxies and certificates if something real must be reached; the stand-ins are never behind them."""
    if not (is_claude_real(outer) or is_jira_real(outer) or is_confluence_real(outer)):
        return {}
    local = "127.0.0.1,localhost"
    return _given(outer, NETWORK_NAMES) | {"NO_PROXY": local, "no_proxy": local}


def _given(outer: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: outer[name] for name in names if outer.get(name)}
