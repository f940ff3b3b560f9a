"""Loads a DeepSeek-OCR checkpoint completely and exactly, or not at all. Runs no remote code.

transformers initialises missing weights at random and only prints a report; such a model writes
fluent nonsense. Here the keys of checkpoint and model must match one to one.

DeepSeek-OCR has no class of its own in transformers. Its architecture is that of Unlimited-OCR
with full attention, so its config.json is translated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.families import REVISIONS, ModelFamily, family_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = [
    "Checkpoint",
    "brief",
    "check_report",
    "load",
    "locate",
    "quiet",
    "read_config",
    "read_tokenizer",
]

_FILES = ["*.json", "*.safetensors", "*.jinja"]  # the only files fetched: no code, no pickles
_DEFAULT_WINDOW = 128  # tokens, Unlimited-OCR
_SHOWN = 3  # keys of each kind that an error names

_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A loaded model and its tokenizer.

    `window`: how many of its last output tokens the model attends to; None for all.
    """

    model: Any
    tokenizer: Tokenizer
    family: ModelFamily
    image_token: int
    begin_token: int
    stop_tokens: frozenset[int]
    window: int | None


def locate(model: str, revision: str | None = None) -> tuple[Path, str | None]:
    """Return the folder of a checkpoint and its commit; fetch it from the hub if necessary.

    Args:
        model: A folder, or the id of a repository on the hub.
        revision: Commit, tag or branch; None for the one in `REVISIONS`, else the newest.

    Returns:
        The folder and its commit; the commit is None for a local folder.

    Raises:
        ModelError: There is no such folder or repository, or the hub cannot be reached.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        if revision is not None:
            raise ModelError(f"{model}: a folder has no revisions; omit --revision")
        return folder, None
    if model.startswith((".", "/", "~")) or model.count("/") != 1 or folder.exists():
        raise ModelError(
            f"{model}: no such folder; use the folder of a checkpoint, "
            "or a hub id such as deepseek-community/DeepSeek-OCR-2"
        )
    from huggingface_hub import errors, snapshot_download

    try:
        found = snapshot_download(
            model, revision=revision or REVISIONS.get(model), allow_patterns=_FILES
        )
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"{model}: the hub has no revision {revision!r} of this model") from error
    except errors.LocalEntryNotFoundError as error:
        raise ModelError(
            f"{model}: the hub cannot be reached and this model has not been fetched before; "
            "connect, or use the folder of a checkpoint"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"{model}: the hub has no such model, or it is private; check the id"
        ) from error
    except (errors.HfHubHTTPError, errors.HFValidationError, OSError) as error:
        raise ModelError(f"{model}: cannot be fetched from the hub ({brief(error)})") from error
    return Path(found), Path(found).name


def load(folder: Path, device: str, dtype: str) -> Checkpoint:
    """Load the checkpoint in a folder.

    Args:
        folder: Contains config.json, tokenizer.json and safetensors files.
        device: torch's device name ("cuda", "cpu").
        dtype: torch's dtype name ("bfloat16", "float32").

    Raises:
        ModelError: The folder has no checkpoint of a known family, or keys are missing, unexpected
            or of another shape.
    """
    raw = read_config(folder)
    family = family_of(raw)
    if family is None:
        raise ModelError(f"{folder}: {_unknown(raw)}")
    tokenizer = read_tokenizer(folder)
    image_token = tokenizer.token_to_id("<image>")
    if image_token is None:
        raise ModelError(f"{folder / 'tokenizer.json'}: has no <image> token; fetch it again")
    model = _load_weights(folder, family, raw, image_token, dtype).to(device).eval()
    text = model.config.text_config
    stops = text.eos_token_id if isinstance(text.eos_token_id, list) else [text.eos_token_id]
    return Checkpoint(
        model=model,
        tokenizer=tokenizer,
        family=family,
        image_token=image_token,
        begin_token=text.bos_token_id,
        stop_tokens=frozenset(stops),
        window=text.sliding_window if family is ModelFamily.UNLIMITED_OCR else None,
    )


def read_config(folder: Path) -> _Json:
    """Return a checkpoint's config.json."""
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder}: not a checkpoint (it has no config.json)") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({brief(error)})") from error
    if not isinstance(raw, dict):
        raise ModelError(f"{path}: not a model configuration")
    return raw


