"""Limits on memory and processor time, beside those that a person has set."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask
from tests.support.helpers import make_pdf, make_slow_pdf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")

GB = 1 << 30
PROBE = """
import resource, sys
from ocr_service.workers.limits import cpu_limit, memory_limit, memory_reason
kind = getattr(resource, sys.argv[1])
before = tuple(map(int, sys.argv[2:]))
resource.setrlimit(kind, before)
with memory_limit() if kind == resource.RLIMIT_DATA else cpu_limit(60):
    within = resource.getrlimit(kind)
assert resource.getrlimit(kind) == before
print(*within, memory_reason(), sep=",")
"""


def probe(kind: str, soft: int, hard: int) -> tuple[int, int, str]:
    """Set a limit in a fresh process; return it as it is within our own, and the reason."""
    command = [sys.executable, "-c", PROBE, kind, str(soft), str(hard)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    within, over, reason = done.stdout.strip().split(",")
    return int(within), int(over), reason


@pytest.mark.parametrize(
    ("soft", "hard"),
    [
        (2_050_000 * 1024, 2_050_000 * 1024),  # ulimit -d 2050000
        (GB, GB),
        (GB, -1),  # ulimit -S -d
        (GB, 2 * GB),
        (2 * GB, 64 * GB),
    ],
)
def test_a_lower_limit_on_memory_is_never_raised(soft: int, hard: int) -> None:
    within, over, reason = probe("RLIMIT_DATA", soft, hard)
    assert (within, over) == (soft, hard)
    assert reason == f"needs more memory than 'ulimit -d' allows ({soft // 1_000_000} MB)"


@pytest.mark.parametrize(("soft", "hard"), [(-1, -1), (64 * GB, -1), (64 * GB, 64 * GB)])
def test_a_higher_limit_on_memory_is_lowered(soft: int, hard: int) -> None:
    within, over, reason = probe("RLIMIT_DATA", soft, hard)
    assert 2 * GB < within < 3 * GB
    assert over == hard
    assert reason == "needs over 2 GB of memory"


@pytest.mark.parametrize(
    ("soft", "hard", "lowest", "highest"),
    [(-1, -1, 60, 90), (40, 40, 40, 40), (40, -1, 40, 40), (4000, 8000, 60, 90)],
)
def test_processor_time(soft: int, hard: int, lowest: int, highest: int) -> None:
    within, over, _ = probe("RLIMIT_CPU", soft, hard)
    assert lowest <= within <= highest
    assert over == hard


def test_a_page_is_limited_by_the_time_it_takes_and_not_by_how_busy_the_machine_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=0, page_count=2)
    tasks = [PageTask(slow, "0", index, str(index + 1), 2.0, False) for index in range(2)]
    monkeypatch.setattr("ocr_service.workers.pool._WALL_TIMES", 1_000)
    with PagePool(1, page_seconds=6) as pool:
        records = [record for finished in pool.read(tasks) for record in finished]
    slow_record, good_record = sorted(records, key=lambda record: record.page_index)
    assert slow_record.error == "takes over 6 s; repair the file, or try --retry-failed"
    assert "can be read" in good_record.raw


def test_many_pages_share_a_worker_though_together_they_take_longer(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "long.pdf", ["A page of plain words, and of no others."] * 40)
    tasks = [PageTask(path, "0", index, str(index + 1), 2.0, False) for index in range(40)]
    script = "import time; end = time.process_time() + 5\nwhile time.process_time() < end: pass"
    with PagePool(1, page_seconds=5) as pool:
        for _ in range(2):  # nine seconds of processor time before the pages
            assert pool._schedule(exec, script.replace("+ 5", "+ 4.5")).result() is None
        records = [record for finished in pool.read(tasks) for record in finished]
    assert {record.error for record in records} == {None}
