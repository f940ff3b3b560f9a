"""Loads the reader of formulas that a person names."""

from __future__ import annotations

import json
from pathlib import Path

from ocr_service.common.errors import QueryError
from ocr_service.engines.scan.formulas import latex_ocr_junia
from ocr_service.engines.scan.formulas.generating import MODEL_TYPES, GeneratingReader
from ocr_service.engines.scan.formulas.latex_ocr_junia import JuniaReader
from ocr_service.engines.scan.formulas.places import InkFinder
from ocr_service.engines.scan.formulas.read_page import FormulaRoad
from ocr_service.engines.scan.formulas.reader import FormulaReader

__all__ = ["formula_road", "known_reader", "load_reader"]


def known_reader(name: str) -> str:
    """Return what `load_reader` loads for a name, downloaded if it is a hub id.

    Args:
        name: `latex-ocr-junia`, or the folder or hub id of a model that transformers has.

    Raises:
        QueryError: there is no such reader; the message says what to give.
    """
    if name == latex_ocr_junia.NAME:
        if not latex_ocr_junia.is_installed():
            raise QueryError(f"--formulas: {name} is not installed; pip install {name}")
        return name
    folder = Path(name).expanduser()
    if folder.is_dir():
        _require_model(folder)
        return str(folder.resolve())
    if name.count("/") != 1 or name.startswith((".", "/", "~")):
        raise QueryError(
            f"--formulas: '{name}' is no folder of a model; give {latex_ocr_junia.NAME}, a folder, "
            "or a hub id such as PaddlePaddle/PP-FormulaNet_plus-S_safetensors"
        )
    folder = _downloaded(name)
    _require_model(folder)
    return str(folder)


def load_reader(known: str) -> FormulaReader:
    """Load the reader that `known_reader` returned.

    Raises:
        QueryError: it cannot be loaded.
    """
    import torch  # here, because it takes seconds and only formulas of scans need it

    torch.set_num_threads(1)  # pages are read in parallel processes, one per core
    if known == latex_ocr_junia.NAME:
        return JuniaReader()
    return GeneratingReader(Path(known))


def formula_road(known: str) -> FormulaRoad:
    """Return what finds and reads formulas, by the reader that `known_reader` returned.

    Raises:
        QueryError: it cannot be loaded.
    """
    return FormulaRoad(InkFinder(), load_reader(known))


def _downloaded(hub_id: str) -> Path:
    """Return the folder of a model of the hub, from the cache if it is there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    files = ["*.json", "*.safetensors"]
    try:
        return Path(snapshot_download(hub_id, allow_patterns=files))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:160]
        raise QueryError(
            f"--formulas: {hub_id} cannot be had from the hub ({reason}); check the name and the "
            "network, or give the folder of its files"
        ) from error


def _require_model(folder: Path) -> None:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = str(config["model_type"])
    except (OSError, ValueError, KeyError, TypeError):
        raise QueryError(
            f"--formulas: {folder} has no config.json of a model; give a folder with the files of "
            f"a model: config.json, its weights and tokenizer.json"
        ) from None
    if kind not in MODEL_TYPES:
        known = " or ".join(sorted(MODEL_TYPES))
        raise QueryError(
            f"--formulas: {folder} is a model of type {kind}, which reads no formulas; give one "
            f"of type {known}"
        )
