"""What the MCP server says of itself, and the transcript in docs/agents.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcp.client.extension import advertise

from search.mcp.forms import JSON_CAPABILITY
from search.mcp.quoting import estimate_tokens
from tests.conftest import ROOT
from tests.support.mcp_agent import Agent, stdio_agent, text_of

PRIMER = "statistics-primer"
CITE = re.compile(r"^\[\S+ p\. [^\]]+\]", re.MULTILINE)


def test_tools_are_few_read_only_and_worth_their_tokens(agent: Agent) -> None:
    tools = {tool.name: tool for tool in agent.run("list_tools").tools}
    assert list(tools) == [
        "search",
        "read_pages",
        "find_formula",
        "list_books",
        "index_of",
        "page_image",
    ]
    shown = ""
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert tool.input_schema["additionalProperties"] is False
        assert tool.description is not None
        shown += tool.name + tool.description + json.dumps(tool.input_schema)
    assert estimate_tokens(shown) < 2_000
    # A schema would oblige each answer to come as JSON beside the text.
    assert not any(tool.output_schema for tool in tools.values())


def test_instructions_tell_what_the_library_holds(agent: Agent) -> None:
    told = agent.client.instructions
    assert told is not None
    assert "4 books, 55 pages" in told
    assert f"{PRIMER} (28 p.)" in told
    assert "A Primer of Statistical Inference" not in told  # a title may say anything
    assert estimate_tokens(told) < 700


def test_the_search_command_loads_nothing_of_it(shelf_library: Path) -> None:
    code = (
        "import sys; from search.cli import main; main(['search', 'prior', '--library', "
        f"{str(shelf_library)!r}]); print([name for name in ('mcp', 'pydantic', 'starlette') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_client_that_says_it_takes_json_gets_no_text(shelf_library: Path) -> None:
    with (
        Path(os.devnull).open("w") as errors,
        stdio_agent(shelf_library, errors, extensions=[advertise(JSON_CAPABILITY)]) as agent,
    ):
        result = agent.call("search", query="conjugate prior", limit=1)
        assert (result.structured_content or {})["hits"]
        assert len(text_of(result)) < 60


def transcript() -> list[tuple[str, dict[str, Any], str]]:
    """Return (tool, arguments, answer) of the calls in docs/agents.md."""
    text = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    call = re.compile(r"^```text\n> (\w+) (\{.*?\})\n\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
    return [(tool, json.loads(asked), answer) for tool, asked, answer in call.findall(text)]


def test_the_transcript_is_what_the_server_answers(agent: Agent) -> None:
    calls = transcript()
    tools = [tool for tool, _, _ in calls]
    assert tools == ["search", "read_pages", "find_formula", "page_image", "read_pages"]
    for tool, arguments, written in calls:
        answer = text_of(agent.call(tool, **arguments))
        places = CITE.findall(written)
        if not places:  # the refusal
            assert answer == written
            continue
        # The best answer is the same; what is less good may change places as search gets better.
        assert CITE.findall(answer)[:1] == places[:1]
        assert len(CITE.findall(answer)) == len(places)
