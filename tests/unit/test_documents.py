"""The documents tell the truth: what they name exists, and what must be told is there."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from workers.settings import BotSettings, WorkerSettings
from workers.state.mailbox_scripts import BOX_KEYS
from workers.state.metrics import COUNTERS, HISTOGRAMS, QUEUE_DEPTH

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
EXPECTED = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md"} | {
    f"docs/{name}.md" for name in ("architecture", "operations", "security")
}
PACKAGES = ("bot", "workers", "sandbox", "tests", "docs")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")
MAKE = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
TARGET = re.compile(r"^([a-z0-9-]+):.*## ", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
DOTTED = re.compile(r"(?<![\w/.-])(?:bot|workers)(?:\.[A-Za-z_]\w*)+\b(?!/)")
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)
SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT)`")
# Settings of a shell, a server or a supervisor, named beside ours.
FOREIGN_SETTINGS = {"HTTPS_PROXY", "NO_PROXY"}
FIELDS: dict[str, Any] = {
    name.upper(): field for kind in (BotSettings, WorkerSettings) for name, field in kind.model_fields.items()
}
METRICS = {*COUNTERS, *HISTOGRAMS, QUEUE_DEPTH}
NONE = "\N{EN DASH}"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    """Return a document without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def section(name: str, heading: str) -> str:
    """Return what stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section {heading!r}"
    return found[1]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables in a text, without heads."""
    for match in ROW.finditer(text):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", match[1])]
        if cells[0].startswith("`"):
            yield cells


def first_names(text: str) -> list[str]:
    """Return what stands as code in the first cell of each row."""
    return [name for cells in rows(text) for name in CODE.findall(cells[0])]


def anchors(path: Path) -> set[str]:
    """Return the fragments by which a document's headings are linked."""
    headings = re.findall(r"^#+ (.+)$", without_blocks(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sources() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for name in ("bot", "workers") for path in (ROOT / name).rglob("*.py")
    )


def resolve(dotted: str) -> object:
    """Return what a dotted name stands for; raises if there is nothing."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, parts[length:], module)
    raise ModuleNotFoundError(dotted)


def test_the_documents_are_there() -> None:
    assert set(NAMES) >= EXPECTED
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


@pytest.mark.parametrize("name", NAMES)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(read(name)):
        if ELSEWHERE.match(target):
            continue
        path, _, fragment = target.partition("#")
        linked = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert linked.exists(), f"{name} links {target}"
        assert linked.is_relative_to(ROOT), f"{name} links {target}"
        assert not fragment or fragment in anchors(linked), f"{name} links {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_make_command_that_is_named_exists(name: str) -> None:
    code = "\n".join([*CODE.findall(read(name)), *re.findall(r"^```.*?^```", read(name), re.MULTILINE | re.DOTALL)])
    assert set(MAKE.findall(code)) <= set(TARGET.findall(read("Makefile")))


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_is_named_exists(name: str) -> None:
    for code in CODE.findall(without_blocks(read(name))):
        if code.startswith(tuple(f"{package}/" for package in PACKAGES)) and "<" not in code:
            assert (ROOT / code).exists(), f"{name} names {code}"


@pytest.mark.parametrize("name", NAMES)
def test_every_function_that_is_named_exists(name: str) -> None:
    for dotted in set(DOTTED.findall(read(name))):
        assert (ROOT / dotted.replace(".", "/", 1)).exists() or resolve(dotted) is not None


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_the_table_of_settings_names_each_of_them_once(name: str) -> None:
    assert sorted(first_names(section(name, "Settings"))) == sorted(FIELDS)


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_the_defaults_that_are_told_are_the_true_ones(name: str) -> None:
    derived = {"JIRA_SITE_URL": "JIRA_URL", "CELERY_BROKER_URL": "REDIS_URL"}
    for cells in rows(section(name, "Settings")):
        setting, told = cells[0].strip("`"), cells[1].strip("`")
        field = FIELDS[setting]
        none = field.is_required() or field.default in (None, ())
        assert told == derived.get(setting, NONE if none else str(field.default)), setting


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_is_named_anywhere_exists(name: str) -> None:
    assert set(SETTING.findall(without_blocks(read(name)))) <= FIELDS.keys() | FOREIGN_SETTINGS


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_the_table_of_metrics_names_each_of_them_once(name: str) -> None:
    assert sorted(first_names(section(name, "Metrics"))) == sorted(METRICS)


def test_the_labels_of_metrics_are_the_true_ones() -> None:
    for cells in rows(section("docs/operations.md", "Metrics")):
        name = cells[0].strip("`")
        labels = COUNTERS[name][1] if name in COUNTERS else ()
        assert all(f"`{label}`" in cells[2] for label in labels), name
        assert labels or cells[2] == NONE, name


def test_every_key_in_redis_is_told_of() -> None:
    told = read("docs/architecture.md")
    used = set(re.findall(r'"sb:([a-z]+)', sources()))
    used |= set(re.findall(r'"sb:\{\{\{[^}]+\}\}\}:([a-z]+)', sources())) | set(BOX_KEYS)
    assert used
    assert [name for name in sorted(used) if not re.search(rf"`sb:(?:\{{box\}}:)?{name}\b", told)] == []


def test_every_key_that_is_told_of_is_used() -> None:
    told = re.findall(r"`sb:(?:\{box\}:)?([a-z]+)", section("docs/architecture.md", "What lies in Redis"))
    text = sources()
    used = {*BOX_KEYS, *re.findall(r"\bsb:([a-z]+)", text), *re.findall(r"\}\}\}:([a-z]+)", text)}
    assert set(told) <= used


def test_every_log_event_that_is_told_of_is_written() -> None:
    text = sources()
    for event in first_names(section("docs/operations.md", "Logs")):
        assert f'"{event}"' in text, event


def test_a_command_of_the_procfile_is_quoted_as_it_stands_there() -> None:
    commands = [line.partition(": ")[2] for line in read("Procfile").splitlines() if line]
    quoted = re.findall(r"^ExecStart=\S*/bin/(.+)$", read("docs/operations.md"), re.MULTILINE)
    assert quoted
    assert set(quoted) <= set(commands)


def test_every_route_of_web_that_is_told_of_exists_and_no_other_does() -> None:
    served = set(re.findall(r'web\.(?:get|post)\("([^"]+)"', read("bot/http.py")))
    told = set(re.findall(r"`(?:GET |POST )?(/[a-z/]+)`", read("docs/operations.md") + read("docs/security.md")))
    assert served == told - {"/jira"}


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    versions = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert versions[1] == re.findall(r'^version = "(.+)"$', read("pyproject.toml"), re.MULTILINE)[0]


def test_ci_runs_what_contributors_run() -> None:
    script = read(".ci/run")
    assert set(MAKE.findall(script)) >= {"setup", "check", "smoke"}
    assert set(re.findall(r"^make ([a-z-]+)$", script, re.MULTILINE)) <= set(TARGET.findall(read("Makefile")))
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
