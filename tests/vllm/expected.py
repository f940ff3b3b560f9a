"""Makes the checkpoints of `make test-vllm` and the transformers engine's output with them.

    python tests/vllm/expected.py FOLDER

In the ordinary environment. What is there already is not made again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.engines.vision.transformers_engine import DeepseekEngine
from tests.vllm.pages import SIZES, TIGHT, TOKENS, read, settings
from tests.vllm.weights import save_v1, save_v2


def expect(model: Path, answer: Path, guarded: bool) -> None:
    """Write the reference engine's output, one page at a time, without batches."""
    engine = DeepseekEngine.load(str(model), device="cpu", max_output_tokens=TOKENS)
    expected = {}
    began = time.perf_counter()
    with settings(engine, [engine._attempts.first], None):
        for name in SIZES:
            expected |= read(engine, [name])
    if guarded:
        with settings(engine, [TIGHT], None):
            expected["guarded"] = read(engine, ["small"])["small"]
    seconds = round(time.perf_counter() - began, 1)
    answer.write_text(json.dumps({"seconds": seconds, "pages": expected}), encoding="utf-8")
    print(f"{answer.name}: {seconds} s")


def main(folder: Path) -> None:
    """Make the missing files."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "v1.json").exists():
        expect(save_v1(folder / "v1"), folder / "v1.json", guarded=True)
    if not (folder / "v2.json").exists():
        _, community = save_v2(folder / "v2", folder / "v2-community")
        expect(community, folder / "v2.json", guarded=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
