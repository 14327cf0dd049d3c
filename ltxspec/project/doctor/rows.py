"""Rows of `doctor`: a check, its result, and what was found; and the time that a check may take."""

import threading
from collections.abc import Callable
from typing import Final

from ltxspec.errors import LtxspecError

WARNING: Final = None  # instead of True or False: it works, but not as well as it could
Row = tuple[str, bool | None, str]  # the check, its result, and what was found


class Started:
    """A check that runs in a thread of its own, so that a dead disk or network does not hold up the others.

    Args:
        name: the check.
        check: gives its row.
        seconds: how long it may take from its start.
    """

    def __init__(self, name: str, check: Callable[[], Row], seconds: float) -> None:
        self._name, self._seconds = name, seconds
        self._row: Row | None = None
        self._bug: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(check,), name=f"doctor {name}", daemon=True)
        self._thread.start()

    def _run(self, check: Callable[[], Row]) -> None:
        try:
            self._row = check()
        except LtxspecError as error:  # the check cannot be made: its row gives the reason
            self._row = self._name, False, error.line
        except BaseException as error:  # noqa: BLE001  # a bug, which `row` raises in the thread that asked
            self._bug = error

    def row(self) -> Row:
        """Its row, after at most its time."""
        self._thread.join(self._seconds)
        if self._bug is not None:
            raise self._bug
        if self._row is None:
            limit = f"{self._seconds:.0f} s" if self._seconds >= 1 else f"{self._seconds:.1f} s"
            return self._name, WARNING, f"no result within {limit}: the disk or network that it needs does not answer"
        return self._row
