"""The docs say what the program does."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from search.cli import cli
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = cli.list_commands(click.Context(cli))

README = (ROOT / "README.md").read_text(encoding="utf-8")


def code_lines(path: Path) -> list[str]:
    """Return the lines of a document that call octavo, without prompts and comments."""
    text = path.read_text(encoding="utf-8")
    lines = re.findall(r"^(?: {4,}|\$ )\$? ?(?:\.venv/bin/)?(octavo [^\n]+)$", text, re.MULTILINE)
    return [re.split(r"\s{2,}", line)[0] for line in lines]


def test_the_help_in_the_docs_is_the_program_s() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_an_example(name: str) -> None:
    context = click.Context(cli, info_name="octavo")
    command = cli.get_command(context, name)
    assert command is not None
    assert command.help is not None
    assert re.search(rf"Examples?:\n\s+octavo {name}\b", command.help), name


def test_the_readme_lists_the_commands_as_the_program_does() -> None:
    table = README.split("## Commands")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `octavo ([\w-]+)", table, re.MULTILINE)
    assert rows == COMMANDS
    assert "eval" in COMMANDS


WRITTEN = [path for path in DOCS if path.name != "commands.md"]  # that one is generated


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_commands_in_the_docs_are_understood(path: Path) -> None:
    """Parse every command line of the docs, without running it."""
    for line in code_lines(path):
        words = shlex.split(line.split(" | ")[0])[1:]
        if not words or words[0].startswith("-"):
            continue
        context = click.Context(cli, info_name="octavo")
        command = cli.get_command(context, words[0])
        assert command is not None, line
        try:
            command.make_context(words[0], words[1:], parent=context)
        except click.exceptions.Exit:
            continue  # --help
        except click.UsageError as error:
            pytest.fail(f"{path.name}: {line}: {error.format_message()}")


def test_the_python_example_of_the_guide_runs(
    shelf_library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    block = re.search(
        r"((?:^ {4}[^\n]*\n|\n)+)", text[text.index("From Python:") + 12 :], re.MULTILINE
    )
    assert block is not None
    code = "\n".join(line[4:] for line in block[1].splitlines())
    assert "Searcher.open" in code
    monkeypatch.chdir(shelf_library.parent)
    exec(compile(code.replace('"primer"', '"statistics"'), "guide.md", "exec"), {})  # noqa: S102
    assert "A Primer of Statistical Inference" in capsys.readouterr().out


def test_relative_links_lead_somewhere() -> None:
    for path in [*DOCS, ROOT / "CONTRIBUTING.md", ROOT / "data" / "sources" / "README.md"]:
        for link in re.findall(
            r"(?<!`)\[[^\]`]*\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")
        ):
            if link != "figure":  # the page format's own example
                assert (path.parent / link).exists(), f"{path.name}: {link}"
