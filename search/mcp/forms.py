"""Chooses the form of an answer: text in full, or JSON in full for a client that says it takes it.

Hosts show a model the text, the JSON, or both; an answer in both forms costs its tokens twice. Text
is what every host shows, so it is the form unless a client asks for JSON: by the capability
`org.octavo/json` (among its extensions or experimental capabilities), or for one call by
`"org.octavo/form": "json"` in its `_meta`.
"""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver.context import Context
from mcp_types import CallToolResult, TextContent

__all__ = ["FORM", "JSON_CAPABILITY", "in_one_form", "takes_json"]

JSON_CAPABILITY = "org.octavo/json"
FORM = "org.octavo/form"
_POINTER = "The answer is in the structured content."


def takes_json(context: Context[Any, Any]) -> bool:
    """Return whether the client of a call says that it takes JSON."""
    meta = context.request_context.meta or {}
    if FORM in meta:
        return bool(meta.get(FORM) == "json")
    known = context.client_capabilities
    if known is None:
        return False
    return any(JSON_CAPABILITY in (part or {}) for part in (known.extensions, known.experimental))


def in_one_form(result: CallToolResult, *, json: bool) -> CallToolResult:
    """Return an answer with one of its two forms; one without JSON, such as an image, as it is."""
    if result.structured_content is None:
        return result
    if not json:
        return result.model_copy(update={"structured_content": None})
    pointer: list[Any] = [TextContent(type="text", text=_POINTER)]
    return result.model_copy(update={"content": pointer})
