"""Says points and selections in the words of Qdrant's client."""

from __future__ import annotations

from typing import Any

from qdrant_client import models

from indexer.qdrant.engine import (
    WORDS,
    AnyValue,
    AnyWord,
    Between,
    Condition,
    Either,
    EnginePoint,
    Ids,
    PhraseOf,
    Selection,
)
from indexer.qdrant.records import DENSE, TERMS

__all__ = ["client_filter", "point_struct"]


def point_struct(point: EnginePoint) -> models.PointStruct:
    """Return a point to store."""
    vector: dict[str, Any] = {}
    if point.terms:
        vector[TERMS] = models.SparseVector(
            indices=list(point.terms), values=list(point.terms.values())
        )
    if point.dense is not None:
        vector[DENSE] = list(point.dense)
    return models.PointStruct(id=point.id, vector=vector, payload=dict(point.payload))


def client_filter(selection: Selection) -> models.Filter:
    """Return the filter of a selection."""
    return models.Filter(
        must=[_condition(one) for one in selection.must] or None,
        must_not=[_condition(one) for one in selection.must_not] or None,
    )


def _condition(one: Condition) -> Any:
    if isinstance(one, Ids):
        return models.HasIdCondition(has_id=list(one.ids))
    if isinstance(one, Either):
        either = [_condition(each) for each in one.conditions]
        return models.Filter(should=either) if either else _condition(Ids(()))
    if isinstance(one, Between):
        return models.FieldCondition(key=one.key, range=models.Range(gte=one.low, lte=one.high))
    field = one.key if isinstance(one, AnyValue) else WORDS
    return models.FieldCondition(key=field, match=_match(one))


def _match(one: AnyValue | AnyWord | PhraseOf) -> Any:
    if isinstance(one, AnyValue):
        return models.MatchAny(any=list(one.values))  # type: ignore[arg-type]
    codes = " ".join(one.codes)
    if isinstance(one, PhraseOf):
        return models.MatchPhrase(phrase=codes)
    if len(one.codes) == 1:
        return models.MatchText(text=codes)
    return models.MatchTextAny(text_any=codes)