def read_tokenizer(folder: Path) -> Tokenizer:
    """Return a checkpoint's tokenizer exactly as tokenizer.json defines it.

    The tokenizer classes of transformers would override some of its rules.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{folder}: the checkpoint is incomplete, it has no tokenizer.json")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{path}: cannot be read ({brief(error)})") from error


def _load_weights(
    folder: Path, family: ModelFamily, raw: _Json, image_token: int, dtype: str
) -> Any:
    """Return the model with all its weights from the checkpoint."""
    import torch
    import transformers

    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder}: the checkpoint is incomplete, it has no safetensors file")
    if family is ModelFamily.DEEPSEEK_OCR_2:
        kind: Any = transformers.DeepseekOcr2ForConditionalGeneration
        entries = raw
    else:
        kind = transformers.UnlimitedOcrForConditionalGeneration
        entries = _translated(raw, full_attention=family is ModelFamily.DEEPSEEK_OCR)
    try:
        config = kind.config_class.from_dict({**entries, "image_token_id": image_token})
        with quiet():
            model, report = kind.from_pretrained(
                folder,
                config=config,
                dtype=getattr(torch, dtype),
                attn_implementation="sdpa",
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
            )
    except Exception as error:  # damaged files and wrong sizes raise errors of many types
        raise ModelError(f"{folder}: cannot be loaded as {family} ({brief(error)})") from error
    check_report(folder, family, report)
    return model


def check_report(folder: Path, family: str, report: Mapping[str, Any]) -> None:
    """Refuse a model whose weights are not exactly those of its checkpoint."""
    problems = []
    for kind in ("missing", "unexpected", "mismatched"):
        keys = sorted(str(key) for key in report[f"{kind}_keys"])
        if keys:
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            problems.append(f"{len(keys)} {kind}: {', '.join(keys[:_SHOWN])}{more}")
    problems += [str(message) for message in report.get("error_msgs", [])]
    if problems:
        raise ModelError(
            f"{folder}: not an exact {family} checkpoint; it would run with random weights "
            f"({'; '.join(problems)}); fetch it again"
        )


def _translated(raw: Mapping[str, Any], full_attention: bool) -> _Json:
    """Translate v1's or Unlimited-OCR's config.json for transformers' class.

    Args:
        raw: Entries as published.
        full_attention: Whether each token attends to all earlier ones, as in v1.
    """
    if "language_config" not in raw:  # already in transformers' format
        return {key: value for key, value in raw.items() if key != "auto_map"}
    entries = {key: value for key, value in raw.items() if key not in {"auto_map", "vision_config"}}
    text = {key: value for key, value in raw["language_config"].items() if key != "auto_map"}
    kind = "full_attention" if full_attention else "reference_sliding_attention"
    text["layer_types"] = [kind] * text["num_hidden_layers"]
    text["sliding_window"] = (
        text.get("sliding_window") or text.get("sliding_window_size") or _DEFAULT_WINDOW
    )
    for key in ("sliding_window", "sliding_window_size"):
        entries.pop(key, None)
    entries["language_config"] = text
    entries["model_type"] = "unlimited_ocr"
    towers = raw.get("vision_config", {}).get("width")
    if towers:
        entries["vision_config"] = _towers(towers)
    return entries


def _towers(towers: Mapping[str, Any]) -> _Json:
    """Translate the sizes of the two vision towers for transformers' class."""
    sam, clip = towers["sam_vit_b"], towers["clip-l-14-224"]
    return {
        "sam_config": {
            "hidden_size": sam["width"],
            "num_hidden_layers": sam["layers"],
            "num_attention_heads": sam["heads"],
            "mlp_dim": 4 * sam["width"],
            "global_attn_indexes": sam["global_attn_indexes"],
            "downsample_channels": sam["downsample_channels"],
        },
        "encoder_config": {
            "hidden_size": clip["width"],
            "intermediate_size": 4 * clip["width"],
            "num_hidden_layers": clip["layers"],
            "num_attention_heads": clip["heads"],
            "image_size": clip["image_size"],
            "patch_size": clip["patch_size"],
        },
    }


def _unknown(raw: Mapping[str, Any]) -> str:
    """Return the error message for a checkpoint of an unknown family."""
    architectures = raw.get("architectures") or []
    if "DeepseekOCR2ForCausalLM" in architectures:
        return (
            "this is DeepSeek-OCR-2 in its authors' format, which needs their code; "
            "use deepseek-community/DeepSeek-OCR-2, the same weights"
        )
    names = ", ".join(map(str, architectures)) or f"model type {raw.get('model_type')!r}"
    return (
        f"a checkpoint of another kind ({names}); use one of {', '.join(ModelFamily)}, or a model "
        "of the types qwen2_5_vl, lighton_ocr, paddleocr_vl, glm_ocr and got_ocr2"
    )


def brief(error: BaseException) -> str:
    """Return the beginning of an error's message, on one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:300]}…"


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress transformers' loading report."""
    from transformers.utils import logging

    tool: Any = logging
    level, bar = tool.get_verbosity(), tool.is_progress_bar_enabled()
    tool.set_verbosity(tool.CRITICAL)
    tool.disable_progress_bar()
    try:
        yield
    finally:
        tool.set_verbosity(level)
        if bar:
            tool.enable_progress_bar()
