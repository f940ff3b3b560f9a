"""Plots latency and memory against size as an SVG file, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Lines = Mapping[str, Sequence[tuple[int, float]]]  # points by the name of a line

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 380, 300, 60, 40, 90
COLOURS = ("#0b6e4f", "#c1292e", "#235789", "#7b5ea7", "#b07d12", "#555555")

LATENCY = {
    "keyword": "keyword",
    "hybrid": "hybrid",
    "hybrid without encoding": "",
    "tantivy alone": "tantivy",
    "numpy exact alone": "numpy_exact",
    "SQLite FTS5": "sqlite",
}
MEMORY = {"after keyword searches": "keyword_mb", "after hybrid searches": "hybrid_mb"}


def draw(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of the plot; of several records of a size the last one counts."""
    by_size = {record["rows"]: record for record in records}
    sizes = sorted(by_size)
    latency = {
        name: [(n, _latency(by_size[n], key)) for n in sizes if not key or key in by_size[n]]
        for name, key in LATENCY.items()
    }
    memory = {name: [(n, float(by_size[n][key])) for n in sizes] for name, key in MEMORY.items()}
    return draw_panels(
        ("median time of a warm search, ms", latency),
        ("peak memory, MB, mapped files included", memory),
    )


def draw_panels(*panels: tuple[str, Lines]) -> str:
    """Return the text of a plot of titled panels side by side, each of lines by name."""
    width = len(panels) * (WIDTH + LEFT)
    height = TOP + HEIGHT + BOTTOM
    drawn = [
        _panel(lines, title, LEFT + place * (LEFT + WIDTH))
        for place, (title, lines) in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n' + "".join(drawn) + "</svg>\n"
    )


def _latency(record: Mapping[str, Any], key: str) -> float:
    if not key:
        return max(0.01, float(record["hybrid"]["p50"]) - float(record["encoding"]["p50"]))
    return float(record[key]["p50"])


def _panel(lines: Lines, title: str, left: int) -> str:
    """Return one plot with logarithmic axes, its legend below it."""
    points = [point for line in lines.values() for point in line]
    low_x, high_x = _decades([x for x, _ in points])
    low_y, high_y = _decades([y for _, y in points])
    inner = WIDTH - 20

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / (high_x - low_x)
        up = (math.log10(y) - low_y) / (high_y - low_y)
        return left + inner * across, TOP + HEIGHT * (1 - up)

    parts = [f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{title}</text>\n']
    for power in range(low_x, high_x + 1):
        x, _ = place(10**power, 10**low_y)
        parts.append(_line(x, TOP, x, TOP + HEIGHT))
        parts.append(_text(x, TOP + HEIGHT + 16, f"{10**power:,}", "middle"))
    for power in range(low_y, high_y + 1):
        _, y = place(10**low_x, 10**power)
        parts.append(_line(left, y, left + inner, y))
        parts.append(_text(left - 6, y + 4, f"{10.0**power:,g}", "end"))
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [place(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>\n'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>\n' for x, y in spots]
        x, y = left + (number % 2) * 190, TOP + HEIGHT + 38 + (number // 2) * 16
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>\n')
        parts.append(_text(x + 16, y, name, "start"))
    return "".join(parts)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>\n'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>\n'
