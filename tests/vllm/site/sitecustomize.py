"""Lets torchvision be imported beside a CPU build of torch. Python runs this when it starts.

The torchvision of the package registry is built for CUDA: its operators cannot be loaded beside a
CPU build of torch, and it fails as soon as it looks for them. vLLM uses none of them here, only
transforms, so that it is enough to declare them. For the test environment of `make test-vllm`;
nowhere else.
"""

import importlib.abc
import sys
from typing import Any

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_REGIONS = "(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, "
_OPERATORS = (
    f"nms{_BOXES}",
    f"qnms{_BOXES}",
    f"roi_align{_REGIONS}int sampling_ratio, bool aligned) -> Tensor",
)


class _BeforeTorchvision(importlib.abc.MetaPathFinder):
    """Declares the operators when torchvision is about to be imported."""

    library: Any = None  # declarations last as long as this does

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:  # noqa: ARG002
        """Find nothing, but notice."""
        if fullname == "torchvision" and _BeforeTorchvision.library is None:
            import torch

            library = torch.library.Library("torchvision", "DEF")
            _BeforeTorchvision.library = library
            for operator in _OPERATORS:
                library.define(operator)


sys.meta_path.insert(0, _BeforeTorchvision())
