"""Limits the length of a text: whole parts are kept or left out by priority; no part is ever cut."""

from collections.abc import Iterable, Mapping

# The maximum length of a comment. GitHub: the API refuses more than 65536. GitLab: "Note length" among its instance
# limits. Bitbucket Server and Azure: the limits used by their own clients and by infracost's poster.
FORGE_LIMITS: Mapping[str, int] = {
    "github": 65_536,
    "gitlab": 1_000_000,
    "bitbucket-server": 32_768,
    "azure": 150_000,
}


def length(text: str) -> int:
    """The length in UTF-16 code units, as in JavaScript and Java: never less than in characters, so an upper bound."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Room:
    """How much may still be written; None means no limit."""

    def __init__(self, limit: int | None) -> None:
        self.left = limit

    def reserve(self, *parts: str) -> None:
        """Reserve room for mandatory parts, with a blank line after each."""
        for part in parts:
            self._spend(length(part) + 2)

    def fits(self, part: str) -> bool:
        """Use the room for a part if there is enough. Returns whether there was."""
        needed = length(part) + 2
        if self.left is not None and needed > self.left:
            return False
        self._spend(needed)
        return True

    def fill(self, parts: Iterable[str], most: int, share: float = 1.0) -> list[str]:
        """The first parts, complete: as many as fit into a share of the room, and at most `most`."""
        inner = Room(None if self.left is None else int(self.left * share))
        taken: list[str] = []
        for part in parts:
            if len(taken) == most or not inner.fits(part):
                break
            taken.append(part)
        self.reserve(*taken)
        return taken

    def _spend(self, units: int) -> None:
        if self.left is not None:
            self.left -= units
