"""Calls over HTTP are answered by worker processes, which may die and follow builds."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil

from tests.conftest import call_octavo
from tests.support.helpers import make_document
from tests.support.mcp_agent import Agent, http_agent, http_server, text_of

QUESTIONS = "prior posterior mean variance test walk matrix vector bias rank".split()


def searching(server: subprocess.Popen[str]) -> list[int]:
    """Return the ids of the processes that search for a server."""
    return [
        child.pid
        for child in psutil.Process(server.pid).children()
        if "spawn_main" in " ".join(child.cmdline())
    ]


def answers(agent: Agent) -> list[object]:
    """Return the answers to all questions, which are asked at once."""
    running = [agent.begin_json("search", query=word, limit=3) for word in QUESTIONS]
    running += [agent.begin_json("find_formula", query=rf"\{word}^2") for word in QUESTIONS]
    found = [future.result(timeout=240) for future in running]
    assert not [text_of(result) for result in found if result.is_error]
    return [result.structured_content for result in found]


def test_the_answers_are_those_of_one_process(shelf_library: Path, agent: Agent) -> None:
    with http_server(shelf_library) as (url, server), http_agent(url, None) as other:
        assert answers(other) == answers(agent)
        assert searching(server)
        assert "no such book" in other.refusal("search", query="prior", books=["zzz"])


def test_a_process_that_dies_costs_no_answer(shelf_library: Path) -> None:
    with http_server(shelf_library) as (url, server), http_agent(url, None) as agent:
        expected = answers(agent)
        for process in searching(server):
            os.kill(process, signal.SIGKILL)
        assert answers(agent) == expected
        (*_, last) = searching(server)
        running = [agent.begin_json("search", query=word, limit=3) for word in QUESTIONS]
        os.kill(last, signal.SIGKILL)
        found = [future.result(timeout=240).structured_content for future in running]
        assert found == expected[: len(found)]


def test_all_processes_follow_a_build_and_end_with_the_server(
    tmp_path: Path, encoder_cache: Path
) -> None:
    assert encoder_cache.is_dir()
    library = tmp_path / "library"
    first = make_document(tmp_path / "first.mmd", ["# First\n\nA lemma on otters."])
    second = make_document(tmp_path / "second.mmd", ["# Second\n\nA theorem on otters."])
    with http_server(library) as (url, server), http_agent(url, None) as agent:
        assert "no library here" in agent.refusal("search", query="otters")
        for document, count in ((first, 1), (second, 2)):
            assert call_octavo("build", document, "--library", library).returncode == 0
            running = [agent.begin_json("search", query="otters") for _ in range(8)]
            for future in running:
                content = future.result(timeout=240).structured_content
                assert content is not None
                assert len({hit["book"] for hit in content["hits"]}) == count
        processes = [psutil.Process(process) for process in searching(server)]
    _, left = psutil.wait_procs(processes, timeout=30)
    assert not left
