"""CONTRIBUTING.md maps every folder; the README is short, and its figures are measured."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PACKAGES = ("ocr_service", "indexer", "search")


def folders() -> set[str]:
    """Return the folders of the three packages that hold modules."""
    return {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }


def test_the_map_names_every_folder_once() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+/)` \| [^|]+ \|$", text, re.MULTILINE)
    assert sorted(named) == sorted(folders())
    assert len(text.splitlines()) < 100


def test_the_map_goes_from_folder_to_subfolder() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+/)` \|", text, re.MULTILINE)
    for place, name in enumerate(named):
        parent = f"{name.rstrip('/').rpartition('/')[0]}/"
        assert parent == "/" or parent in named[:place], name


def test_files_that_the_docs_name_exist() -> None:
    """A path of a module in the docs is one; decisions and benchmarks tell of the past too."""
    docs = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for path in docs:
        if path.name in ("decisions.md", "benchmarks.md"):
            continue
        for name in re.findall(r"`([\w./-]+\.py)\b[^`]*`", path.read_text(encoding="utf-8")):
            known = [ROOT / name, *(ROOT / package / name for package in PACKAGES)]
            known += [folder / name for folder in map(ROOT.joinpath, folders())]
            assert any(place.exists() for place in known), f"{path.name}: {name}"


def test_the_readme_is_short_and_its_speed_is_the_measured_one() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    before = text.split("## Licence")[0]
    assert len(before.splitlines()) <= 80
    figures = re.findall(r"[\d.]+ pages per CPU\s+second", before)
    measured = " ".join((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8").split())
    assert figures
    for figure in figures:
        assert " ".join(figure.split()) in measured
