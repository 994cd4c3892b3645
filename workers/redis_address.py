"""Addresses of a Redis behind Sentinels, read once for state and broker. No client, no connection."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

PLAIN_SCHEMES = ("redis", "rediss", "unix")
SENTINEL_SCHEMES = ("sentinel", "rediss+sentinel")
DEFAULT_PORT = 26_379
FORM = "sentinel://[user:password@]host[:port][,host[:port]…]/service[/db]"


@dataclass(frozen=True, repr=False)
class SentinelAddress:
    """The service `service` as these Sentinels know it; user and password are the servers', not the Sentinels'."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    db: int = 0
    username: str = ""
    password: str = ""
    sentinel_username: str = ""
    sentinel_password: str = ""
    is_encrypted: bool = False

    @property
    def kombu_url(self) -> str:
        """The same in the form of Celery's transport, which takes the service's name apart from it."""
        who = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@" if self.password else ""
        return ";".join(f"sentinel://{who}{host}:{port}/{self.db}" for host, port in self.hosts)


def sentinel_address(url: str) -> SentinelAddress | None:
    """Return what a Sentinel URL says, or None for any other URL; raises ValueError with what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in SENTINEL_SCHEMES:
        return None
    login, _, hosts = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    service, _, db = parts.path.strip("/").partition("/")
    if not hosts or not service or not (db or "0").isdigit():
        raise ValueError(f"must be {FORM}")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return SentinelAddress(
        hosts=tuple(_host(each) for each in hosts.split(",")),
        service=unquote(service),
        db=int(db or 0),
        username=unquote(username),
        password=unquote(password),
        sentinel_username=query.get("sentinel_username", ""),
        sentinel_password=query.get("sentinel_password", ""),
        is_encrypted=parts.scheme.startswith("rediss"),
    )


def checked(url: str) -> str:
    """Return a URL that Redis can be reached by; raises ValueError with what is wrong, never with the URL."""
    if sentinel_address(url) is None and urlsplit(url).scheme not in PLAIN_SCHEMES:
        raise ValueError("must be a redis://, rediss://, sentinel://, rediss+sentinel:// or unix:// address")
    return url


def _host(text: str) -> tuple[str, int]:
    name, _, port = text.rpartition(":") if ":" in text.rpartition("]")[2] else (text, "", str(DEFAULT_PORT))
    if not name or not port.isdigit():
        raise ValueError(f"must be {FORM}")
    return name.strip("[]"), int(port)
