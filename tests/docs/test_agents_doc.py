"""What is written for agents is true: the set-ups, the skill, the links."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from search.cli import cli
from tests.conftest import ROOT
from tests.docs.test_docs import code_lines

AGENTS = ROOT / "docs" / "agents.md"
SKILL = ROOT / "docs" / "skill" / "octavo" / "SKILL.md"
LLMS = ROOT / "docs" / "llms.txt"


def understood(words: list[str]) -> None:
    """Parse a command line of octavo without running it."""
    assert words[0] == "octavo"
    context = click.Context(cli, info_name="octavo")
    command = cli.get_command(context, words[1])
    assert command is not None, words
    command.make_context(words[1], words[2:], parent=context)


def test_the_set_ups_start_a_command_that_exists() -> None:
    text = AGENTS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| [\w ]+ \| `([^`]+)` \|$", text, re.MULTILINE)
    found = []
    for row in rows:
        words = shlex.split(row)
        given = [word for word in words if word.startswith("{")]
        if given:
            server = json.loads(given[0])
            words = ["mcp", "add", server["name"], server["command"], *server["args"]]
        found.append(words[words.index("add") + 2 :])
    found = [words[1:] if words[0] == "--" else words for words in found]
    (block,) = re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)
    server = json.loads(block)["mcpServers"]["octavo"]
    found.append([server["command"], *server["args"]])
    assert len(found) == 5
    for words in found:
        assert words == ["octavo", "mcp"]
        understood(words)


def test_the_skill_is_one_and_its_commands_are_understood() -> None:
    text = SKILL.read_text(encoding="utf-8")
    head = re.match(r"---\nname: (\S+)\ndescription: ([^\n]+)\n---\n", text)
    assert head is not None
    assert head[1] == SKILL.parent.name
    assert 50 < len(head[2]) <= 1024
    lines = code_lines(SKILL)
    assert len(lines) >= 6
    for line in lines:
        understood(shlex.split(line))


@pytest.mark.parametrize("path", [SKILL, LLMS], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\[[^\]]+\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link
