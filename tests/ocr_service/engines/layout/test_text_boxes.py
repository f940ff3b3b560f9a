"""How the models of the layout are loaded."""

from __future__ import annotations

import gc

import onnxruntime

from ocr_service.engines.layout.text_boxes import _models


def test_each_model_runs_on_one_thread() -> None:
    options = onnxruntime.SessionOptions
    _models()
    sessions = [made for made in gc.get_objects() if type(made) is onnxruntime.InferenceSession]
    layout = [made for made in sessions if "layout" in str(made._model_path)]
    assert layout
    assert {made.get_session_options().intra_op_num_threads for made in layout} == {1}
    assert onnxruntime.SessionOptions is options
