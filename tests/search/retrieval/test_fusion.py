"""Fusion, merging and the second look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.stores.fulltext import PassageDoc
from ocr_service.common.errors import EncoderError
from search import Searcher
from search.output.text import hit_text
from search.question.kind import Kind
from search.question.query import parse_query
from search.retrieval.deduplicate import best_of_pages
from search.retrieval.fusion import agreement_weight, formula_rarity, fuse, fusion_weights

WEIGHTS = {"keyword": 0.4, "semantic": 0.6}


def test_the_nearest_of_far_passages_does_not_decide() -> None:
    """Words that one passage alone has outweigh a nearness that is hardly any."""
    keyword = [(7, 11.0), (8, 5.0)]
    semantic = [(0, 0.35), *((row, 0.25 - row / 10_000) for row in range(1, 1_000))]
    assert fuse({"keyword": keyword, "semantic": semantic}, WEIGHTS).ranked[0][0] == 7
    near = [(0, 0.85), *semantic[1:]]
    assert fuse({"keyword": keyword, "semantic": near}, WEIGHTS).ranked[0][0] == 0


def test_words_that_were_not_found_count_less() -> None:
    """A passage with a third of what a long question asks for does not outrank a near one."""
    lists = {"keyword": [(1, 9.0), (2, 3.0)], "semantic": [(3, 0.7), (2, 0.3), (4, 0.1)]}
    assert fuse(lists, WEIGHTS, once=9.0).ranked == fuse(lists, WEIGHTS).ranked
    assert [row for row, _ in fuse(lists, WEIGHTS).ranked] == [1, 3, 2, 4]
    little, least = (fuse(lists, WEIGHTS, once=once).ranked for once in (0.1, 9.0 / 2.2))
    assert little == least  # a common word, which one passage has again and again
    assert [row for row, _ in fuse(lists, WEIGHTS, once=90.0).ranked] == [3, 2, 1, 4]
    half = fuse(lists, WEIGHTS, once=18.0).contributions(1)[0]
    assert half.share == pytest.approx(WEIGHTS["keyword"] / 2)  # not more than half of each word


def test_shares_add_up_to_the_score() -> None:
    fused = fuse({"keyword": [(1, 9.0), (2, 1.0)], "semantic": [(2, 0.9), (3, 0.1)]}, WEIGHTS)
    for agreed in (False, True):
        if agreed:
            fused.agree(
                2,
                0.4,
                lambda rows, scores: [score / row for row, score in zip(rows, scores, strict=True)],
            )
        for row, score in fused.ranked:
            parts = fused.contributions(row)
            assert score == pytest.approx(sum(part.share or 0.0 for part in parts))
        assert fused.ranked == sorted(fused.ranked, key=lambda pair: -pair[1])


def test_a_list_alone_keeps_its_scores() -> None:
    ranking = fuse({"keyword": [(4, 9.0), (2, 1.5)]}, WEIGHTS)
    assert ranking.ranked == [(4, 9.0), (2, 1.5)]
    (part,) = ranking.contributions(2)
    assert (part.retriever, part.rank, part.score, part.share) == ("keyword", 2, 1.5, None)


def test_what_others_agree_with_rises() -> None:
    ranking = fuse({"keyword": [(1, 3.0), (2, 2.0), (3, 1.9), (4, 1.0)]}, WEIGHTS)
    ranking.agree(3, 0.5, lambda _rows, _scores: [0.0, 1.0, 2.0])
    assert ranking.ranked == [(3, 1.95), (1, 1.5), (2, 1.5), (4, 0.5)]
    (_, others) = ranking.contributions(3)
    assert (others.retriever, others.rank, others.share) == ("neighbours", 1, 1.0)


def test_equal_means_of_neighbours_have_equal_ranks() -> None:
    """Their order would be that in which the books were indexed."""
    ranking = fuse({"keyword": [(1, 3.0), (2, 2.0), (3, 1.9), (4, 1.0)]}, WEIGHTS)
    ranking.agree(4, 0.5, lambda _rows, _scores: [0.3, 0.3 + 1e-12, 0.4, 0.1])
    ranks = [ranking.contributions(row)[-1].rank for row in (1, 2, 3, 4)]
    assert ranks == [2, 2, 1, 4]


def test_a_passage_counts_by_what_it_has_of_the_question() -> None:
    """One that repeats a common word falls behind one that has all words once."""
    lists = {"keyword": [(1, 9.0), (2, 8.0)], "semantic": [(3, 0.6), (4, 0.2)]}
    alike = fuse(lists, WEIGHTS, once=9.0)
    fused = fuse(lists, WEIGHTS, 9.0, {1: 0.25, 2: 1.0}, Kind.MANY_WORDS)
    assert [row for row, _ in alike.ranked][:2] == [1, 2]
    assert dict(fused.ranked) == pytest.approx({1: 0.1, 2: 0.4 * 8 / 9, 3: 0.3, 4: 0.0})
    (part,) = fused.contributions(1)
    assert (part.rank, part.score, part.found, part.kind) == (1, 9.0, 0.25, "many words")
    assert part.share == pytest.approx(0.1)
    (near,) = fused.contributions(3)
    assert (near.found, near.kind) == (None, "many words")


def test_each_kind_of_question_has_its_weights() -> None:
    words = {kind: fusion_weights(kind)["keyword"] for kind in Kind}
    assert words[Kind.FEW_WORDS] < words[Kind.MANY_WORDS] < 0.5 < words[Kind.QUOTED]
    for kind in Kind:
        weights = fusion_weights(kind)
        assert weights["keyword"] + weights["semantic"] == pytest.approx(1)
        assert weights["formula"] == weights["semantic"]


def test_a_formula_beside_words_counts_by_its_rarity() -> None:
    def having(count: int) -> list[tuple[int, float]]:
        return [(row, 1.0) for row in range(count)] + [(900, 0.6)]

    assert formula_rarity(having(1), 1_000) == 1.0
    assert formula_rarity(having(10), 1_000) == pytest.approx(2 / 3)
    assert formula_rarity(having(100), 1_000) == pytest.approx(1 / 3)
    assert formula_rarity(having(50), 50) == 0.0
    assert (
        fusion_weights(Kind.FORMULA, 0.5)["formula"] == fusion_weights(Kind.FORMULA)["formula"] / 2
    )


@pytest.mark.parametrize(
    ("question", "has"),
    [
        ("why divide by n - 1", True),
        ("is $x^2$ convex", True),
        ("p = C A^d", False),
        ("sin x + cos y = 1", False),
        (r"$A = U \Sigma V^T$", False),
    ],
)
def test_words_beside_formulas(question: str, has: bool) -> None:
    assert parse_query(question).has_words is has


def test_a_common_formula_does_not_outdo_the_words(shelf_library: Path) -> None:
    for question in (
        "why is the sample variance divided by n - 1",
        "Why do we divide by n-1 in the variance?",
    ):
        best = Searcher.open(shelf_library).search(question)[0].source
        assert (best.book_id, best.page) == ("statistics-primer", 9)


def cosines(first: float, tenth: float, last: float) -> list[tuple[int, float]]:
    """Return a list of a hundred passages with these cosines at places 1, 11 and 100."""
    return list(enumerate([first, *[tenth] * 10, *[last] * 89]))


def test_neighbours_count_where_many_passages_are_near() -> None:
    assert agreement_weight(cosines(0.7, 0.6, 0.1)) == 0.5  # a topic: never more than half
    assert agreement_weight(cosines(0.7, 0.22, 0.1)) == pytest.approx(1.5 * 0.12 / 0.6)
    assert agreement_weight(cosines(0.7, 0.1, 0.1)) == 0  # one alone stands out
    assert agreement_weight(cosines(0.3, 0.3, 0.3)) == 0  # nothing is nearer than the rest
    assert agreement_weight([]) == 0
    assert agreement_weight([(5, 0.4)]) == 0


def test_neighbours_are_those_with_like_vectors(shelf_library: Path) -> None:
    semantic = Searcher.open(shelf_library)._passages.semantic
    rows = list(range(20))
    scores = [float(row % 3) for row in rows]
    vectors = semantic._vectors.of(rows)
    cosines = vectors @ vectors.T
    for row, found in enumerate(semantic.agreement(rows, scores)):
        near = sorted(set(rows) - {row}, key=lambda other: -cosines[row, other])[:2]
        weights = [float(cosines[row, other]) ** 3 for other in near]
        mean = sum(w * scores[other] for w, other in zip(weights, near, strict=True)) / sum(weights)
        assert found == pytest.approx(mean, abs=1e-4)
    assert semantic.agreement(rows[:9], scores[:9]) == scores[:9]  # too few to be told apart


def passage(row: int, page: int, text: str, book: str = "a") -> PassageDoc:
    return PassageDoc(f"{book}:{page}:{row}", book, row, page, str(page), 0, len(text), [], text)


def test_a_page_and_a_text_come_once() -> None:
    long = "the same words on another page, " * 10
    docs = {
        0: passage(0, 1, "best of page one"),
        1: passage(1, 1, "second of page one"),
        2: passage(2, 2, long),
        3: passage(3, 9, long.upper(), "second-edition"),
        4: passage(4, 3, "short"),
        5: passage(5, 4, "short"),
    }
    asked: list[Sequence[int]] = []

    def fetch(rows: Sequence[int]) -> dict[int, PassageDoc]:
        asked.append(rows)
        return {row: docs[row] for row in rows if row in docs}

    ranked = [(row, 1.0 - row / 10) for row in range(7)]
    kept = [doc.row for doc, _ in best_of_pages(ranked, fetch, 10)]
    assert kept == [0, 2, 4, 5]
    asked.clear()
    assert [doc.row for doc, _ in best_of_pages(ranked, fetch, 1)] == [0]
    assert asked == [[0]]  # no more is read than is needed


def test_hits_are_of_different_pages_and_explained(shelf_library: Path) -> None:
    searcher = Searcher.open(shelf_library)
    for mode in ("hybrid", "keyword", "semantic"):
        hits = searcher.search("matrix", mode=mode, limit=20)
        pages = [(hit.source.book_id, hit.source.page) for hit in hits]
        assert len(pages) == len(set(pages))
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    for question, kind in (
        ("German tank problem", Kind.FEW_WORDS),
        ("how many tanks did the Germans build if some serial numbers are known", Kind.MANY_WORDS),
        ('"tank problem"', Kind.QUOTED),
        ("Theorem 1.2", Kind.LABEL),
        ("estimate $2x - 1$", Kind.FORMULA),
    ):
        for hit in searcher.search(question, limit=20):
            assert hit.score == pytest.approx(sum(part.share or 0 for part in hit.contributions))
            assert {part.kind for part in hit.contributions} == {kind}
            if kind is Kind.LABEL:
                assert "neighbours" not in {part.retriever for part in hit.contributions}
    (hit,) = searcher.search("German tank problem", limit=1)
    assert {part.retriever: part.found for part in hit.contributions}["keyword"] == 1
    told = hit_text(hit, colour=False, explain=True)
    assert "100% of the question, adds " in told
    assert "(question: few words)" in told


def test_signs_hold_for_meaning_too(shelf_library: Path) -> None:
    searcher = Searcher.open(shelf_library)
    for mode in ("hybrid", "semantic"):
        hits = searcher.search("eigenvalues of a matrix -symmetric", mode=mode, limit=30)
        assert hits
        assert not any("symmetric" in hit.to_dict()["text"].lower().split() for hit in hits)


def test_a_correction_is_told(shelf_library: Path) -> None:
    (hit,) = Searcher.open(shelf_library).search("Gaus theorem", mode="keyword", limit=1)
    assert hit.corrections == (("Gaus", "gauss"),)
    assert hit.to_dict()["corrections"] == [["Gaus", "gauss"]]


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of a few random numbers."""
    import torch
    from sentence_transformers import CrossEncoder
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz", "the", "of", "tank"]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    special = {f"{name.lower()}_token": f"[{name}]" for name in ("UNK", "PAD", "CLS", "SEP")}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=64, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    CrossEncoder(str(folder)).save_pretrained(str(folder))
    return folder


def test_a_cross_encoder_sorts_anew(shelf_library: Path, cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    searcher = Searcher.open(shelf_library)
    question = "the tank problem"
    plain = searcher.search(question, mode="keyword", limit=50)
    hits = searcher.search(question, mode="keyword", limit=5, rerank=str(cross_encoder))
    model = CrossEncoder(str(cross_encoder))
    scores = model.predict([(question, hit.to_dict()["text"]) for hit in plain])
    best = sorted(zip(scores, plain, strict=True), key=lambda pair: -float(pair[0]))
    assert [hit.source for hit in hits] == [hit.source for _, hit in best[:5]]
    assert hits[0].score == pytest.approx(float(best[0][0]), abs=1e-5)
    assert [part.retriever for part in hits[0].contributions] == ["keyword", "rerank"]


def test_a_model_that_is_none_is_named(shelf_library: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="--rerank"):
        Searcher.open(shelf_library).search("tank", mode="keyword", rerank=str(tmp_path))
