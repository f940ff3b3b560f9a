"""The client against a real server of OpenAI's chat protocol, with faults of all kinds."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import Any

import httpx
import pytest

from ocr_service.client.options import Credentials, ServiceOptions, ServiceProtocol
from ocr_service.client.reader import PageJob, ServiceReader
from ocr_service.client.replies import HttpReply, reply_message
from ocr_service.common.errors import ServiceError
from ocr_service.library.pages import PageRecord, PageStatus
from ocr_service.workers.page_images import PageImage, packed
from tests.support.chat_server import ChatServer
from tests.support.client_runs import FAST, SHA, assert_read, failed, read, reader
from tests.support.service_fakes import NumberEngine, job, number_service, picture, serve

OLMOCR = {"id": "allenai/olmOCR-2-7B-1025-FP8"}


def of_model(record: PageRecord) -> str:
    """Return what the model wrote, without the line that names its form."""
    return record.raw.partition("<|/output|>\n")[2]


def test_a_record_of_a_chat_holds_all_that_was_paid_for() -> None:
    server = ChatServer()
    with serve(server.app()) as url:
        record = read(url, [300])[0]
    assert of_model(record) == "The number of this page is 300."
    assert (record.engine, record.status) == ("someone/Page-Reader-7B", PageStatus.OK)
    assert (record.prompt_tokens, record.output_tokens, record.attempts) == (900, 20, 1)
    assert record.finish_reason == "stop"
    (asked,) = server.requests
    assert asked["model"] == "someone/Page-Reader-7B"
    assert [piece["type"] for piece in asked["messages"][0]["content"]] == ["image_url", "text"]


@pytest.mark.parametrize("info", [404, 405, 200, 400])
def test_the_protocol_is_found_by_asking(info: int) -> None:
    """LM Studio answers 200 at any address."""
    with serve(ChatServer(info_status=info).app()) as url:
        assert_read(read(url, [7]), [7])


def test_an_address_with_v1_is_of_the_chat_protocol() -> None:
    with serve(ChatServer(info_status=503).app()) as url:
        assert_read(read(f"{url}/v1/", [7]), [7])
        assert_read(read(url, [7], protocol=ServiceProtocol.OPENAI), [7])


def test_octavo_s_own_service_is_found_as_before_and_a_wrong_model_is_refused() -> None:
    engine = NumberEngine()
    with number_service(engine) as url:
        assert_read(read(url, [7], model="BARS"), [7])
        with pytest.raises(ServiceError, match="reads with bars, not olmocr"):
            read(url, [7], model="olmocr")


def test_several_models_and_none_named_lists_them() -> None:
    server = ChatServer(models=[OLMOCR, {"id": "glm-ocr:latest"}])
    with serve(server.app()) as url:
        with pytest.raises(ServiceError, match=r"several models: allenai/.*, glm-ocr:latest; choo"):
            read(url, [7])
        with pytest.raises(ServiceError, match=r"no model x, but allenai/olmOCR-2.*, glm-ocr"):
            read(url, [7], model="x")
        assert read(url, [7], model="glm-ocr")[0].engine == "glm-ocr:latest"
        assert read(url, [7], model="olmocr-2-7b-1025-fp8")[0].engine == OLMOCR["id"]
    assert [asked["model"] for asked in server.requests] == ["glm-ocr:latest", OLMOCR["id"]]


def test_a_server_without_a_model_is_said_so() -> None:
    with serve(ChatServer(models=[]).app()) as url, pytest.raises(ServiceError, match="no model"):
        read(url, [7])


def test_a_model_that_is_not_listed_is_told_once() -> None:
    told: list[str] = []
    with serve(ChatServer().app()) as url:
        books = ServiceReader(ServiceOptions(url, **FAST), tell=told.append)
        for _ in range(2):
            assert len(list(books.read(SHA, [job(1), job(2)]))) == 2
    (line,) = told
    assert line.startswith("someone/Page-Reader-7B: not one of the models that Octavo knows")


def test_a_known_model_is_asked_as_its_file_says_whatever_it_is_served_as() -> None:
    server = ChatServer(models=[{"id": "model", "root": "allenai/olmOCR-2-7B-1025"}])
    told: list[str] = []
    done: Future[PageImage] = Future()
    done.set_result(packed(picture(9, (1600, 800))))
    with serve(server.app()) as url:
        books = ServiceReader(ServiceOptions(url, **FAST), tell=told.append)
        list(books.read(SHA, [PageJob(0, "1", lambda: done)]))
    assert told == []
    (asked,) = server.requests
    first, second = asked["messages"][0]["content"]
    assert "front matter section on top" in first["text"]
    assert second["type"] == "image_url"
    assert (asked["temperature"], asked["max_tokens"]) == (0.1, 8000)
    assert server.sizes == [(1288, 644)]
    assert server.numbers == [9]


@pytest.mark.parametrize(("context", "asked"), [(8192, None), (12_095, None), (12_096, 8000)])
def test_a_text_may_take_what_the_prompt_leaves_of_a_short_context(
    context: int, asked: int | None
) -> None:
    """A vLLM server refuses every page whose prompt and `max_tokens` exceed its context."""
    server = ChatServer(models=[OLMOCR | {"max_model_len": context}])
    with serve(server.app()) as url:
        assert_read(read(url, [7]), [7])
    assert server.requests[0].get("max_tokens") == asked


def test_the_members_that_deepseek_needs_are_sent() -> None:
    server = ChatServer(models=[{"id": "deepseek-ai/DeepSeek-OCR"}])
    with serve(server.app()) as url:
        record = read(url, [5])[0]
    assert record.raw == "The number of this page is 5."  # its form needs no line
    assert server.requests[0]["skip_special_tokens"] is False
    assert server.requests[0]["vllm_xargs"]["ngram_size"] == 30


def test_the_token_is_sent_and_a_wrong_one_is_named() -> None:
    server = ChatServer(token="secret-1")  # noqa: S106
    with serve(server.app()) as url:
        assert_read(read(url, [7], credentials=Credentials("secret-1")), [7])
        with pytest.raises(ServiceError, match="not valid for this service"):
            read(url, [7], credentials=Credentials("secret-2"))
        with pytest.raises(ServiceError, match="authentication required"):
            read(url, [7])


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 408, "nonsense", "abort", "hang"])
def test_pages_survive_a_fault_of_a_chat(fault: int | str) -> None:
    server = ChatServer(faults=[fault])
    with serve(server.app()) as url:
        assert_read(read(url, [11, 22, 33], request_seconds=1.0), [11, 22, 33])
    assert server.faults == []
    assert len(server.numbers) == 4  # one page was asked for again, and no other


def test_a_page_that_is_refused_fails_alone_with_the_server_s_reason() -> None:
    server = ChatServer(faults=[400])
    with serve(server.app()) as url:
        records = read(url, range(1, 6), most_pages=1)
    assert failed(records) == {0: "fault 400 (HTTP 400)"}
    assert len(server.numbers) == 5


def test_a_server_that_has_no_room_is_sent_less() -> None:
    server = ChatServer(seconds=0.02)
    with serve(server.app()) as url:
        assert_read(read(url, range(1, 41)), range(1, 41))
    assert server.most_at_once >= 4
    crowded = ChatServer(seconds=0.02, faults=[429] * 12)
    with serve(crowded.app()) as url:
        assert_read(read(url, range(1, 41)), range(1, 41))
    assert sorted(set(crowded.numbers)) == list(range(1, 41))
    assert len(crowded.requests) == 40  # each page was answered once


def test_a_text_that_ends_at_the_limit_is_truncated() -> None:
    with serve(ChatServer(finish="length").app()) as url:
        record = read(url, [7])[0]
    assert (record.status, record.finish_reason) == (PageStatus.TRUNCATED, "length")


def looping(number: int, request: dict[str, Any]) -> str:
    """Loop unless the temperature is at least .5."""
    if request["temperature"] >= 0.5:
        return f"The number of this page is {number}."
    return "It follows that the sum of the two is zero. " * 200


def test_a_page_that_loops_is_asked_for_again_warmer() -> None:
    server = ChatServer(text=looping)
    with serve(server.app()) as url:
        record = read(url, [7])[0]
    assert [asked["temperature"] for asked in server.requests] == [0.0, 0.3, 0.8]
    assert of_model(record) == "The number of this page is 7."
    assert (record.status, record.attempts) == (PageStatus.OK, 3)
    assert (record.prompt_tokens, record.output_tokens) == (900, 60)


def test_a_page_that_always_loops_keeps_its_first_text() -> None:
    server = ChatServer(text=lambda *_: "It follows that the sum of the two is zero. " * 200)
    with serve(server.app()) as url:
        record = read(url, [7])[0]
    assert (record.status, record.attempts) == (PageStatus.LOOPING, 3)
    assert len(record.regions[0].text) < 400


def test_a_failed_second_attempt_does_not_lose_the_first() -> None:
    server = ChatServer(text=looping, faults=[None, 500])
    with serve(server.app()) as url:
        record = read(url, [7])[0]
    assert (record.status, record.attempts) == (PageStatus.LOOPING, 1)
    assert len(server.numbers) == 2


def test_a_filtered_page_fails_and_says_so() -> None:
    with serve(ChatServer(finish="content_filter").app()) as url:
        records = read(url, [7])
    assert failed(records) == {0: "the server's filter withheld the text"}


def test_boxes_of_dots_are_of_the_image_as_the_model_sees_it() -> None:
    """The image of 160 x 80 is seen as 168 x 84: multiples of 28."""

    def layout(number: int, _request: dict[str, Any]) -> str:
        text = {"bbox": [42, 21, 126, 63], "category": "Text", "text": f"Page {number}."}
        return json.dumps([text, {"bbox": [0, 63, 84, 84], "category": "Picture"}])

    server = ChatServer(models=[{"id": "rednote-hilab/dots.ocr"}], text=layout)
    with serve(server.app()) as url:
        record = read(url, [7])[0]
    assert record.raw.startswith("<|output|>layout-json 168x84<|/output|>\n[{")
    text, image = record.regions
    assert (text.label, text.text) == ("text", "Page 7.")
    assert text.box == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.001)
    assert (image.label, image.text) == ("image", "![](figure)")


@pytest.mark.parametrize(
    ("model", "text", "note"),
    [
        ("rednote-hilab/dots.ocr", "[]", "the model's answer has no elements"),
        ("rednote-hilab/dots.ocr", "", "the model's answer is empty"),
        ("deepseek-ai/DeepSeek-OCR", " \n", "the model's answer is empty"),
        ("someone/else", "", "the model's answer is empty"),
    ],
)
def test_an_empty_answer_is_told_and_is_not_published_as_its_form(
    model: str, text: str, note: str
) -> None:
    """Only pages with ink are sent, so there should be a text."""
    server = ChatServer(models=[{"id": model}], text=lambda *_: text)
    with serve(server.app()) as url:
        record = read(url, [7])[0]
    assert (record.status, record.notes) == (PageStatus.BLANK, (note,))
    assert [region.text for region in record.regions] == [""]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "Context is too long", "code": 400}}, "Context is too long"),
        ({"object": "error", "message": "Context is too long"}, "Context is too long"),
        ({"error": "Context is too long"}, "Context is too long"),
        ({"detail": "Context is too long"}, "Context is too long"),
        ([1], "HTTP 400"),
        ({"error": {"message": 3}}, "HTTP 400"),
    ],
)
def test_messages_of_other_servers_are_shown(body: object, said: str) -> None:
    reply = HttpReply(400, httpx.Headers(), json.dumps(body).encode(), 0.0)
    assert reply_message(reply, ServiceOptions("http://127.0.0.1:1")).startswith(said)


def test_a_server_of_neither_protocol_is_said_so() -> None:
    server = ChatServer()
    app = server.app()
    app.router.routes = app.router.routes[:1]
    with serve(app) as url, pytest.raises(ServiceError, match="no OCR service at this address"):
        list(reader(url).read(SHA, [job(1)]))
