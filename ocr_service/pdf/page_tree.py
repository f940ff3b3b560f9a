"""Repairs a PDF's page tree: wrong counts, cycles, excessive depth."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Native", "repair_page_tree"]

Native = Any  # one of PyMuPDF's objects; they carry no types

MAX_NODES = 200_000  # page tree nodes that are visited

_REFERENCE = re.compile(r"(\d+) \d+ R")


def repair_page_tree(handle: Native) -> int:
    """Return how many pages of an open `pymupdf.Document` can be reached.

    A right count costs two look-ups. If it is wrong, the tree is walked once and replaced, in
    memory, by a flat tree of the pages that exist.
    """
    try:
        count = int(handle.page_count)
        if count < 1 or (handle.page_xref(0) and handle.page_xref(count - 1)):
            return count
    except Exception:  # noqa: S110 - MuPDF's errors have no common class of their own
        pass
    root = _reference(handle, handle.pdf_catalog(), "Pages")
    leaves = _leaves(handle, root) or _orphans(handle)
    if leaves:
        kids = " ".join(f"{leaf} 0 R" for leaf in leaves)
        handle.xref_set_key(root, "Kids", f"[{kids}]")
        handle.xref_set_key(root, "Count", str(len(leaves)))
        handle.xref_set_key(root, "Type", "/Pages")
        for leaf in leaves:
            parent = _reference(handle, leaf, "Parent")
            if not _sound_ancestry(handle, parent):
                handle.xref_set_key(leaf, "Parent", f"{root} 0 R")
    return len(leaves)


def _reference(handle: Native, xref: int, key: str) -> int:
    """Return the object number a key points to, 0 if it points to none."""
    kind, value = handle.xref_get_key(xref, key)
    match = _REFERENCE.match(value) if kind == "xref" else None
    return int(match.group(1)) if match else 0


def _leaves(handle: Native, root: int) -> list[int]:
    """Return the object numbers of the pages below `root` in order, visiting each node once."""
    leaves: list[int] = []
    seen: set[int] = set()
    waiting = [root]
    last = handle.xref_length()
    while waiting and len(seen) < MAX_NODES:
        node = waiting.pop()
        if not 0 < node < last or node in seen:
            continue
        seen.add(node)
        kind, kids = handle.xref_get_key(node, "Kids")
        if kind == "xref":
            kids = handle.xref_object(_reference(handle, node, "Kids"))
        if kind == "null":
            if handle.xref_get_key(node, "Type")[1] == "/Page":
                leaves.append(node)
            continue
        waiting.extend(int(number) for number in reversed(_REFERENCE.findall(kids)))
    return leaves


def _orphans(handle: Native) -> list[int]:
    """Return the object numbers of all pages in the file, in ascending order."""
    numbers = range(1, min(handle.xref_length(), MAX_NODES))
    return [xref for xref in numbers if handle.xref_get_key(xref, "Type")[1] == "/Page"]


def _sound_ancestry(handle: Native, node: int) -> bool:
    """Return whether a page's chain of parents ends within the depth that MuPDF accepts."""
    seen: set[int] = set()
    while node:
        if node in seen or len(seen) > 50:
            return False
        seen.add(node)
        node = _reference(handle, node, "Parent")
    return True
