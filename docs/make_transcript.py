"""Writes the transcript in docs/agents.md: a real exchange with `octavo mcp`.

    python docs/make_transcript.py [LIBRARY]

LIBRARY is a library built from data/shelf; without it, the script builds one.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mcp_types import CallToolResult, ImageContent

from tests.bench.common import OCTAVO, ROOT, timed
from tests.support.mcp_agent import Agent, stdio_agent, text_of

DOCUMENT = Path(__file__).with_name("agents.md")
PICTURE = Path(__file__).with_name("agents-region.png")
BEGIN, END = "<!-- transcript -->\n", "<!-- end of transcript -->\n"


def exchange(agent: Agent) -> str:
    """Call the tools as an agent would, and return the transcript."""
    parts: list[str] = []

    def say(text: str) -> None:
        parts.append(text)

    def call(tool: str, **arguments: Any) -> CallToolResult:
        result = agent.call(tool, **arguments)
        if result.is_error:
            sys.exit(f"{tool}: {text_of(result)}")
        shown = text_of(result)
        for image in result.content:
            if isinstance(image, ImageContent):
                data = base64.b64decode(image.data)
                PICTURE.write_bytes(data)
                shown += f"\n\n({image.mime_type}, {len(data):,} bytes; see below)"
        parts.append(f"```text\n> {tool} {json.dumps(arguments)}\n\n{shown}\n```\n")
        return result

    say("Search:\n")
    asked: dict[str, Any] = {"query": "unbiased estimator with the smallest variance", "limit": 2}
    call("search", **asked)
    say("Read the page of the best hit:\n")
    hit = agent.ask("search", **asked)["hits"][0]
    call("read_pages", book=hit["book"], from_page=hit["page"])
    say("Find a formula:\n")
    formula = r"E[(T - \theta)^2]"
    call("find_formula", query=formula, limit=2)
    say("See it as printed:\n")
    hits = agent.ask("find_formula", query=formula, limit=20)["hits"]
    boxed = next(hit for hit in hits if "box" in hit)
    call("page_image", book=boxed["book"], page=boxed["page"], region=boxed["box"], max_side=600)
    say(f"![the region as printed]({PICTURE.name})\n")
    say("An error says how to correct the call:\n")
    refused = agent.call("read_pages", book="statistcs", from_page=40)
    refused_call = json.dumps({"book": "statistcs", "from_page": 40})
    say(f"```text\n> read_pages {refused_call}\n\n{text_of(refused)}\n```\n")
    return "\n".join(parts)


def main() -> None:
    """Write the transcript into the document, and the picture beside it."""
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "library"
        if not library.exists():
            timed([OCTAVO, "build", ROOT / "data" / "shelf", "--library", library])
        with Path(os.devnull).open("w") as errors, stdio_agent(library, errors) as agent:
            text = exchange(agent)
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    document = DOCUMENT.read_text(encoding="utf-8")
    written = re.sub(pattern, lambda _: f"{BEGIN}\n{text}\n{END}", document, flags=re.DOTALL)
    DOCUMENT.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
