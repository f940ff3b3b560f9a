"""Ids in ASCII of titles in any script, and text without case and accents."""

from __future__ import annotations

import pytest

from ocr_service.text.slugs import folded, slugify


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Теория вероятностей", "teoriya-veroyatnostey"),
        ("Глава 1", "glava-1"),
        ("Θεωρία Πιθανοτήτων", "theoria-pithanotiton"),
        ("概率论", "gai-lu-lun"),
        ("第一巻", "di-yi-juan"),
        ("ベイズ統計", "beizu-tong-ji"),
        ("확률론", "hwaglyullon"),
        ("Maß- und Integrationstheorie", "mass-und-integrationstheorie"),
        ("Größen über Äpfel", "grossen-uber-apfel"),
        ("Gödel’s Łódź – Œuvres", "godels-lodz-oeuvres"),
        ("数" * 60, "-".join(["shu"] * 12)),
        ("∴ —", ""),
    ],
)
def test_other_scripts_become_ascii(text: str, slug: str) -> None:
    assert slugify(text) == slug
    assert slug.isascii()
    assert len(slug) <= 48
    assert slugify(slug) == slug


def test_folding_keeps_the_script() -> None:
    assert folded("  Ёлка, Straße & Poincaré!") == "елка strasse poincare"
    assert folded("ΘΕΩΡΊΑ") == folded("θεωρια")
    assert folded("Ｇröbner") == "grobner"
