"""Begins the next inputs early, so that all workers stay busy: papers and scans have few pages."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.books.catalogue import Catalogue
from ocr_service.common.errors import OctavoError
from ocr_service.inputs.content import ImageFile
from ocr_service.library.sources import InputSource
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import SourceInfo

__all__ = ["Prefetcher", "info_of_images"]


def info_of_images(images: Sequence[ImageFile]) -> SourceInfo:
    """Describe a folder of page images: each page is labelled by the number in its name."""
    return SourceInfo(None, (), None, tuple(str(image.number) for image in images))


class Prefetcher:
    """Inspects inputs and begins their pages ahead of time, while there are workers to spare.

    The pipeline takes up what was begun when it comes to the input. An input that cannot be read
    is passed over here: the pipeline meets the same error, and reports it. For pages that are read
    on this machine only: nothing is sent to a service ahead of time.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        pool: PagePool,
        sources: Sequence[InputSource],
        password: str | None,
    ) -> None:
        """Look ahead over `sources`, which are read in this order."""
        self._catalogue = catalogue
        self._pool = pool
        self._sources = sources
        self._password = password
        self._positions = {source: position for position, source in enumerate(sources)}
        self._digests: set[str] = set()
        self._opened: set[InputSource] = set()
        self._begun: set[InputSource] = set()
        self._position = 0

    def turn_to(self, source: InputSource) -> None:
        """Begin what fits, this input first; it is read next, and those behind it are ahead."""
        self._position = self._positions.get(source, self._position)
        self.begin_more()
        self._position += 1

    def begin_more(self) -> None:
        """Begin what fits of the inputs ahead; call it again and again while pages are read."""
        # A bounded number at a time: many inputs that are unchanged are passed over quickly.
        for source in self._sources[self._position : self._position + 4 * self._pool.jobs]:
            if not self._pool.has_room:
                return
            if not source.is_text:
                self._begin(source)

    def _begin(self, source: InputSource) -> None:
        try:
            if source not in self._opened:
                self._opened.add(source)
                self._inspect(source)
            elif source not in self._begun:
                self._begin_pages(source)
        except (OctavoError, OSError):
            self._begun.add(source)  # not again: the pipeline reports it

    def _inspect(self, source: InputSource) -> None:
        digest = self._catalogue.digest(source)
        # Of two inputs with the same content, only the first is read.
        if digest not in self._digests and not self._catalogue.is_done(source):
            self._digests.add(digest)
            if not source.is_folder:
                self._pool.begin_look(source.path, self._password)

    def _begin_pages(self, source: InputSource) -> None:
        images = self._catalogue.content(source).images
        if images:
            info: SourceInfo | None = info_of_images(images)
        else:
            info = self._pool.looked_into(source.path, self._password)
        if info is not None:
            self._begun.add(source)
            self._pool.begin(self._catalogue.missing(source, info))
