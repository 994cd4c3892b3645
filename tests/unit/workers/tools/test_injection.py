"""No argument of any tool is ever a piece of a query, or a way out of the open projects."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.jira.jql_parser import Clause, Junction, Node, Value, parse
from sandbox.jira.standin import JiraStandIn
from workers.tools import jira_search
from workers.tools.toolbox import TOOLS, Toolbox

MakeToolbox = Callable[..., Toolbox]
OPEN, CLOSED = {"OPS", "WEB"}, ("SECRET", "HR", "ARCH")
CLOSED_KEY = re.compile(r"(?:SECRET|HR|ARCH)-\d", re.IGNORECASE)
HOSTILE = (
    'x") OR project = SECRET OR (summary ~ "x',
    '") OR (project = "SECRET',
    'OPS") OR project in ("SECRET',
    "OPS OR project = SECRET",
    "OPS\\",
    '\\") OR project = SECRET ORDER BY key',
    "OPS ORDER BY key",
    "SECRET-1",
    "secret-1",
    "OPS-1/../SECRET-1",
    "OPS-1?issueIdOrKey=SECRET-1",
    "SECRET-1 OPS-1",
    "https://jira.example.com/browse/SECRET-1#OPS-1",
    "EMPTY) OR project = SECRET",
    "currentUser()) OR project is not EMPTY OR (assignee = currentUser()",
    '\u2028" OR project = SECRET',
    '\x00" OR project = SECRET',
)
WORDS = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=30), st.sampled_from(("OPS", "OPS-1", "Bug", "any", *CLOSED))
)
VALUES = st.one_of(
    WORDS, st.lists(WORDS, max_size=3), st.dictionaries(WORDS, WORDS, max_size=2), st.integers(-1, 99), st.none()
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return a call of some tool with anything in any of its arguments."""
    definition = draw(st.sampled_from(TOOLS)).definition()
    # Few at once: with many some are refused, and the others are never read.
    names = draw(st.lists(st.sampled_from(sorted(definition["input_schema"]["properties"])), max_size=2, unique=True))
    usable = {"key": "OPS-1", "summary": "x", "issue_type": "Bug"} if draw(st.booleans()) else {}
    return definition["name"], usable | {name: draw(VALUES) for name in names}


def opened(jira: JiraStandIn) -> list[str]:
    """Let the bot's account and everybody see all projects, so that nothing but the program keeps them closed."""
    site = jira.site
    for key, project in site.projects.items():
        site.projects[key] = dataclasses.replace(project, members=None, readers=frozenset())
    for issue in site.issues.values():
        issue.project = site.projects[issue.project.key]
    return [issue.fields["summary"] for issue in site.issues.values() if issue.project.key in CLOSED]


def is_bounded(where: Node | None) -> bool:
    """Return whether a query holds only for open projects, whatever else it says."""
    parts = where.parts if isinstance(where, Junction) and where.word == "and" else (where,)
    return any(isinstance(part, Clause) and part.field == "project" and _names(part) <= OPEN for part in parts)


def _names(clause: Clause) -> set[str]:
    operands = clause.operand if isinstance(clause.operand, tuple) else (clause.operand,)
    return {each.text if isinstance(each, Value) else "?" for each in operands} if clause.operator in "= in" else {"?"}


def check(toolbox: Toolbox, jira: JiraStandIn, call: tuple[str, dict[str, Any]], closed_words: list[str]) -> None:
    """Run a call, and fail if anything of a closed project was asked for or told."""
    jira.calls.clear()

    answer = toolbox.run(call[0], "t1", call[1])

    queries = [sent["body"]["jql"] for sent in jira.calls if sent["route"] == "POST search/jql"]
    assert all(is_bounded(parse(query).where) for query in queries), queries
    assert not any(CLOSED_KEY.search(sent["path"]) for sent in jira.calls)
    assert not any(each in answer.content for each in closed_words)
    assert not [key for key in answer.issue_keys if key.rpartition("-")[0] in CLOSED]


@pytest.mark.parametrize("name", sorted(jira_search.TOOL.definition()["input_schema"]["properties"]))
def test_no_argument_of_a_search_is_read_as_a_query(make_toolbox: MakeToolbox, jira: JiraStandIn, name: str) -> None:
    toolbox, closed_words = make_toolbox(reader={"is_alone": True}), opened(jira)

    for words in HOSTILE:
        check(toolbox, jira, ("jira_search", {name: words}), closed_words)

    assert closed_words


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=calls())
def test_no_argument_of_any_tool_leaves_the_open_projects(
    make_toolbox: MakeToolbox, jira: JiraStandIn, call: tuple[str, dict[str, Any]]
) -> None:
    closed_words = opened(jira)

    check(make_toolbox(reader={"is_alone": True}), jira, call, closed_words)

    assert closed_words
