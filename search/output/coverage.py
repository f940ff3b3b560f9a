"""Says which share of a library can be found by meaning while its vectors are made."""

from __future__ import annotations

__all__ = ["coverage_note", "percent"]


def percent(share: float) -> str:
    """Return a share as a whole percentage; never 0 % or 100 % of something that is in between."""
    if 0 < share < 1:
        share = min(max(share, 0.01), 0.99)
    return f"{share:.0%}".replace("%", " %")


def coverage_note(coverage: float, mode: str, *, building: bool) -> str | None:
    """Return what to say about an answer in this mode; None if it needs nothing said.

    `building` says whether a build is running, which makes the missing vectors.
    """
    if coverage >= 1 or mode not in ("hybrid", "semantic"):
        return None
    rest = "the rest by words only" if mode == "hybrid" else "the rest is not searched"
    made = "are being made" if building else "are still to be made; 'octavo build' makes them"
    return (
        f"{percent(coverage)} of the passages were searched by meaning, {rest}: "
        f"their vectors {made}"
    )
