"""Which files one running number orders."""

from __future__ import annotations

import pytest

from ocr_service.inputs.numbered import numbered_series


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_1.png", "IMG_2.png", "IMG_10.png"],
        ["1.md", "2.md"],
        ["book_page_009.mmd", "book_page_010.mmd"],
        ["Scan 2024-01-05 page 3.png", "Scan 2024-01-05 page 4.png"],
        ["0.JPG", "1.jpeg", "2.jpg"],
        ["vol2_p07b.tif", "vol2_p08b.tiff"],
        [f"IMG_{number}.JPG" for number in range(1995, 2030)],
    ],
)
def test_one_running_number_is_a_series_in_the_order_of_the_number(names: list[str]) -> None:
    series = numbered_series(names[::-1])
    assert series is not None
    assert list(series.values()) == names


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_1.png"],
        ["IMG_1.png", "cover.png"],
        ["IMG_1.png", "DSC_2.png"],
        ["a1.png", "a01.png"],
        ["1-2.png", "2-3.png"],
        ["2024-01-05.md", "2024-01-06.md"],
        ["20240105.jpg", "20240106.jpg"],
        ["IMG_20240105_101112.jpg", "IMG_20240105_101115.jpg"],
        ["PXL_20240105_101112345.jpg", "PXL_20240105_101112399.jpg"],
        ["Screenshot 2024-01-05 at 10.11.12.png", "Screenshot 2024-01-05 at 10.11.15.png"],
        ["report_2019.png", "report_2020.png", "report_2021.png"],
        ["scan_1.png", "scan_900.png"],
        ["page_1.png", "page_2.jpg"],
        ["one.png", "two.png"],
        ["9999999.png", "9999998.png"],
    ],
)
def test_what_is_no_series(names: list[str]) -> None:
    assert numbered_series(names) is None
