"""PP-FormulaNet through its real classes, with small random weights; and how readers are found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.common.errors import QueryError
from ocr_service.engines.scan.formulas import latex_ocr_junia
from ocr_service.engines.scan.formulas.doubts import doubt
from ocr_service.engines.scan.formulas.generating import ImageSteps
from ocr_service.engines.scan.formulas.load import known_reader, load_reader
from ocr_service.engines.scan.formulas.tidy import tidied_latex
from tests.support.tiny_formulanet import save_formulanet


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_formulanet(tmp_path_factory.mktemp("models") / "tiny-formulanet")


def formula() -> Image.Image:
    image = Image.new("L", (300, 60), 255)
    ImageDraw.Draw(image).text((20, 10), "a + b = c", fill=0, font=ImageFont.load_default(30))
    return image


def test_formulanet_reads(folder: Path) -> None:
    reader = load_reader(known_reader(str(folder)))
    first, second = reader.read(formula()), reader.read(formula())
    assert reader.name == "tiny-formulanet"
    assert first == second
    assert 0 < first.confidence < 0.5  # its weights are random
    assert doubt(first)


def test_its_confidence_is_that_of_the_tokens_it_chose(folder: Path) -> None:
    """Computed again without a cache, in one forward pass over the whole formula."""
    import torch
    from transformers import PPFormulaNetForConditionalGeneration

    text = load_reader(str(folder)).read(formula())
    model = PPFormulaNetForConditionalGeneration.from_pretrained(folder).eval()
    pixels = torch.from_numpy(ImageSteps.of(folder).pixels(formula())).expand(1, 3, -1, -1)
    with torch.inference_mode():
        tokens = model.generate(pixel_values=pixels, max_new_tokens=400, do_sample=False)
        logits = model(pixel_values=pixels, decoder_input_ids=tokens[:, :-1]).logits
    chosen = torch.log_softmax(logits, -1).gather(-1, tokens[:, 1:, None])
    if text.is_complete:
        assert text.confidence == pytest.approx(float(chosen.mean().exp()), rel=1e-3)
    else:  # the last token is forced where a formula is cut off
        assert text.confidence == pytest.approx(float(chosen.mean().exp()), rel=0.1)


def test_images_are_prepared_as_by_the_class_of_transformers(folder: Path) -> None:
    pytest.importorskip("torchvision", reason="torchvision is not installed")
    from transformers import AutoImageProcessor

    theirs = AutoImageProcessor.from_pretrained(folder)(formula().convert("RGB"))
    wanted = np.asarray(theirs["pixel_values"][0][0])
    ours = ImageSteps.of(folder).pixels(formula())
    assert ours.shape == wanted.shape
    assert np.abs(ours - wanted).mean() < 0.05


def test_an_image_keeps_its_shape_and_is_centred() -> None:
    steps = ImageSteps(height=64, width=128, do_resize=False, pad_value=255, white=0, spread=1)
    levels = steps.pixels(formula())
    rows, columns = np.nonzero(levels < 0.5)
    assert levels.shape == (64, 128)
    assert abs((rows.min() + rows.max()) / 2 - 31.5) < 2
    assert abs((columns.min() + columns.max()) / 2 - 63.5) < 2
    assert levels[0, 0] == 1


def test_readers_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no folder of a model; give latex-ocr-junia, a folder"):
        known_reader("somewhere")
    with pytest.raises(QueryError, match=r"no config\.json of a model"):
        known_reader(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(QueryError, match="a model of type bert, which reads no formulas"):
        known_reader(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "pp_formulanet"}))
    with pytest.raises(QueryError, match=r"cannot be loaded .*it needs config\.json"):
        load_reader(known_reader(str(tmp_path)))


@pytest.mark.skipif(latex_ocr_junia.is_installed(), reason="latex-ocr-junia is installed")
def test_a_package_that_a_person_did_not_install_is_told() -> None:
    with pytest.raises(QueryError, match="latex-ocr-junia is not installed; pip install"):
        known_reader("latex-ocr-junia")


@pytest.mark.skipif(not latex_ocr_junia.is_installed(), reason="latex-ocr-junia is not installed")
def test_decoding_with_kept_keys_is_the_package_s_own_decoding() -> None:
    import torch

    reader = latex_ocr_junia.JuniaReader()
    pixels = reader._pixels(formula(), 1.0)
    tokens = reader._model.generate(
        torch.from_numpy(pixels)[None, None], reader._tokenizer.bos_id, reader._tokenizer.eos_id, 99
    )
    own = tidied_latex(reader._tokenizer.decode(tokens[0].tolist()))
    assert reader._read(pixels).latex.startswith(own[:50])
