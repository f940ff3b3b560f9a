"""Sizes of page images as models see them."""

from __future__ import annotations

import math

from ocr_service.models.profiles import ImageRule

__all__ = ["scale_factor", "seen_size"]


def scale_factor(size: tuple[int, int], rule: ImageRule) -> float:
    """Return what both sides of a page are to be multiplied by, so that it is not too large.

    At most 1: pages are never enlarged.
    """
    factors = [1.0]
    if rule.longest_side is not None:
        factors.append(rule.longest_side / max(size))
    if rule.most_pixels is not None:
        factors.append(math.sqrt(rule.most_pixels / (size[0] * size[1])))
    return min(factors)


def seen_size(size: tuple[int, int], rule: ImageRule) -> tuple[int, int]:
    """Return the size to which a server scales an image, by the rule of Qwen's image processor.

    Both sides are rounded to multiples; if that makes too many or too few pixels, both are scaled
    and rounded down or up.
    """
    multiple = rule.multiple
    sides = [max(multiple, round(side / multiple) * multiple) for side in size]
    pixels, area = sides[0] * sides[1], size[0] * size[1]
    if rule.most_pixels is not None and pixels > rule.most_pixels:
        scale = math.sqrt(rule.most_pixels / area)
        sides = [max(multiple, math.floor(side * scale / multiple) * multiple) for side in size]
    elif pixels < rule.least_pixels:
        scale = math.sqrt(rule.least_pixels / area)
        sides = [math.ceil(side * scale / multiple) * multiple for side in size]
    return sides[0], sides[1]
