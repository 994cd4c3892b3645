"""The model's tools, in one fixed order, and the running of one call: every failure the model can use is an answer."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from workers.errors import JiraRefused, JiraUnavailable, SupportBotError, ToolError, ToolErrorKind
from workers.jira.errors import refusal_text
from workers.logs import get_logger
from workers.tools import (
    jira_add_comment,
    jira_create_issue,
    jira_create_options,
    jira_get_issue,
    jira_link_issues,
    jira_search,
    jira_transition_issue,
    jira_update_issue,
    knowledge_search,
)
from workers.tools.asking import LONGEST_QUESTION
from workers.tools.context import ToolContext
from workers.tools.tool import Tool, ToolAnswer

log = get_logger(__name__)

TOOLS: tuple[Tool[Any], ...] = (
    jira_search.TOOL,
    jira_get_issue.TOOL,
    jira_create_options.TOOL,
    jira_create_issue.TOOL,
    jira_add_comment.TOOL,
    jira_update_issue.TOOL,
    jira_transition_issue.TOOL,
    jira_link_issues.TOOL,
    knowledge_search.TOOL,
)
"""The order is part of the prompt's cached prefix: new tools go to the end."""
READERS = (jira_search, jira_get_issue, jira_create_options, knowledge_search)
ONLY_READ = frozenset(module.TOOL.name for module in READERS)
LONGEST_ERROR = 600
"""In words of others; our own may name many fields."""
LONGEST_RESULT = 12_000
CUT = "\n… (cut here: ask for less, or for a part of it)"
CLOSED = (
    "Jira is not open to the person who asks: they are a guest or from another organisation. Don't call this again; "
    "say in a friendly sentence that only full members of the workspace can be shown or file issues, and help without."
)
BROKEN = "This tool failed for a reason of its own. Don't call it again; tell the person that this did not work."


class Toolbox:
    """The tools of one turn."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    @staticmethod
    def definitions() -> list[dict[str, Any]]:
        """Return all tools as the Messages API takes them: the same for every conversation."""
        return [tool.definition() for tool in TOOLS]

    @staticmethod
    def may_write(name: str) -> bool:
        """Return whether a call of this tool may leave something in Slack or Jira."""
        return name.strip().lower() not in ONLY_READ

    def run(self, name: str, tool_use_id: str, given: Any) -> ToolAnswer:
        """Run one call and return its answer, an error included.

        Raises only what is no answer: Misconfigured, Interrupted, and Transient of Slack or of our own state.
        """
        tool = next((tool for tool in TOOLS if tool.name == name.strip().lower()), None)
        if tool is None:
            return _error(f"There is no tool {name[:40]!r}. The tools are: {', '.join(tool.name for tool in TOOLS)}.")
        try:
            self._check_access(tool)
            return _small(tool.call(given, self._context, tool_use_id))
        except ValidationError as error:
            return _error(_instruction(tool.name, error))
        except ToolError as error:
            return _error(str(error), kind=error.kind, most=LONGEST_QUESTION)
        except JiraRefused as error:
            return _error(refusal_text(error))
        except JiraUnavailable as error:
            return _error(_unavailable(error), is_broken=True)
        except SupportBotError:
            raise
        except Exception:
            log.exception("tool_broke", tool=tool.name)
            return _error(BROKEN, is_broken=True)

    def _check_access(self, tool: Tool[Any]) -> None:
        if not self._context.is_open and tool.name.startswith("jira_"):
            raise ToolError(CLOSED, kind="asker")


@functools.cache
def tools_version() -> str:
    """Return what names the tool definitions: it changes with every byte of them."""
    definitions = json.dumps(Toolbox.definitions(), sort_keys=True)
    return hashlib.sha256(definitions.encode()).hexdigest()[:12]


def _small(answer: ToolAnswer) -> ToolAnswer:
    """Cut a result that would make every later round dear; tools keep theirs shorter by themselves."""
    if not isinstance(answer.content, str) or len(answer.content) <= LONGEST_RESULT:
        return answer
    return replace(answer, content=answer.content[:LONGEST_RESULT].rstrip() + CUT)


def _error(
    text: str, *, is_broken: bool = False, kind: ToolErrorKind = "input", most: int = LONGEST_ERROR
) -> ToolAnswer:
    short = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return ToolAnswer(short, is_error=True, is_broken=is_broken, error_kind=kind)


def _instruction(name: str, error: ValidationError) -> str:
    """Say which arguments are wrong, without repeating what was given."""
    faults = [
        f"{'.'.join(str(part) for part in item['loc']) or 'input'}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return f"Call {name} again with these arguments corrected. {'; '.join(faults)}."


def _unavailable(error: JiraUnavailable) -> str:
    wait = error.retry_after_seconds
    when = f" It asks to wait {wait:.0f} s." if wait and wait >= 1 else ""
    return (
        f"Jira does not answer at the moment.{when} Don't try again in this answer: tell the person that Jira can't be "
        "reached just now and that nothing was written to it, and help without it as far as you can."
    )
