"""Reading lines in parts: what is read again, where a line is cut, when it is read as a whole."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.engines.scan import line_model, ocr_models
from ocr_service.engines.scan.line_model import LineModel, LineReading, Word
from ocr_service.engines.scan.line_reader import LineReader, is_plain
from ocr_service.engines.scan.ocr_models import load_exact_model, load_quick_model

PROSE = "The straight lines in the plane of the circle meet it"
MIXED = "Draw the line AB = 12 through the middle point of the segment and prolong it"


class CountingModel(LineModel):
    """A model that keeps how wide the lines were that it was given."""

    def __init__(self, model: LineModel) -> None:
        self._model = model
        self.widths: list[int] = []

    def read(self, line: Image.Image) -> LineReading:
        """Read a line, and keep its width."""
        self.widths.append(line.width)
        return self._model.read(line)


@pytest.fixture(scope="module")
def exact() -> LineModel:
    return load_exact_model()


def line(text: str) -> Image.Image:
    font = ImageFont.load_default(32)
    image = Image.new("RGB", (int(font.getlength(text)) + 16, 48), "white")
    ImageDraw.Draw(image).text((8, 4), text, fill=(20, 20, 20), font=font)
    return image


def test_a_reading_knows_where_its_words_stand(exact: LineModel) -> None:
    reading = exact.read(line("one two three"))
    assert [word.text for word in reading.words] == ["one", "two", "three"]
    middle = ImageFont.load_default(32).getlength("one two three") / 2 + 8
    two = reading.words[1]
    assert (two.left + two.right) / 2 * line("one two three").width == pytest.approx(middle, abs=30)
    assert reading.score == pytest.approx(0.99, abs=0.02)
    assert exact.read(Image.new("RGB", (300, 48), "white")) == LineReading()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("(circle),", True),
        ("l'été", True),
        ("self-evident", True),
        ("A", True),
        ("—", True),
        ("x", False),
        ("AB=12", False),
        ("x2", False),
        ("12", False),
        ("naiv́e", False),
        ("直线", False),
    ],
)
def test_plain_words(text: str, *, plain: bool) -> None:
    assert is_plain(Word(text, (0.99,) * len(text), 0.0, 0.1)) == plain
    assert not is_plain(Word(text, (0.99, 0.5), 0.0, 0.1))


def test_only_the_parts_that_are_no_plain_words_are_read_again(exact: LineModel) -> None:
    again, image = CountingModel(exact), line(MIXED)
    assert LineReader(again, exact).read(image).text == MIXED
    assert len(again.widths) == 1
    assert again.widths[0] < 0.5 * image.width
    none = CountingModel(exact)
    assert LineReader(none, exact).read(line(PROSE)).text == PROSE
    assert not none.widths


def test_other_lines_are_read_as_a_whole(exact: LineModel) -> None:
    for text in ("x = 2", "a + b = c + d = e + f = g + h", "三角形的内角和等于两个直角"):
        model = CountingModel(exact)
        LineReader(model, exact).read(line(text))
        assert model.widths == [line(text).width]


def test_the_quick_model_where_it_is_installed(
    exact: LineModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ocr_models, line_model):
        monkeypatch.setattr(module, "has_bfloat16", lambda: False)
    quick = load_quick_model()
    if quick is None:
        pytest.skip("needs the extra octavo[fast-scans]")
    model = CountingModel(exact)
    reader = LineReader(model, quick)
    assert [reader.read(line(text)).text for text in (PROSE, MIXED)] == [PROSE, MIXED]
    assert sum(model.widths) < 0.6 * line(MIXED).width
