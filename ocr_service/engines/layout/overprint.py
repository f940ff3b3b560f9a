"""Tells text that is drawn again at its place, to look bold or to cast a shadow. Pure."""

from __future__ import annotations

from collections import defaultdict

__all__ = ["Overprints"]

_SAME_PLACE = 0.12  # type sizes: lines of one text stand further apart


class Overprints:
    """The texts of one page that have been drawn so far, and where."""

    def __init__(self) -> None:
        self._places: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def is_again(self, text: str, x: float, y: float, size: float) -> bool:
        """Tell whether this text was drawn at this place before; the place is remembered.

        `x` and `y` are where it begins, in points, `size` is that of its type.
        """
        near = _SAME_PLACE * size
        places = self._places[text]
        again = any(abs(x - other) < near and abs(y - base) < near for other, base in places)
        if not again:
            places.append((x, y))
        return again
