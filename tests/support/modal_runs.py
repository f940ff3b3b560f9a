"""The Modal app as Modal's commands import it, with the real client and without an account."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocr_service.deployment import DeploymentSettings
from tests.conftest import ROOT

COMMIT = "0123456789abcdef0123456789abcdef01234567"


VARIABLES = [f"OCTAVO_{name.upper()}" for name in DeploymentSettings.__slots__]


def modal_app(patch: pytest.MonkeyPatch, **environment: str) -> Any:
    """Return the module as `modal deploy` imports it with these variables."""
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.delitem(sys.modules, "ocr_service.modal_app", raising=False)
    return importlib.import_module("ocr_service.modal_app")


def modal_command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Modal's command line where nobody has an account."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "modal", *words],
        cwd=ROOT,
        env={**kept, "HOME": str(home), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def service_info(module: Any) -> Any:
    """Return what Modal's client made of the class's settings.

    By its one private name here: there is no other way to the function that runs a class.
    """
    return module.Ocr._get_class_service_function().info()
