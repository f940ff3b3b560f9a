"""A short run leaves cycles among objects alone while it lasts."""

import gc

from ocr_service.common.short_run import short_run


def test_cycles_are_not_looked_for_during_a_short_run() -> None:
    with short_run():
        assert not gc.isenabled()
    assert gc.isenabled()
