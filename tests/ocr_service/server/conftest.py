"""A service with small limits, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ocr_service.server.app import ServerSettings
from tests.support.service_fakes import NumberEngine, number_service


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """A service with small limits."""
    limits = ServerSettings(linger=0.01, files=4, file_bytes=200_000, pixels=1_000_000)
    with number_service(NumberEngine(), limits) as url:
        yield url
