"""Lines of Chinese and Japanese are joined without a space, all others with one."""

from __future__ import annotations

import pytest

from ocr_service.engines.layout.prose import join_lines
from ocr_service.text.ideographs import line_gap, runs, without_gaps


@pytest.mark.parametrize(
    ("before", "after", "gap"),
    [
        ("概", "率", ""),
        ("统计。", "似然", ""),
        ("ベイ", "ズの", ""),
        ("データ", "「標本」", ""),
        ("최대", "우도", " "),
        ("the", "概率", " "),
        ("概率", "theory", " "),
        ("mean", "value", " "),
        ("", "", " "),
    ],
)
def test_gaps(before: str, after: str, gap: str) -> None:
    assert line_gap(before, after) == gap


def test_lines_of_a_paragraph() -> None:
    assert join_lines(["最大似", "然估计", "by Fisher", "得到。", "此外"]) == (
        "最大似然估计 by Fisher 得到。此外"
    )
    assert join_lines(["esti-", "mator of", "the mean"]) == "estimator of the mean"


def test_white_space_between_ideographs() -> None:
    assert without_gaps("概 率\n论 and 法 则") == "概率论 and 法则"
    assert without_gaps("概 率\n论", lines_only=True) == "概 率论"
    assert without_gaps("확률\n론 a b") == "확률\n론 a b"


def test_runs_cover_the_text() -> None:
    text = "p値は、Poisson 分布 확률이"
    assert "".join(part for part, _ in runs(text)) == text
    assert [part for part, unspaced in runs(text) if unspaced] == ["値は", "分布", "확률이"]
