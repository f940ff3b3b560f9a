"""Orders the best hits with a cross-encoder, which reads the question and a passage together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from indexer.stores.fulltext import PassageDoc
from ocr_service.common.errors import EncoderError
from search.retrieval.hits import Contribution, Hit

__all__ = ["rerank_hits"]


def rerank_hits(model: str, question: str, hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the hits in the order of the cross-encoder `model`, at most `limit` of them.

    `model` is a folder or a hub id that sentence-transformers can load. A hit gets the score of the
    cross-encoder; hits with equal scores keep their order.

    Raises:
        EncoderError: the model cannot be loaded, or does not give one score for a pair of texts.
    """
    encoder = _load(model)
    if not hits:
        return []
    pairs = [
        (question, hit.source.text if isinstance(hit.source, PassageDoc) else hit.source.latex)
        for hit in hits
    ]
    try:
        scores = [float(score) for score in encoder.predict(pairs, show_progress_bar=False)]
    except (TypeError, ValueError) as error:
        raise EncoderError(
            f"{model}: this model does not give one score for a question and a passage ({error}); "
            "name a cross-encoder, such as cross-encoder/ms-marco-MiniLM-L6-v2"
        ) from error
    order = sorted(range(len(hits)), key=lambda place: (-scores[place], place))
    return [
        replace(
            hits[place],
            rank=rank,
            score=scores[place],
            contributions=(*hits[place].contributions, Contribution("rerank", rank, scores[place])),
        )
        for rank, place in enumerate(order[:limit], 1)
    ]


@lru_cache(maxsize=1)
def _load(model: str) -> Any:
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        return CrossEncoder(model)
    except Exception as error:  # hub, files and configurations fail in many classes
        raise EncoderError(
            f"{model}: this cross-encoder cannot be loaded ({type(error).__name__}: {error}); give "
            "the folder of a sentence-transformers cross-encoder, or leave out --rerank"
        ) from error
