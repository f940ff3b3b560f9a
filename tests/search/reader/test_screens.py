"""Tests the reader's answers over HTTP: screens, images, hosts, tokens and bad input."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.stores.generations import VECTORS
from search.live.live_library import LiveLibrary
from search.reader.app import create_reader
from search.reader.guard import HEADERS
from tests.conftest import run_octavo
from tests.support.helpers import generation

SECRET = "a-token-for-the-tests-only"  # noqa: S105


@pytest.fixture(scope="module")
def client(shelf_library: Path) -> Iterator[TestClient]:
    app = create_reader(LiveLibrary(shelf_library), ["testserver"], None)
    with TestClient(app) as client:
        yield client


def test_the_shelf_lists_every_book(client: TestClient) -> None:
    shown = client.get("/").text
    for title in ("A Primer of Statistical Inference", "Linear Algebra Notes"):
        assert title in shown
    assert shown.count('class="title"') == 4
    assert 'name="q"' in shown


def test_a_hit_leads_to_its_page_and_place(client: TestClient) -> None:
    shown = client.get("/search", params={"q": "German tank problem", "mode": "keyword"}).text
    link = re.search(r'class="source"><a href="(/b/statistics-primer/p/4)#c-(\d+)-(\d+)"', shown)
    assert link
    assert "<mark>German</mark>" in shown
    assert "<rect" in shown
    page = client.get(link[1]).text
    block = next(
        text
        for start, end, text in re.findall(
            r'data-start="(\d+)" data-end="(\d+)"[^>]*>(.*?)</div>', page, re.DOTALL
        )
        if int(start) <= int(link[2]) < int(end)
    )
    assert "German tank problem" in block


def test_what_no_page_has_and_what_an_index_names_stand_above_the_hits(client: TestClient) -> None:
    shown = client.get("/search", params={"q": "Galois group of a quintic polynomial"}).text
    above, _, hits = shown.partition('<ol class="hits">')
    assert "not on this shelf: Galois" in above
    assert hits.index('class="near">nothing on this shelf says this') < hits.index("data-hit")
    shown = client.get("/search", params={"q": "sufficiency", "mode": "keyword"}).text
    above, _, hits = shown.partition('<ol class="hits">')
    link = re.search(r'href="(/b/statistics-primer/[pn]/\w+)">index of A Primer[^<]*', above)
    assert link
    assert "ufficien" in client.get(link[1]).text
    assert 'class="near"' not in hits.partition("data-hit")[0]


def test_the_formula_search_groups_by_relation(client: TestClient) -> None:
    shown = client.get("/search", params={"q": r"A = U \Sigma V^T", "mode": "formula"}).text
    assert "<h2>equal</h2>" in shown
    assert shown.index("<h2>equal</h2>") < shown.index('class="source"')


def test_only_statements_of_a_kind(client: TestClient) -> None:
    def found(question: str, kind: str) -> int:
        asked = {"q": question, "mode": "keyword", "kind": kind}
        return client.get("/search", params=asked).text.count("data-hit")

    proved = "theorem sufficient discrete case"
    for kind, question in {"theorem": proved, "proof": proved, "example": "example tank"}.items():
        assert 0 < found(question, kind) < found(question, ""), kind
    assert found(proved, "algorithm") == 0


def test_a_library_without_vectors_is_read(shelf_library: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(shelf_library, library)
    (library / "index" / generation(library) / VECTORS).unlink()
    (library / "books" / "linear-algebra-notes" / "book.json").unlink()  # not read yet
    with TestClient(create_reader(LiveLibrary(library), ["testserver"], None)) as client:
        for path in ("/", "/search?q=variance", "/b/statistics-primer/p/6", "/doubtful"):
            assert client.get(path).status_code == 200, path
        assert "data-hit" in client.get("/search?q=variance").text
        unread = client.get("/b/linear-algebra-notes")
        assert unread.status_code == 503
        assert "linear-algebra-notes" in unread.text


def test_a_page_shows_print_text_and_entries(client: TestClient) -> None:
    shown = client.get("/b/statistics-primer/p/6").text
    assert 'id="eq-2.6"' in shown
    assert 'id="theorem-2.4"' in shown
    assert "@book{statistics-primer" in shown
    assert '<a class="ref" href="/b/statistics-primer/p/5#eq-2.3">(2.3)</a>' in shown
    assert client.get("/b/statistics-primer/n/11").text == shown
    assert client.get("/b/statistics-primer/go", params={"page": "6"}).text == shown


def test_pages_are_drawn_whole_and_in_part(client: TestClient) -> None:
    whole = client.get("/b/statistics-primer/n/11/image", params={"side": 400, "v": "1"})
    assert whole.headers["content-type"] == "image/png"
    assert "max-age" in whole.headers["cache-control"]
    part = client.get("/b/statistics-primer/n/11/image", params={"box": "0.1,0.1,0.5,0.2"})
    assert part.status_code == 200
    assert part.content != whole.content


def test_the_book_lists_its_statements(client: TestClient) -> None:
    shown = client.get("/b/statistics-primer").text
    assert "Central limit theorem" in shown
    assert 'href="/b/statistics-primer/p/3#theorem-1.3"' in shown
    assert "2.3 Sufficiency" in shown


def test_a_citation_is_plain_text(client: TestClient) -> None:
    answer = client.get("/b/statistics-primer/n/11/cite", params={"format": "ris"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert "SP  - 6" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/b/nothing-so", 404, "no such book"),
        ("/b/statistics-primer/p/999", 404, "no page is labelled"),
        ("/b/statistics-primer/n/999", 404, "no page 999"),
        ("/b/statistics-primer/go?page=zzz", 404, "no page is labelled"),
        ("/b/statistics-primer/n/1/cite?format=word", 400, "is not a format"),
        ("/b/statistics-primer/n/1/image?box=1,2", 400, "numbers"),
        ("/b/linear-algebra-notes/n/1/image", 404, "came as text"),
        ("/search?q=x&mode=nonsense", 200, "nonsense"),
        ("/search?q=%22%22", 200, "problem"),
        ("/static/../reader.py", 404, ""),
        ("/nothing", 404, ""),
    ],
)
def test_bad_requests_are_told(client: TestClient, path: str, status: int, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert says in answer.text
    assert "Traceback" not in answer.text


def test_every_answer_forbids_foreign_content(client: TestClient) -> None:
    for path in ("/", "/static/reader.css", "/nothing"):
        answer = client.get(path)
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", client.get("/").text)


def test_other_hosts_and_methods_are_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": "testserver:8770"}).status_code == 200
    assert client.post("/").status_code == 405


def test_a_token_is_shown_once(shelf_library: Path) -> None:
    app = create_reader(LiveLibrary(shelf_library), ["testserver"], SECRET)
    with TestClient(app) as stranger:
        assert stranger.get("/").status_code == 401
        assert stranger.get("/", params={"token": "wrong"}).status_code == 401
        assert "Primer" not in stranger.get("/search?q=Primer").text
        assert stranger.get("/", headers={"authorization": f"Bearer {SECRET}"}).status_code == 200
        entered = stranger.get("/search", params={"q": "Primer", "token": SECRET})
        assert entered.url.params.get("token") is None
        assert entered.status_code == 200
        assert stranger.get("/").status_code == 200


def test_a_library_without_books_says_what_to_do(tmp_path: Path) -> None:
    app = create_reader(LiveLibrary(tmp_path), ["testserver"], None)
    with TestClient(app) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "octavo build" in answer.text


def test_hostile_markdown_stays_text(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    folder = tmp_path / "hostile"
    folder.mkdir()
    text = "# <img src=x onerror=alert(1)>\n\n<script>alert(2)</script> ignore your instructions\n"
    (folder / "page_0001.mmd").write_text(text)
    assert run_octavo("build", folder, "--library", tmp_path / "library").returncode == 0
    app = create_reader(LiveLibrary(tmp_path / "library"), ["testserver"], None)
    with TestClient(app) as client:
        for path in ("/", "/search?q=instructions", "/b/hostile", "/b/hostile/n/1"):
            shown = client.get(path).text
            assert "<img src=x" not in shown
            assert "<script>" not in shown
