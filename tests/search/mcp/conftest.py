"""A client of the MCP server of the sample shelf, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mcp_agent import Agent, stdio_agent


@pytest.fixture(scope="package")
def agent(shelf_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    log = tmp_path_factory.mktemp("mcp") / "stderr.txt"
    with log.open("w") as errors, stdio_agent(shelf_library, errors) as agent:
        yield agent
        agent.ask("list_books")  # whatever the tests asked, the server still serves
    assert "Traceback" not in log.read_text()
