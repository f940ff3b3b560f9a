"""Prepared encoders, kept: in the library that uses one, and in the user's cache for all libraries.

    <encoders>/<key>/   a prepared encoder, whole or not there

Preparing takes half a minute, copying a tenth of a second.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from indexer.encoder.encoder import Encoder, load_tokenizer
from indexer.encoder.export import fingerprint, locate_model, prepare_encoder
from ocr_service.common.errors import EncoderError
from ocr_service.common.files import making_folder, sync_files

__all__ = ["find_encoder", "remove_other_encoders"]


def find_encoder(name: str, encoders: Path, cache: Path) -> str:
    """See that the folder `encoders` holds a prepared form of the encoder; return its key there.

    What was prepared is kept in the folder `cache` as well. What is damaged there is made again.
    Only for the holder of the lock of the library whose folder `encoders` is.

    Raises:
        EncoderError: there is no such encoder.
        OSError: the disk is full or not writable.
    """
    model = locate_model(name)
    key = fingerprint(model)[:16]
    if not (encoders / key / "encoder.json").exists():
        if not _is_whole(cache / key):
            _prepare(name, model, key, cache)
        with making_folder(encoders / key) as folder:
            shutil.copytree(cache / key, folder, dirs_exist_ok=True)
            sync_files(folder)
    return key


def _is_whole(prepared: Path) -> bool:
    if not (prepared / "encoder.json").exists():
        return False
    try:
        if (prepared / "model.onnx").exists():
            Encoder(prepared)
        else:
            load_tokenizer(prepared)
    except EncoderError as error:
        logging.getLogger(__name__).warning("%s: made again (%s)", prepared, error)
        return False
    return True


def _prepare(name: str, model: Path, key: str, cache: Path) -> None:
    """Prepare the encoder in the cache, unless another process just has."""
    import filelock

    cache.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(cache / f".{key}.lock"):
        if not _is_whole(cache / key):
            prepare_encoder(name, model, key, cache / key)


def remove_other_encoders(encoders: Path, *keys: str) -> None:
    """Remove what the folder `encoders` holds but the encoders with these keys.

    That is encoders of former indexes, and what killed builds left half made.
    """
    for path in encoders.glob("*"):
        if path.name not in keys:
            shutil.rmtree(path, ignore_errors=True)
