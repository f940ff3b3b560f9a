"""Pages are scaled down to what a model reads, and the size that it sees is known."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from ocr_service.client.image_fit import fitted
from ocr_service.models.image_sizes import seen_size
from ocr_service.models.profiles import ImageRule, profile_of
from ocr_service.workers.page_images import packed
from tests.support.service_fakes import number_on, picture

DOTS = ImageRule(multiple=28, least_pixels=3136, most_pixels=11_289_600)


def test_a_small_page_is_sent_as_it_is() -> None:
    page = packed(picture(77, (800, 600)))
    fit = fitted(page, ImageRule(longest_side=1288))
    assert fit.image is page
    assert fit.size == (800, 600)


@pytest.mark.parametrize(
    ("size", "rule", "sent"),
    [
        ((2000, 1000), ImageRule(longest_side=1288), (1288, 644)),
        ((1000, 2000), ImageRule(longest_side=1288), (644, 1288)),
        ((2000, 1000), ImageRule(most_pixels=500_000), (1000, 500)),
        ((3000, 5), ImageRule(longest_side=100), (100, 1)),
    ],
)
def test_a_large_page_is_scaled_down(
    size: tuple[int, int], rule: ImageRule, sent: tuple[int, int]
) -> None:
    fit = fitted(packed(picture(77, size)), rule)
    with Image.open(io.BytesIO(fit.image.data)) as image:
        assert image.size == fit.size == sent
        if min(sent) > 100:
            assert number_on(image) == 77


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((1654, 2339), (1652, 2352)),  # A4 at 200 dpi
        ((1191, 1684), (1204, 1680)),  # A4 at 144 dpi
        ((1190, 1684), (1176, 1680)),  # 42.5 multiples: half to even
        ((4000, 4000), (3360, 3360)),  # 11,289,600 pixels
        ((20, 20), (56, 56)),  # 3,136 pixels
    ],
)
def test_the_size_that_a_server_scales_to(size: tuple[int, int], seen: tuple[int, int]) -> None:
    """As smart_resize of dots_ocr/utils/image_utils.py has it."""
    assert seen_size(size, DOTS) == seen
    dots = profile_of("dots.ocr")
    assert dots is not None
    assert dots.image == DOTS
