"""Writes what the docs can take from the program itself.

docs/commands.md  the help of every command, as it is printed
docs/schema.json  what commands print with --json, as JSON Schema
docs/json.md      its second part: the same as tables

python docs/generate.py          writes the files
python docs/generate.py --check  exits with 1 if one is out of date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from search.cli import cli
from search.commands.schema import DOCUMENTS, json_schema

DOCS = Path(__file__).parent
_MADE = "<!-- what follows is made by docs/generate.py -->\n"


def commands_text() -> str:
    """Return what docs/commands.md should hold."""
    parts = ["# Commands\n\nMade by `python docs/generate.py` from the program itself.\n"]
    root = click.Context(cli, info_name="octavo", terminal_width=100, **cli.context_settings)
    parts.append(_section("octavo", cli.get_help(root)))
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        if command is not None:
            context = click.Context(command, info_name=name, parent=root, terminal_width=100)
            parts.append(_section(f"octavo {name}", command.get_help(context)))
    return "\n".join(parts)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n```text\n{text.rstrip()}\n```\n"


def json_tables() -> str:
    """Return the tables of docs/json.md."""
    definitions = json_schema()["$defs"]
    parts = ["## Documents\n"]
    for command, (_, items) in DOCUMENTS.items():
        lines = f"`--jsonl` prints the items of `{items}`." if items else ""
        said = command.replace("_", " --", 1).replace("_", "-")
        parts.append(_table(f"octavo {said} --json", definitions[command], lines))
    parts.append("## What they hold\n")
    for name, definition in definitions.items():
        if name not in DOCUMENTS:
            parts.append(_table(name, definition))
    return "\n".join(parts)


def _table(title: str, schema: dict[str, Any], more: str = "") -> str:
    """Return a section about one type: its description, and a row a key."""
    text = re.sub(r"(?<!\n)\n(?!\n)", " ", schema.get("description", ""))
    parts = [f"### {title}\n", *(f"{part}\n" for part in (text, more) if part)]
    if "properties" in schema:
        rows = [f"| `{key}` | {_kind(kind)} |" for key, kind in schema["properties"].items()]
        parts.append("\n".join(["| key | value |", "|---|---|", *rows]) + "\n")
    else:
        parts.append(f"{_kind(schema)}\n")
    return "\n".join(parts)


def _kind(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each kind of schema
    """Return in words what values a schema takes."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return f"[{name}](#{name.lower()})"
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " or ".join(f"`{json.dumps(value)}`" for value in values)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(_kind(choice) for choice in schema[key])
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])}: {_kind(schema['prefixItems'][0])}"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object":
        return f"object of {_kind(schema['additionalProperties'])}"
    kind = schema.get("type", "anything")
    return kind if isinstance(kind, str) else " or ".join(kind)


def texts() -> dict[Path, str]:
    """Return what each file should hold."""
    about_json = DOCS / "json.md"
    written = about_json.read_text(encoding="utf-8").split(_MADE)[0]
    return {
        DOCS / "commands.md": commands_text(),
        DOCS / "schema.json": json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n",
        about_json: f"{written}{_MADE}\n{json_tables()}",
    }


def main() -> int:
    """Write the files, or check them."""
    stale = [
        path
        for path, text in texts().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" not in sys.argv[1:]:
        for path, text in texts().items():
            path.write_text(text, encoding="utf-8")
        return 0
    for path in stale:
        print(f"docs/{path.name} is out of date; run 'python docs/generate.py'", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
