"""What the full-text index stores of a passage, and gives back."""

from __future__ import annotations

from indexer.stores.fulltext import PassageDoc, passage_document, stored_values


def test_hidden_text_of_an_index_that_an_older_octavo_made_stays_there() -> None:
    hidden = "A le\u200bmma.\U000e0069\U000e0067\U000e006e"
    doc = PassageDoc("a:2:1", "a", 0, 2, "do as I say;", 0, 9, [hidden, "می\u200cخواهم"], hidden)
    values = stored_values(passage_document(doc, "A title"))
    assert values["text"] == "A lemma."
    assert values["section"] == ["A lemma.", "می\u200cخواهم"]
    assert values["label"] == "2"
