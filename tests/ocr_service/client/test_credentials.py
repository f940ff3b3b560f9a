"""Tests where addresses and tokens come from, and that tokens are not exposed."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from ocr_service.client.options import Credentials, ServiceOptions, read_credentials
from ocr_service.common.errors import QueryError, ServiceError
from ocr_service.server.app import ServerSettings, create_app
from tests.support.client_runs import assert_read, read
from tests.support.service_fakes import NumberEngine, number_service, serve, status

TOKEN = "s3cret-token"  # noqa: S105


def test_the_token_is_shown_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = status(400, b'{"error": {"code": "x", "message": "I was shown s3cret-token"}}')
    settings = ServerSettings(token=TOKEN, linger=0)
    with number_service(NumberEngine(), settings, spoil=[echo]) as url:
        options = {"credentials": Credentials(TOKEN, "key-1", "half-2")}
        records = read(url, [1], **options)
        assert records[0].error == "I was shown *** (HTTP 400)"
        assert_read(read(url, [1], **options), [1])
        with pytest.raises(ServiceError, match="the token is not valid") as caught:
            read(url, [1], credentials=Credentials("wrong-token"))
        assert "wrong-token" not in str(caught.value)
        with pytest.raises(ServiceError, match=r"authentication required.*OCTAVO_SERVICE_TOKEN"):
            read(url, [1])
    shown = repr(ServiceOptions(url, Credentials(TOKEN, "key-1", "half-2")))
    for secret in (TOKEN, "key-1", "half-2"):
        assert secret not in caplog.text
        assert secret not in shown


def test_modal_s_proxy_token_is_sent_in_its_headers() -> None:
    seen: dict[bytes, bytes] = {}
    app = create_app(NumberEngine(), ServerSettings(linger=0))

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        seen.update(dict(scope.get("headers", [])))
        await app(scope, receive, send)

    with serve(noting) as url:
        read(url, [1], credentials=Credentials(None, "wk-1", "ws-2"))
    assert (seen[b"modal-key"], seen[b"modal-secret"]) == (b"wk-1", b"ws-2")
    assert b"authorization" not in seen


def test_where_credentials_come_from(tmp_path: Path) -> None:
    file = tmp_path / "token"
    environment = {"OCTAVO_SERVICE_TOKEN": " from-environment\n"}
    assert read_credentials(None, environment).token == "from-environment"  # noqa: S105
    assert not read_credentials(None, {})
    file.write_text("# mine\n\nfrom-file\nModal-Key: wk-1\nmodal-secret:ws-2\n")
    assert read_credentials(file, environment) == Credentials("from-file", "wk-1", "ws-2")
    file.write_text("Authorization: Bearer wk-1.ws-2\n")  # as Modal's client prints it
    assert read_credentials(file, environment).headers() == {"Authorization": "Bearer wk-1.ws-2"}
    bad = {
        "": "contains no token",
        "Authorization: Basic wk-1\n": "no spaces",
        "one two\n": "no spaces",
        "one\ntwo\n": "two tokens",
        "Modal-Key: wk-1\n": "MODAL_PROXY_SECRET",
        "x" * 5_000: "not a token file",
    }
    for content, said in bad.items():
        file.write_text(content)
        with pytest.raises(QueryError, match=said):
            read_credentials(file, {})
    with pytest.raises(QueryError, match="cannot read this token file"):
        read_credentials(tmp_path / "missing", {})


def test_a_token_is_not_sent_unencrypted_to_another_machine() -> None:
    token = Credentials(TOKEN)
    for url in ("http://gpu.example:8765", "http://192.168.1.7", "http://localhost.example"):
        with pytest.raises(QueryError, match="unencrypted") as caught:
            ServiceOptions(url, token)
        assert TOKEN not in str(caught.value)
        ServiceOptions(url)
    for url in ("https://gpu.example", "http://localhost:1", "http://127.0.0.2", "http://[::1]:1/"):
        assert ServiceOptions(url, token).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["", "gpu.example", "ftp://a", "http://", "https://a?b", "https://u:p@a", "http://[1"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(QueryError):
        ServiceOptions(url)
