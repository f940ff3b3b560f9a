"""Texts, formats and the description of the service, with an engine that reads numbers."""

from __future__ import annotations

import struct

import httpx
import pytest
from PIL import Image

from ocr_service.protocol.wire import INSTANCE_HEADER, OcrAnswer, ServiceInfo
from ocr_service.server.app import ServerSettings
from tests.support.service_fakes import (
    NumberEngine,
    encoded,
    number_service,
    picture,
    text_of,
)
from tests.support.service_requests import post


def test_texts_come_back_in_the_order_of_the_files(plain: str) -> None:
    response = post(plain, 7, 3, 60_000)
    answer = OcrAnswer.model_validate(response.json())
    assert answer.texts == [text_of(7), text_of(3), text_of(60_000)]
    assert [page.file for page in answer.pages] == ["7.png", "3.png", "60000.png"]
    page = answer.pages[0]
    assert (page.finish_reason, page.prompt_tokens, page.output_tokens) == ("stop", 100, 10)
    assert (page.attempts, page.seconds, page.error) == (1, 0.5, None)
    assert response.headers[INSTANCE_HEADER] == answer.instance


def test_info_tells_model_revision_and_limits(plain: str) -> None:
    info = ServiceInfo.model_validate(httpx.get(f"{plain}/info").json())
    assert (info.engine, info.model, info.revision, info.max_batch) == ("numbers", "bars", "1", 8)
    assert (info.limits.files, info.limits.file_bytes, info.limits.pixels) == (
        4,
        200_000,
        1_000_000,
    )
    assert info.limits.formats == ["PNG", "JPEG", "WEBP"]
    assert info.containers == 1
    assert httpx.get(f"{plain}/health").json()["status"] == "ready"


def test_an_image_that_the_engine_cannot_read_fails_alone() -> None:
    with number_service(NumberEngine(unreadable=frozenset({2}))) as url:
        pages = post(url, 1, 2, 3).json()["pages"]
    assert [page["error"] for page in pages] == [None, "cannot read 2", None]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_formats_that_are_read(plain: str, kind: str) -> None:
    upload = [("files", ("page", encoded(picture(77, (320, 160)), kind)))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).json()["texts"] == [text_of(77)]


def test_transparent_and_deep_images_are_read_as_people_see_them(plain: str) -> None:
    seen = picture(99).convert("L")
    clear = Image.new("LA", seen.size, (0, 0))
    clear.putalpha(seen.point(lambda level: 255 - level))
    deep = Image.frombytes(
        "I;16", seen.size, b"".join(struct.pack("<H", level * 257) for level in seen.tobytes())
    )
    upload = [("files", ("a", encoded(clear))), ("files", ("b", encoded(deep)))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).json()["texts"] == [text_of(99)] * 2


def test_a_file_name_as_long_as_file_systems_allow_is_taken(plain: str) -> None:
    upload = [("files", ("\N{CJK UNIFIED IDEOGRAPH-9801}" * 85, encoded(picture(1))))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).status_code == 200


def test_other_mistakes_are_told_as_json_too(plain: str) -> None:
    assert post(plain, 1, 2, 3, 4, 5).json()["error"]["code"] == "too_many_files"
    assert post(plain, 1, data={"prompt": "poem"}).json()["error"]["code"] == "bad_prompt"
    assert httpx.get(f"{plain}/nothing").json()["error"]["message"] == "Not Found"
    assert httpx.get(f"{plain}/ocr_batch").status_code == 405
    assert httpx.get(f"{plain}/docs").status_code == 404


def test_the_token_is_asked_for_before_anything_else() -> None:
    with number_service(NumberEngine(), ServerSettings(token="s3cret")) as url:  # noqa: S106
        assert httpx.get(f"{url}/health").status_code == 200
        wrong = ("", "Bearer", "Bearer wrong", "Basic s3cret", "Bearer s3cret2", b"Bearer \xff\xfe")
        for shown in wrong:
            for response in (
                httpx.get(f"{url}/info", headers={"Authorization": shown}),
                httpx.post(f"{url}/ocr_batch", content=b"x", headers={"Authorization": shown}),
            ):
                assert response.status_code == 401
                assert response.headers["www-authenticate"] == "Bearer"
                assert "s3cret" not in response.text
        assert post(url, 1, headers={"Authorization": "Bearer s3cret"}).status_code == 200
    assert "s3cret" not in repr(ServerSettings(token="s3cret"))  # noqa: S106
