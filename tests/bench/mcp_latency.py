"""Measures the latency of the warm MCP server: one client over stdio and HTTP, ten at once.

    python tests/bench/mcp_latency.py [LIBRARY]

Without LIBRARY, builds one from data/shelf. Asks every question once before timing it, so that the
server is warm. Questions differ from call to call and from client to client.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.common import OCTAVO, ROOT, timed
from tests.support.mcp_agent import Agent, http_agent, http_server, stdio_agent

CLIENTS = 10
CALLS = 20  # of each tool and client
DRAWINGS = 8  # of each client
SECRET = "bench"  # noqa: S105
TOPICS = (
    "unbiased estimator variance bound|conjugate prior of the binomial|least squares normal "
    "equations|singular value decomposition|random walk returns to the origin|central limit "
    "theorem|likelihood ratio test|eigenvalues of a symmetric matrix|sufficient statistic|"
    "bootstrap confidence interval"
).split("|")
FORMULAS = [r"\bar{x}", r"A = U \Sigma V^T", r"e^{-x^2/2}", r"\sum_{i=1}^n x_i", r"\theta^2"]


def calls(books: list[dict[str, Any]]) -> dict[str, Callable[[int], dict[str, Any]]]:
    """Return for each tool the arguments of its n-th call."""
    read = [book for book in books if book["pages"] > 3]
    drawn = [book for book in read if book["book"] != "linear-algebra-notes"]  # came as text

    def page(n: int, among: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        book = among[n % len(among)]
        return {"book": book["book"], **dict.fromkeys(more, n % book["pages"] + 1)}

    return {
        "search": lambda n: {"query": TOPICS[n % len(TOPICS)] + f" {n}"},
        "search, detailed": lambda n: {"query": TOPICS[n % len(TOPICS)], "detail": "detailed"},
        "find_formula": lambda n: {"query": FORMULAS[n % len(FORMULAS)]},
        "read_pages": lambda n: page(n, read, from_page=True),
        "list_books": lambda n: {"book": read[n % len(read)]["book"], "outline": True},
        "page_image": lambda n: page(n, drawn, page=True),
    }


def measure(agents: list[Agent]) -> dict[str, list[float]]:
    """Return the milliseconds of all calls of each tool, the agents calling at the same time."""
    found: dict[str, list[float]] = {}
    for name, arguments in calls(agents[0].ask("list_books")["books"]).items():
        tool = name.split(",")[0]
        for n in range(_count(tool)):  # warm
            agents[0].call(tool, **arguments(n))
        times: list[float] = []
        threads = [
            threading.Thread(target=_ask, args=(agent, tool, arguments, number, times))
            for number, agent in enumerate(agents)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(times) < len(agents) * _count(tool):
            sys.exit(f"{name}: some calls were not answered")
        found[name] = times
    return found


def _count(tool: str) -> int:
    return DRAWINGS if tool == "page_image" else CALLS


def _ask(
    agent: Agent,
    tool: str,
    arguments: Callable[[int], dict[str, Any]],
    number: int,
    times: list[float],
) -> None:
    count = _count(tool)
    for n in range(count):
        began = time.perf_counter()
        result = agent.call(tool, **arguments((n + number * 7) % count))
        times.append((time.perf_counter() - began) * 1000)
        if result.is_error:
            sys.exit(f"{tool}: {result.content}")


def main() -> None:
    """Print p50 and p95 in milliseconds."""
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "library"
        if not library.exists():
            timed([OCTAVO, "build", ROOT / "data" / "shelf", "--library", library])
        with open(os.devnull, "w") as errors, stdio_agent(library, errors) as agent:  # noqa: PTH123
            rows = {"stdio, one client": measure([agent])}
        with http_server(library, OCTAVO_MCP_TOKEN=SECRET) as (url, _):
            with http_agent(url, SECRET) as agent:
                rows["HTTP, one client"] = measure([agent])
            connected = [http_agent(url, SECRET) for _ in range(CLIENTS)]
            agents = [one.__enter__() for one in connected]
            rows[f"HTTP, {CLIENTS} clients at once"] = measure(agents)
            for one in connected:
                one.__exit__(None, None, None)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ms, p50 / p95")
    for name in rows["stdio, one client"]:
        cells = []
        for times in rows.values():
            cuts = statistics.quantiles(times[name], n=20)
            cells.append(f"{statistics.median(times[name]):.0f} / {cuts[-1]:.0f}")
        print(f"| `{name}` | {' | '.join(cells)} |")
    print(f"columns: {', '.join(rows)}")


if __name__ == "__main__":
    main()
