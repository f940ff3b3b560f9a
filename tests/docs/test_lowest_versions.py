"""`constraints-lowest.txt` holds the lowest versions that `pyproject.toml` allows."""

from __future__ import annotations

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINES = [
    line.split("==")
    for line in (ROOT / "constraints-lowest.txt").read_text().splitlines()
    if not line.startswith("#")
]
PINS = {canonicalize_name(name): Version(version) for name, version in LINES}


@pytest.mark.parametrize("text", PROJECT["dependencies"])
def test_what_octavo_imports_is_tested_at_its_lowest_version(text: str) -> None:
    requirement = Requirement(text)
    pinned = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(pinned)
    if requirement.name == "torch":  # its older builds take gigabytes
        return
    floor = next(Version(s.version) for s in requirement.specifier if s.operator in {">=", "=="})
    assert pinned.release[: len(floor.release)] == floor.release


def test_every_package_is_pinned_once() -> None:
    names = [canonicalize_name(name) for name, _ in LINES]
    assert sorted(names) == sorted(PINS)
