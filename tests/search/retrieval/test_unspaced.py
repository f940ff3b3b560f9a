"""Chinese, Japanese and Korean words are found inside runs, in phrases and beside Latin."""

from __future__ import annotations

import pytest

from indexer.stores.fulltext import PASSAGES as PASSAGE_INDEX
from indexer.stores.fulltext import PassageDoc, open_index, passage_document, writing
from indexer.words.terms import index_positions, index_terms, term_variants
from indexer.words.words import searchable
from ocr_service.text.languages import detect_language
from search.index.local.passages import LocalPassages
from search.question.filters import Filter
from search.question.query import parse_query
from search.retrieval.keyword import KeywordMatches, KeywordRetriever
from search.retrieval.languages import BookLanguages
from search.retrieval.snippets import make_snippet
from tests.support.unspaced_texts import PASSAGES, QUESTIONS


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> KeywordRetriever:
    folder = tmp_path_factory.mktemp("unspaced")
    with writing(folder, PASSAGE_INDEX) as writer:
        for row, (language, text) in enumerate(PASSAGES):
            doc = PassageDoc(f"{row}", language, row, row + 1, str(row + 1), 0, len(text), [], text)
            writer.add_document(passage_document(doc, f"Book in {language}", language))
    languages = {language: language for language, _ in PASSAGES}
    return KeywordRetriever(
        LocalPassages(open_index(folder, PASSAGE_INDEX)), BookLanguages.of(languages)
    )


def ask(retriever: KeywordRetriever, text: str) -> KeywordMatches:
    return retriever.search(parse_query(text), Filter(), 20)


def rows(retriever: KeywordRetriever, text: str) -> list[int]:
    return [row for row, _ in ask(retriever, text).ranked]


@pytest.mark.parametrize(("question", "row"), QUESTIONS.items())
def test_the_passage_of_a_word_comes_first(
    retriever: KeywordRetriever, question: str, row: int
) -> None:
    assert rows(retriever, question)[0] == row


def test_pairs_have_the_positions_of_their_letters() -> None:
    assert index_positions("最大 likelihood 值") == [
        ("最大", "最"), ("大",), ("likelihood",), ("值",),
    ]  # fmt: skip
    assert term_variants("概率论", ["zh"]) == [("概率",), ("率论",)]
    assert term_variants("概率 law", ["zh"], phrase=True) == [("概率",), ("率",), ("law",)]
    assert term_variants("群", ["zh"]) == [("群",)]


def test_terms_of_latin_text_are_as_before() -> None:
    text = "The matrices, façade and Poincaré's naïve bases"
    assert index_terms(text) == [terms[0] for terms in index_positions(text)]
    assert all(len(terms) == 1 for terms in index_positions(text))


def test_a_phrase_is_exact_also_across_scripts(retriever: KeywordRetriever) -> None:
    assert rows(retriever, '"似然函数"') == [0]
    assert rows(retriever, '"函数似然"') == []
    assert rows(retriever, '"服从 Poisson 分布"') == [6]
    assert rows(retriever, '"Poisson 从"') == []
    assert rows(retriever, "「尤度から」") == [8]
    assert rows(retriever, '"큰 수의"') == [15]


def test_a_required_word_counts_whole(retriever: KeywordRetriever) -> None:
    assert rows(retriever, "+似然函数") == [0]
    assert 5 not in rows(retriever, "对称 -特征向量")
    assert 5 in rows(retriever, "对称 -特征函数")  # it has the pair 特征, but not the word


def test_unknown_words_of_these_scripts_are_not_corrected(retriever: KeywordRetriever) -> None:
    found = ask(retriever, "拓扑空间")
    assert (found.ranked, found.corrections) == ([], ())
    assert [item.typed for item in ask(retriever, "likelihod 拓扑空间").corrections] == [
        "likelihod"
    ]


def test_a_line_end_between_ideographs_is_no_space() -> None:
    assert index_terms(searchable("概\n率")) == ["概率", "概", "率"]
    assert "率 论" in searchable("확률 론\n概率 论文 확률 론").replace("概率论文", "率 论")
    assert index_terms(searchable("확률\n론")) == ["확률", "확", "률", "론"]


def test_the_letters_of_the_question_are_marked(retriever: KeywordRetriever) -> None:
    text = PASSAGES[0][1]
    found = make_snippet(text, ask(retriever, "似然函数").terms, language="zh")
    marked = [found.text[start:end] for start, end in found.marks]
    assert marked == ["似然", "似然函数"]
    mixed = make_snippet(PASSAGES[6][1], ask(retriever, "Poisson p值").terms, language="zh")
    assert [mixed.text[start:end] for start, end in mixed.marks] == ["Poisson", "p值"]


def test_an_excerpt_of_a_long_text_is_short() -> None:
    text = "概率论的历史很长。\n" * 80 + "似然函数在此。" + "统计的历史也很长。\n" * 80
    found = make_snippet(text, {"似然"}, language="zh")
    assert len(found.text) < 400
    assert [found.text[start:end] for start, end in found.marks] == ["似然"]
    assert "\n" not in found.text
    assert "。 概" not in found.text


@pytest.mark.parametrize("language", ["zh", "ja", "ko"])
def test_the_language_is_told_by_the_script(language: str) -> None:
    texts = [text for code, text in PASSAGES if code == language]
    assert detect_language(texts) == language
    english = "The law of large numbers is that of the mean, as we have it in the text for it. "
    assert detect_language([english * 5, texts[0][:40]]) == "en"
