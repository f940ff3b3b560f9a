"""Tests tiling for DeepSeek-OCR: token counts, grids, and pixels bit for bit."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ocr_service.engines.vision.families import FAMILIES, ModelFamily
from ocr_service.engines.vision.tiling import Tiling, cut, expected_length

V1 = FAMILIES[ModelFamily.DEEPSEEK_OCR].tiling
V2 = FAMILIES[ModelFamily.DEEPSEEK_OCR_2].tiling
UNLIMITED = FAMILIES[ModelFamily.UNLIMITED_OCR].tiling
A4 = (1190, 1684)  # at twice 72 dots an inch


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """Return an image whose pixels all differ."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height))


@pytest.mark.parametrize(
    ("tiling", "size", "grid", "tokens"),
    [
        (V1, A4, (2, 3), 903),
        (V1, A4[::-1], (3, 2), 893),
        (V1, (640, 640), (1, 1), 273),
        (V1, (641, 640), (2, 2), 273 + 420),
        (V1, (2000, 2000), (3, 3), 273 + 930),
        (V1, (600, 6000), (1, 9), 273 + 90 * 11),
        (V2, A4, (2, 3), 1121),
        (V2, (768, 768), (1, 1), 257),
        (V2, (2000, 2000), (2, 2), 256 + 4 * 144 + 1),
        (UNLIMITED, A4, (2, 3), 903),
        (UNLIMITED, (2480, 3508), (4, 6), 273 + 60 * 41),
    ],
)
def test_a_page_has_the_grid_and_the_tokens_that_its_model_expects(
    tiling: Tiling, size: tuple[int, int], grid: tuple[int, int], tokens: int
) -> None:
    assert tiling.grid(*size) == grid
    assert tiling.tokens(*grid) == tokens


@given(
    st.integers(769, 9000), st.integers(1, 9000), st.sampled_from([(640, 9), (768, 6), (640, 32)])
)
def test_the_grid_is_the_closest_in_shape_and_the_largest_that_the_page_fills_half(
    width: int, height: int, kind: tuple[int, int]
) -> None:
    tile, most = kind
    sides = range(1, most + 1)
    grids = [(c, r) for c in sides for r in sides if 2 <= c * r <= most]
    nearest = min(abs(width / height - c / r) for c, r in grids)
    equal = [(c, r) for c, r in grids if abs(width / height - c / r) == nearest]
    counts = sorted(c * r for c, r in equal)
    filled = [count for count in counts if width * height > 0.5 * tile * tile * count]
    columns, rows = Tiling(tile, most, row_ends=True).grid(width, height)
    assert (columns, rows) in equal
    assert columns * rows == (filled[-1] if filled else counts[0])


@pytest.mark.parametrize("size", [A4, A4[::-1], (1224, 1584), (1001, 777), (450, 1333), (300, 200)])
@pytest.mark.parametrize("tiling", [V1, V2])
def test_views_are_the_pixels_of_the_models_own_preprocessing(
    tiling: Tiling, size: tuple[int, int]
) -> None:
    page = noise(*size)
    views = cut(page, tiling)
    columns, rows = views.grid
    width, height = size
    scaled = (
        (1024, round(height / width * 1024))
        if width > height
        else (round(width / height * 1024), 1024)
    )
    whole = np.full((1024, 1024, 3), 127, np.uint8)
    left, top = round((1024 - scaled[0]) * 0.5), round((1024 - scaled[1]) * 0.5)  # half to even
    inside = np.s_[top : top + scaled[1], left : left + scaled[0]]
    whole[inside] = np.asarray(page.resize(scaled, Image.Resampling.BICUBIC))
    assert np.array_equal(views.whole, whole)

    side = tiling.tile
    if views.grid == (1, 1):
        assert views.tiles.shape == (0, side, side, 3)
        return
    large = page.resize((columns * side, rows * side), Image.Resampling.BICUBIC)
    boxes = [
        (c * side, r * side, (c + 1) * side, (r + 1) * side)
        for r in range(rows)
        for c in range(columns)
    ]
    assert len(views.tiles) == len(boxes)
    for tile, box in zip(views.tiles, boxes, strict=True):
        assert np.array_equal(tile, np.asarray(large.crop(box)))


@pytest.mark.parametrize("size", [A4, (1224, 1584), (700, 500)])
def test_v2_gets_the_numbers_of_transformers_own_processor(size: tuple[int, int]) -> None:
    import torch
    from transformers.models.deepseek_ocr2 import DeepseekOcr2ImageProcessorPil

    from ocr_service.engines.vision.continuous_batching import _levels

    page = noise(*size)
    views = cut(page, V2)
    theirs = DeepseekOcr2ImageProcessorPil()(images=[page], return_tensors="pt")
    model = SimpleNamespace(device="cpu", dtype=torch.float32)
    assert torch.equal(_levels(views.whole[None], model), theirs["pixel_values"])
    assert int(theirs["num_local_patches"][0]) == len(views.tiles)
    if len(views.tiles):
        tiles = theirs["pixel_values_local"].reshape(-1, 3, 768, 768)
        assert torch.equal(_levels(views.tiles, model), tiles)


def test_what_is_transparent_is_white() -> None:
    page = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    page.paste((10, 20, 30, 255), (100, 100, 300, 300))
    whole = cut(page, V1).whole
    assert tuple(whole[20, 20]) == (255, 255, 255)
    assert tuple(whole[512, 512]) == (10, 20, 30)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA"])
def test_any_mode_becomes_colour(mode: str) -> None:
    page = Image.new("RGB", (300, 200), "white").convert(mode)
    assert tuple(cut(page, V1).whole[512, 512]) == (255, 255, 255)


def test_a_photograph_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    page = Image.new("RGB", (800, 400), "white")
    page.paste("black", (0, 0, 400, 400))
    path = tmp_path / "turned.jpg"
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned clockwise by a quarter
    page.save(path, exif=turned)
    with Image.open(path) as photograph:
        views = cut(photograph, V1)
    assert views.grid == (1, 2)
    assert views.whole[200, 512].max() < 50  # the left half is at the top now
    assert views.whole[800, 512].min() > 200


def test_more_text_is_expected_to_be_longer() -> None:
    lengths = []
    for lines in (0, 5, 20, 60):
        page = Image.new("RGB", A4, "white")
        draw = ImageDraw.Draw(page)
        for line in range(lines):
            draw.text((100, 50 + 25 * line), "the measure of a union is the sum " * 4, "black")
        lengths.append(expected_length(page))
    assert lengths == sorted(set(lengths))
    assert lengths[0] == 0


def test_an_image_that_cannot_be_read_is_expected_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "torn.png"
    noise(300, 300).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with Image.open(path) as torn:
        assert expected_length(torn) == 0.0
        with pytest.raises(OSError, match="truncated"):
            cut(torn, V1)
