"""Keeps prepared encoders: in the library that uses one, and in the user's cache for all libraries.

    <encoders>/<key>/   a prepared encoder, complete or absent

Preparing one takes half a minute, copying it a tenth of a second.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from indexer.encoder.eight_bits import EIGHT_BITS, LEAST_OF_EIGHT_BITS, write_eight_bits
from indexer.encoder.encoder import Encoder, load_tokenizer
from indexer.encoder.export import PROBES, fingerprint, locate_model, prepare_encoder
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MULTILINGUAL, prepare_multilingual, weights_key
from ocr_service.common.errors import EncoderError
from ocr_service.common.files import making_folder, sync_files

__all__ = [
    "EncoderModel",
    "find_model",
    "install_encoder",
    "is_described",
    "prepared_encoder",
    "remove_other_encoders",
]


@dataclass(frozen=True, slots=True)
class EncoderModel:
    """A sentence-transformers model: what the user calls it, and the folder of its files.

    `key` names the folder of its prepared form.
    """

    name: str
    folder: Path
    key: str


def find_model(name: str) -> EncoderModel:
    """Find a model by its name, its folder or its hub id.

    Raises:
        EncoderError: there is no such model.
    """
    folder = locate_model(name)
    digest = weights_key(folder) if name == MULTILINGUAL else fingerprint(folder, name)
    return EncoderModel(name, folder, digest[:16])


def install_encoder(model: EncoderModel, encoders: Path, cache: Path) -> Path:
    """Return the folder of the model's prepared form in `encoders`, preparing it if necessary.

    The folder `cache` keeps a copy; a damaged copy there is prepared again. Only for the holder of
    the lock of the library that `encoders` belongs to.

    Raises:
        EncoderError: the model cannot be loaded.
        OSError: the disk is full or not writable.
    """
    installed = encoders / model.key
    if model.name == MULTILINGUAL and not is_described(installed):
        prepare_multilingual(model.key, installed)
    if not is_described(installed):
        _prepare(model, cache)
        with making_folder(installed) as folder:
            shutil.copytree(cache / model.key, folder, dirs_exist_ok=True)
            sync_files(folder)
    return installed


def prepared_encoder(name: str, key: str, cache: Path) -> Path:
    """Return the folder of an encoder's prepared form in the cache, preparing it if necessary.

    Raises:
        EncoderError: there is no such model, or it is another one than that of the key.
        OSError: the disk is full or not writable.
    """
    if is_described(cache / key):
        return cache / key
    model = find_model(name)
    if model.key != key:
        raise EncoderError(f"the encoder {name} here is not the one that made the index's vectors")
    if model.name == MULTILINGUAL:
        prepare_multilingual(model.key, cache / key)
    else:
        _prepare(model, cache)
    return cache / key


def is_described(prepared: Path) -> bool:
    """Return whether a folder has the prepared encoder that it is named after.

    That is what its description says; the encoder is not loaded.
    """
    try:
        return EncoderInfo.read(prepared).fingerprint.startswith(prepared.name)
    except EncoderError:
        return False


def _is_usable(prepared: Path) -> bool:
    """Return whether a prepared encoder can be loaded."""
    if not is_described(prepared):
        return False
    try:
        if (prepared / "model.onnx").exists():
            Encoder(prepared)
        else:
            load_tokenizer(prepared)
    except EncoderError as error:
        logging.getLogger(__name__).warning("%s: preparing it again (%s)", prepared, error)
        return False
    return True


def _prepare(model: EncoderModel, cache: Path) -> None:
    """Prepare the encoder in the cache, as far as it is not prepared there."""
    import filelock

    cache.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(cache / f".{model.key}.lock"):
        if not _is_usable(cache / model.key):
            prepare_encoder(model.name, model.folder, model.key, cache / model.key)
        _add_eight_bits(cache / model.key)


def _add_eight_bits(prepared: Path) -> None:
    """Give a prepared encoder its form in eight bits, if it has an export and that can be made."""
    if (prepared / EIGHT_BITS).exists() or not (prepared / "model.onnx").exists():
        return
    encoder = Encoder(prepared)
    try:
        write_eight_bits(prepared, [encoder.inputs(text) for text in PROBES])
        worst = _least_query_cosine(Encoder(prepared, EIGHT_BITS), encoder)
        if worst >= LEAST_OF_EIGHT_BITS:
            return
        reason = f"cosine {worst:.4f}"
    except Exception as error:  # onnx and its parser raise many kinds
        reason = str(error)
    logging.getLogger(__name__).warning("%s: no form in eight bits (%s)", prepared, reason)
    for path in prepared.glob(f"{EIGHT_BITS}*"):
        path.unlink()


def _least_query_cosine(one: Encoder, other: Encoder) -> float:
    """Return the least cosine of two forms' vectors of the probe set, as queries."""
    return min(float(one.encode_query(text) @ other.encode_query(text)) for text in PROBES)


def remove_other_encoders(encoders: Path, *keys: str) -> None:
    """Remove everything from the folder `encoders` except the encoders with these keys.

    That is encoders of earlier indexes, and half-made ones that killed builds left behind.
    """
    for path in encoders.glob("*"):
        if path.name not in keys:
            shutil.rmtree(path, ignore_errors=True)
