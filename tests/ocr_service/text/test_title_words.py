"""Titles are told from stamps, placeholders, names of files and headings of parts."""

from __future__ import annotations

import time

import pytest

from ocr_service.text.title_words import (
    could_be_title,
    is_heading_of_part,
    is_placeholder,
    is_stamp,
)


@pytest.mark.parametrize(
    "text",
    [
        "untitled", "Document1", "Dokument2", "Microsoft Word - thesis.doc", "Präsentation 3",
        "0387954570", "Untitled-1.indd", "C:\\Users\\bob\\book.dvi", "/home/ann/notes",
        "PII: S0001-8708(02)00045-7", "doi:10.1007/978", "https://example.org/a", "Layout 1",
        "arXiv:1508.01234v2 [math.PR]", "November 29, 2007", "12. Mai 2010", "无标题", "Scan 12",
        "thesis_final_v3", "Full text", "main", "2010", "Slide Number 7",
    ],
)  # fmt: skip
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)
    assert not could_be_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "Contents", "TABLE OF CONTENTS", "Inhaltsverzeichnis", "Editors' Preface.", "Preface",
        "Preface to the Second Edition", "Kapitel 1", "Chapter IX", "Page 1", "Глава 2",
        "Introduction", "1.8.2 Omission", "Part I - Definitions", "**Contents**",
        "第三章 群", "目录", "はじめに",
    ],
)  # fmt: skip
def test_headings_of_parts(text: str) -> None:
    assert is_heading_of_part(text)
    assert not could_be_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "CORNELL UNIVERSITY LIBRARY", "Library of the University of Michigan", "ISCA Archive",
        "Digitized by Google", "Transcriber’s Note", "Produced by A. B.", "All rights reserved",
        "Bayerische Staatsbibliothek", "Copyright © 1910", "Graduate Texts in Mathematics",
        "For the best experience, open this PDF portfolio in Acrobat", "Please wait...",
    ],
)  # fmt: skip
def test_stamps(text: str) -> None:
    assert is_stamp(text)
    assert not could_be_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "A Course in Sets", "Introduction to Probability", "Calculus Made Easy", "Page Ranks",
        "Vorlesung über Gruppen: Teil 2", "概率论", "群論", "Теория вероятностей",
        "The March of May", "Partial Differential Equations", "Indexed Categories", "100 Problems",
        "Models of Set Theory",
        "Notation as a Tool of Thought", "Main Currents in Analysis", "확률론",
    ],
)  # fmt: skip
def test_titles(text: str) -> None:
    assert could_be_title(text)


def test_sentences_are_no_titles() -> None:
    assert not could_be_title("The law of large numbers is told in this text.")
    assert could_be_title("Lectures on Sets.")


def test_formulas_are_no_titles() -> None:
    assert not could_be_title("T ∫(r(t + τ ) −r(t))2dt")
    assert not could_be_title("1.948±0.234 at 3")


def test_long_lines_take_no_time() -> None:
    begin = time.perf_counter()
    for unit in ("mar", "a ", "university ", "part i ", "[", "a.pdf "):
        could_be_title(unit * 50_000)
    assert time.perf_counter() - begin < 1
