"""The trainer: what it makes of a book, and that a trained network is a reader of formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr_service.engines.scan.formulas.load import known_reader, load_reader
from ocr_service.formula_training.network import SIZES, make_network
from ocr_service.formula_training.pairs import pairs_of
from ocr_service.formula_training.train import Lessons, train
from ocr_service.formula_training.vocabulary import make_tokenizer, spelt
from ocr_service.formula_training.wear import worn

BOOK = Path(__file__).resolve().parents[3] / "data" / "shelf" / "statistics-primer.pdf"


def test_latex_is_split_into_commands_and_characters() -> None:
    assert spelt(r"\frac{a_1}{2}\,\text{if x}") == [
        *(r"\frac", "{", "a", "_", "1", "}", "{", "2", "}", r"\,"),
        *(r"\text", "{", "i", "f", "~", "x", "}"),
    ]


def test_what_is_read_is_written_without_blanks_between_letters() -> None:
    latex = r"\alpha b\,\text{if x}\operatorname{Var}X"
    tokenizer = make_tokenizer([latex])
    read = tokenizer.decode(tokenizer.encode(" ".join(spelt(latex))).ids)
    assert read == r"\alpha b\,\text {if x}\operatorname {Var}X"
    assert spelt(read) == spelt(latex)


def test_pairs_are_images_of_displays_without_numbers() -> None:
    pairs = list(pairs_of(BOOK, range(10, 16)))
    assert len(pairs) >= 3
    for pair in pairs:
        assert "tag" not in pair.latex
        levels = np.asarray(pair.image)
        assert levels.min() < 60  # dark
        assert levels.max() > 240  # on light
        assert 25 < pair.image.height < 500


def test_the_small_network_has_eight_million_parameters() -> None:
    model = make_network(SIZES["small"], make_tokenizer(["x+y"] * 3))
    count = sum(weights.numel() for weights in model.parameters())
    assert 7_000_000 < count < 9_000_000


@pytest.mark.timeout(300)
def test_a_network_learns_all_its_formulas_and_is_a_reader(tmp_path: Path) -> None:
    """Sixteen formulas by the tiny network, in seconds on one core."""
    import torch

    torch.set_num_threads(1)
    pairs = [pair for pair in pairs_of(BOOK, range(8, 22)) if 10 < len(spelt(pair.latex)) < 60][:16]
    assert len({pair.latex for pair in pairs}) == 16
    lessons = Lessons(passes=60, batch=8, rate=1e-3, wear=False, held_out=0)
    trained = train(pairs, SIZES["tiny"], lessons, tmp_path / "reader")
    assert trained.right == 1.0
    reader = load_reader(known_reader(str(tmp_path / "reader")))
    for pair in pairs[:3]:
        text = reader.read(pair.image)
        assert spelt(text.latex) == spelt(pair.latex)
        assert text.is_complete
        assert text.confidence > 0.7


def test_wear_changes_an_image_little_and_never_in_the_same_way() -> None:
    image = next(pairs_of(BOOK, [11])).image
    rng = np.random.default_rng(1)
    first, second = worn(image, rng), worn(image, rng)
    assert first.size != second.size or first.tobytes() != second.tobytes()
    assert abs(first.width / image.width - 1) < 0.2
