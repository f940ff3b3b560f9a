"""Writes docs/commands.md: the help of every command, as it is printed.

python docs/generate.py          writes the file
python docs/generate.py --check  exits with 1 if it is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from search.cli import cli

TARGET = Path(__file__).with_name("commands.md")


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


def main() -> int:
    """Write the file, or check it."""
    text = commands_text()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text() == text:
            return 0
        print("docs/commands.md is out of date; run 'python docs/generate.py'", file=sys.stderr)
        return 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
