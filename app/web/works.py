"""Long work that goes on after its request was answered: one piece at a time, and how far it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

Progress = Callable[[str, int, int], None]
Place = tuple[str, int, int]

# Short work is over before its page is opened.
_PATIENCE = 1.5


class Works:
    """The work of this process. What other processes do is known from the database."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parley-works")
        self._places: dict[str, Place] = {}

    def start(self, key: str, work: Callable[[Progress], None]) -> None:
        """Begin a piece of work, and wait a moment for it."""
        self._places[key] = ("", 0, 0)

        def do() -> None:
            try:
                work(lambda *place: self._places.__setitem__(key, place))
            finally:
                self._places.pop(key, None)

        wait([self._threads.submit(do)], timeout=_PATIENCE)

    def place(self, key: str) -> Place | None:
        """How far a piece of work is that goes on here; None for any other."""
        return self._places.get(key)

    def close(self) -> None:
        """Let what goes on end, and nothing more begin."""
        self._threads.shutdown(wait=True, cancel_futures=True)
