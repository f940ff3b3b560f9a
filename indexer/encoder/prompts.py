"""Says what an encoder wants to read before a query and before a document.

Some encoders are trained with a few words before each text and lose much without them. Most state
them in their files; of those that only say so in their model card, the words are written here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Prompts", "known_prompts", "stated_prompts"]


@dataclass(frozen=True, slots=True)
class Prompts:
    """What stands before each query and each document; empty: nothing."""

    query: str = ""
    document: str = ""


_BGE_ENGLISH = Prompts(query="Represent this sentence for searching relevant passages: ")
_BGE_CHINESE = Prompts(query="为这个句子生成表示以用于检索相关文章：")
_E5 = Prompts(query="query: ", document="passage: ")

# By the last part of a hub id or of a folder's path.
_BY_NAME = (
    # "Model List" of the README of FlagOpen/FlagEmbedding; v1.5 works without, v1 loses more.
    (re.compile(r"bge-(small|base|large)-en(-v1\.5)?"), _BGE_ENGLISH),
    (re.compile(r"bge-(small|base|large)-zh(-v1\.5)?"), _BGE_CHINESE),
    # "Usage" of the model cards of intfloat; those named "instruct" want a task instead.
    (re.compile(r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?"), _E5),
)

# As sentence-transformers looks for the prompt of a document: the first that is there.
_DOCUMENT_NAMES = ("document", "passage", "corpus")


def stated_prompts(folder: Path) -> Prompts:
    """Return the prompts that a sentence-transformers model states in its files."""
    try:
        text = (folder / "config_sentence_transformers.json").read_text(encoding="utf-8")
        stated = json.loads(text).get("prompts") or {}
    except (OSError, ValueError, AttributeError):
        return Prompts()
    if not isinstance(stated, dict):
        return Prompts()
    document = next((stated[name] for name in _DOCUMENT_NAMES if name in stated), None)
    return Prompts(query=str(stated.get("query") or ""), document=str(document or ""))


def known_prompts(name: str, folder: Path) -> Prompts | None:
    """Return the prompts of a model that states none but whose card demands some, else None."""
    if stated_prompts(folder) != Prompts():
        return None
    last = name.rstrip("/").rpartition("/")[2].lower()
    return next((prompts for pattern, prompts in _BY_NAME if pattern.fullmatch(last)), None)
