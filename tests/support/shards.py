"""Edge shards in processes of their own, as shards of a cluster are on machines of their own."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.engine import EngineError, FoundPoint, Selection

__all__ = ["RemoteShard"]

_KEY = b"shards of a test"


def _serve(folder: str, address: str) -> None:
    """Answer calls of an Edge engine's methods, each connection in a thread."""
    engine = EdgeEngine(Path(folder))
    with Listener(address, family="AF_UNIX", authkey=_KEY) as listener:
        while True:
            connection = listener.accept()
            threading.Thread(target=_answer, args=(engine, connection), daemon=True).start()


def _answer(engine: EdgeEngine, connection: Connection) -> None:
    while True:
        try:
            name, arguments, options = connection.recv()
        except EOFError:
            return
        try:
            result = getattr(engine, name)(*arguments, **options)
            connection.send((True, list(result) if name == "scan" else result))
        except EngineError as error:
            connection.send((False, str(error)))


class RemoteShard:
    """An Edge shard in a process, which can be killed and started again."""

    share = 1.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._address = str(folder / "socket")
        folder.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        self._process: Any = None
        self.generation = 0
        self.start()

    def start(self) -> None:
        """Start the process; what was stored before is there."""
        Path(self._address).unlink(missing_ok=True)
        self.generation += 1
        context = multiprocessing.get_context("spawn")
        arguments = (str(self._folder / "shard"), self._address)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        while not Path(self._address).exists():
            self._process.join(0.02)

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        self._process.kill()
        self._process.join()

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        held = getattr(self._local, "held", None)
        try:
            if held is None or held[0] != self.generation:
                client = Client(self._address, family="AF_UNIX", authkey=_KEY)
                held = self._local.held = (self.generation, client)
            held[1].send((name, arguments, options))
            well, result = held[1].recv()
        except (OSError, EOFError) as error:
            raise EngineError(f"{self._folder}: this shard does not answer") from error
        if not well:
            raise EngineError(result)
        return result

    def scan(
        self, selection: Selection, keys: Sequence[str], limit: int | None = None
    ) -> Iterator[FoundPoint]:
        """Yield points in the order of their ids."""
        yield from self._call("scan", selection, keys, limit)

    def close(self) -> None:
        """End the process."""
        self.kill()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **options: self._call(name, *arguments, **options)
