"""What Atlassian's OpenAPI document says of the routes that are served here: queries and bodies, compactly.

`python -m sandbox.jira.api_shape <the document>` derives `api_shape.json` from it anew.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Shape = dict[str, Any]

FILE = Path(__file__).with_suffix(".json")
DEEPEST = 7
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}  # fmt: skip
KNOWN_ERRORS: dict[str, Mapping[str, Any]] = {
    # It calls the value of an entity property an object; the server takes any JSON, as the words beside it say.
    "PUT issue/{key}/properties/{property}": {"body": {}},
    # It calls the account a text; null takes the assignee away, as the words beside it say.
    "PUT issue/{key}/assignee": {"body": {"type": "object", "members": {"accountId": {}}}},
}
"""Where the document is wrong, what holds instead."""


@functools.cache
def shapes() -> dict[str, Shape]:
    """Return the shape of each route: its query parameters by name, and its body."""
    known: dict[str, Shape] = json.loads(FILE.read_text(encoding="utf-8"))
    return {route: {**shape, **KNOWN_ERRORS.get(route, {})} for route, shape in known.items()}


def misfits(route: str, query: Mapping[str, list[str]], body: Any) -> list[str]:
    """Return what of a request the document does not know or would have otherwise; nothing for other routes."""
    shape = shapes().get(route)
    if shape is None:
        return []
    found = [*_query_misfits(shape["query"], query)]
    if body is not None and shape["body"] is None:
        found.append("it takes no body")
    elif body is not None:
        found += _body_misfits(shape["body"], body, "body")
    elif shape.get("needs_body"):
        found.append("it needs a body")
    return found


def _query_misfits(known: Mapping[str, Shape], query: Mapping[str, list[str]]) -> Iterator[str]:
    for name, values in query.items():
        kind = known[name]["type"] if name in known else ""
        if name not in known:
            yield f"query: no parameter {name}"
        elif kind == "integer" and not all(re.fullmatch(r"-?\d+", value) for value in values):
            yield f"query: {name} is a whole number"
        elif kind == "boolean" and not set(values) <= {"true", "false"}:
            yield f"query: {name} is true or false"
    yield from (f"query: {name} is required" for name in known if known[name].get("required") and name not in query)


def _body_misfits(shape: Shape, value: Any, place: str) -> Iterator[str]:
    kind = shape.get("type")
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{place} is of type {kind}"
    elif kind == "array":
        for number, each in enumerate(value):
            yield from _body_misfits(shape.get("items", {}), each, f"{place}[{number}]")
    elif kind == "object" and "members" in shape:
        for name, each in value.items():
            if name in shape["members"]:
                yield from _body_misfits(shape["members"][name], each, f"{place}.{name}")
            elif not shape.get("is_open"):
                yield f"{place} has no member {name}"
        yield from (f"{place}.{name} is required" for name in shape.get("required", ()) if name not in value)


def derive(document: Mapping[str, Any], routes: list[tuple[str, str]]) -> dict[str, Shape]:
    """Return the shapes of these (method, path) routes, as far as the document has them."""
    paths = {re.sub(r"\{[^}]*\}", "{}", path): item for path, item in document["paths"].items()}
    found = {}
    for method, path in routes:
        about = paths.get("/rest/api/3/" + re.sub(r"\{[^}]*\}", "{}", path), {}).get(method.lower())
        if about:
            found[f"{method} {path}"] = _operation(about, document["components"]["schemas"])
    return found


def _operation(about: Mapping[str, Any], schemas: Mapping[str, Any]) -> Shape:
    query = {
        each["name"]: {"type": each["schema"].get("type", ""), **({"required": True} if each.get("required") else {})}
        for each in about.get("parameters", ())
        if each["in"] == "query"
    }
    body = about.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema")
    shape = None if schema is None else _compact(schema, schemas, DEEPEST)
    return {"query": query, "body": shape, "needs_body": bool(body.get("required")) and schema is not None}


def _compact(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Shape:
    """Return names, types and what is required, without words."""
    if "$ref" in schema:
        return _compact(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    if len(schema.get("allOf", ())) == 1:
        return _compact(schema["allOf"][0], schemas, depth)
    kind = schema.get("type")
    if depth == 0 or kind is None:
        return {}
    shape: Shape = {"type": kind}
    if kind == "array":
        shape["items"] = _compact(schema.get("items", {}), schemas, depth - 1)
    if schema.get("properties"):
        shape["members"] = {
            name: _compact(each, schemas, depth - 1)
            for name, each in schema["properties"].items()
            if not each.get("readOnly")
        }
        shape |= {"required": schema["required"]} if schema.get("required") else {}
        shape |= {"is_open": True} if schema.get("additionalProperties") else {}
    return shape


def main(path: str) -> None:
    """Write the shapes of all served routes beside this module."""
    from sandbox.jira.routing import ROUTES

    document = json.loads(Path(path).read_text(encoding="utf-8"))
    found = derive(document, [(method, route) for method, route, _ in ROUTES])
    FILE.write_text(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
