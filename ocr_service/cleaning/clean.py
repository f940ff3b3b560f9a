r"""Turns a vision model's text into a page of markdown and regions. Pure functions.

    raw text ──outputs/──► tagged text ──loop_cuts.py──► without loops ──tag_stream.py──► parts
        ──this file──► regions of markdown ──latex_repair.py, code_lines.py──► repaired

Nothing is lost: every character that is not part of a tag, of a loop's repetitions, or of a repair
listed in `latex_repair.py`, is in the markdown, in its order, up to white space.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_service.cleaning.code_lines import fenced, with_code_fenced
from ocr_service.cleaning.formula_check import fault
from ocr_service.cleaning.latex_repair import formula_bodies, formulas, outside_code, repaired
from ocr_service.cleaning.loop import Loop, LoopKind
from ocr_service.cleaning.loop_cuts import without_loops
from ocr_service.cleaning.loops import find_loop
from ocr_service.cleaning.model_boxes import MODEL_RANGE
from ocr_service.cleaning.open_ends import is_open
from ocr_service.cleaning.outputs.forms import as_tagged
from ocr_service.cleaning.tag_stream import KNOWN_LABELS, Tagged, read_tags
from ocr_service.common.boxes import hull
from ocr_service.library.pages import Box, PageStatus, Region, storable
from ocr_service.protocol.engine import FinishReason, PageText

__all__ = ["CleanPage", "clean", "loops", "page_status"]

FIGURE = "![](figure)"
_PAGE: Box = (0.0, 0.0, 1.0, 1.0)  # the whole page
_LONGEST_HEADING = 250  # characters; longer ones are paragraphs with a wrong label


def _labels(text: str) -> dict[str, str]:
    """Return {the model's label: ours} from lines of the form "ours: the model's labels"."""
    lines = (line.split(":") for line in text.strip().splitlines())
    return {word: ours.strip() for ours, words in lines for word in words.split()}


# The models' labels and those of `Region`.
_LABELS = _labels(
    """
    title: title doc_title
    section_header: sub_title subtitle section_header section_title heading paragraph_title
    text: text paragraph plain_text content abstract algorithm aside_text author index toc
    text: reference references ref_text list formula_number inline_formula seal
    list_item: list_item
    table: table
    equation: equation equation_block formula isolate_formula display_formula
    image: image figure picture chart
    caption: caption image_caption table_caption chart_caption code_caption figure_caption
    caption: figure_title table_title
    footnote: footnote page_footnote table_footnote image_footnote
    code: code code_block
    page_header: header page_header
    page_footer: footer page_footer
    page_number: number page_number
    """
)
_MARKS = {"title": "# ", "section_header": "## "}

_HEADING = re.compile(r"#{1,6}[ \t]+\S.*")
_NO_HEADING = re.compile(r"\\\[|<table|!\[|```|[-*+] |\|")  # what no heading begins with
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_TRAILING_SPACE = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_TABLE = re.compile(r"<table\b.*?(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page after cleaning.

    `markdown`: the texts of `regions`, joined by blank lines. `regions`: in the model's order; a
    box is the model's, or a guess from the regions before and after. `notes`: what was repaired,
    cut or unusual, in a few words each.
    """

    markdown: str
    regions: tuple[Region, ...]
    notes: tuple[str, ...]


def clean(raw: str) -> CleanPage:
    """Clean a model's text of one page, of any form that `outputs` knows.

    Takes time linear in the length of the text.
    """
    output = as_tagged(storable(raw))
    text, cuts = without_loops(storable(output.text))
    parts, cut = read_tags(text)
    repairs: Counter[str] = Counter()
    placed = zip(parts, _places(parts), strict=True)
    pieces = [region for part, box in placed for region in _regions(part, box, repairs)]
    regions = [_as_heading(region) for region in with_code_fenced(pieces)]
    bodies = (body for region in regions for body in formula_bodies(region.text))
    faults = Counter(reason for body in bodies if (reason := fault(body)))
    unknown = sorted({part.label for part in parts} - KNOWN_LABELS - {""})
    return CleanPage(
        "\n\n".join(region.text for region in regions),
        tuple(regions),
        (
            *output.notes,
            *_notes(cuts, repairs, unknown, cut=cut or output.cut),
            *_fault_notes(faults),
        ),
    )


def loops(page: PageText) -> bool:
    """Tell whether a page's text repeats itself."""
    text = as_tagged(storable(page.text)).text
    return page.finish_reason is FinishReason.LOOP or find_loop(text) is not None


def page_status(page: PageText) -> PageStatus:
    """Return the status of a page, from its finish reason and its text.

    A model may stop by itself within a tag, a table or a formula: such a page counts as truncated
    too.
    """
    if page.finish_reason is FinishReason.ERROR:
        return PageStatus.FAILED
    output = as_tagged(storable(page.text))
    if page.finish_reason is FinishReason.LOOP or find_loop(output.text):
        return PageStatus.LOOPING
    parts, cut = read_tags(storable(output.text))
    cut = cut or output.cut or (len(parts) > 0 and is_open(parts[-1].content))
    if page.finish_reason is FinishReason.LENGTH or cut:
        return PageStatus.TRUNCATED
    return (
        PageStatus.OK
        if any(_regions(part, _PAGE, Counter()) for part in parts)
        else PageStatus.BLANK
    )


def _notes(
    cuts: Iterable[Loop], repairs: Counter[str], unknown: Iterable[str], *, cut: bool
) -> Iterator[str]:
    for loop in cuts:
        if loop.kind is LoopKind.EMPTY_CELLS:
            yield f"a table of {loop.repeats} empty cells"
        else:
            length = loop.end - loop.start
            yield f"a {loop.kind} loop of {length} characters, {loop.repeats} times, was cut short"
    if repairs:
        listed = ", ".join(f"{name} ({times})" for name, times in sorted(repairs.items()))
        yield f"repaired: {listed}"
    if unknown:
        yield f"unknown labels: {', '.join(unknown)}"
    if cut:
        yield "the text ends within a tag"


def _fault_notes(faults: Counter[str]) -> Iterator[str]:
    if faults:
        listed = ", ".join(f"{name} ({times})" for name, times in sorted(faults.items()))
        yield f"formulas that cannot be typeset: {faults.total()}: {listed}"


# ------------------------------------------------------------------------------------ regions


def _regions(part: Tagged, box: Box, repairs: Counter[str]) -> list[Region]:
    """Return the regions of one labelled part; none if it has no content."""
    label = _LABELS.get(part.label, part.label or "text")
    content = part.content.strip("\n").rstrip()
    if not content and not (label == "image" and part.boxes):
        return []
    if label == "code":
        return [Region(label, box, content if "```" in content else fenced(content))]
    content, done = repaired(content, equation=label == "equation")
    repairs.update(done)
    content = outside_code(content, _tidied).strip()
    if label == "image" and part.boxes and not _IMAGE.match(content):
        content = f"{FIGURE}\n\n{content}".strip()
    if not content:
        return []
    if label in _MARKS:
        return _heading(label, box, content)
    return [Region(label, box, content)]


def _as_heading(region: Region) -> Region:
    """Relabel a text region that is a markdown heading as a heading."""
    marked = region.label == "text" and _HEADING.fullmatch(region.text)
    return replace(region, label="section_header") if marked else region


def _heading(label: str, box: Box, content: str) -> list[Region]:
    """Return a heading on one line, and the text below it as a region of its own."""
    head, _, rest = content.partition("\n\n")
    lines = head.split("\n")
    if len(head) > _LONGEST_HEADING or any(map(_HEADING.match, lines[1:])):
        head, rest = lines[0], content[len(lines[0]) :]
    head = " ".join(line.strip() for line in head.split("\n"))
    if len(head) > _LONGEST_HEADING or _NO_HEADING.match(head):
        return [Region("text", box, content)]
    marked = head if _HEADING.match(head) else f"{_MARKS[label]}{head}"
    below = [Region("text", box, rest.strip())] if rest.strip() else []
    return [Region(label, box, marked), *below]


def _tidied(text: str) -> str:
    """Remove trailing spaces, and blank lines within tables and formulas.

    In markdown a blank line ends a paragraph, in a table or a formula too.
    """
    text = _BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text))
    text = _TABLE.sub(lambda table: table[0].replace("\n\n", "\n"), text)
    return "".join(
        piece.replace("\n\n", "\n") if is_formula else piece for piece, is_formula in formulas(text)
    )


def _places(parts: Sequence[Tagged]) -> list[Box]:
    """Return the box of each part as fractions of the page.

    Several boxes are merged into their bounding box. A part without a box gets the strip between
    its neighbours, if there is one, else the whole page.
    """
    above: list[float] = []
    bottom = 0.0
    for part in parts:
        above.append(bottom)
        bottom = _enclosing(part.boxes)[3] if part.boxes else bottom
    boxes: list[Box] = []
    top = 1.0
    for part, start in zip(reversed(parts), reversed(above), strict=True):
        strip = (0.0, start, 1.0, top) if start < top else _PAGE
        boxes.append(_enclosing(part.boxes) if part.boxes else strip)
        top = boxes[-1][1] if part.boxes else top
    return boxes[::-1]


def _enclosing(boxes: Sequence[Box]) -> Box:
    """Return the bounding box of all boxes, as fractions of the page."""
    left, top, right, bottom = (edge / MODEL_RANGE for edge in hull(boxes))
    return (left, top, right, bottom)
