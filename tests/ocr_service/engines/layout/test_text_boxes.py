"""How the models of the layout are loaded."""

from __future__ import annotations

import onnxruntime

from ocr_service.engines.layout.text_boxes import _sessions_of_one_thread


def test_models_of_the_layout_run_on_one_thread() -> None:
    options = onnxruntime.SessionOptions
    with _sessions_of_one_thread():
        assert onnxruntime.SessionOptions().intra_op_num_threads == 1
    assert onnxruntime.SessionOptions is options
    assert onnxruntime.SessionOptions().intra_op_num_threads == 0
