"""From a question to cited passages and formulas.

from search import Searcher
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.searcher import Mode, Searcher

__all__ = ["Mode", "Searcher"]


def __getattr__(name: str) -> Any:
    """Load the searcher when it is asked for, so that `octavo --help` need not."""
    if name in __all__:
        from search import searcher

        return getattr(searcher, name)
    raise AttributeError(f"module 'search' has no attribute '{name}'")
