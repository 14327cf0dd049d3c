"""Planning how long a text gets: whole parts are kept or left out by priority, and nothing is ever cut inside one."""

from collections.abc import Iterable, Mapping

# The most a comment may hold. GitHub: the API refuses more than 65536. GitLab: "Note length" among its instance
# limits. Bitbucket Server and Azure: as their own clients and infracost's poster count.
FORGE_LIMITS: Mapping[str, int] = {
    "github": 65_536,
    "gitlab": 1_000_000,
    "bitbucket-server": 32_768,
    "azure": 150_000,
}


def length(text: str) -> int:
    """UTF-16 code units, as Java and JavaScript count: never fewer than characters, so no forge counts more."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Room:
    """How much may still be written; None is without end."""

    def __init__(self, limit: int | None) -> None:
        self.left = limit

    def reserve(self, *parts: str) -> None:
        """Set aside what is written in any case, with a blank line after each part."""
        for part in parts:
            self._spend(length(part) + 2)

    def fits(self, part: str) -> bool:
        """Take the room for a part, when there is enough."""
        needed = length(part) + 2
        if self.left is not None and needed > self.left:
            return False
        self._spend(needed)
        return True

    def fill(self, parts: Iterable[str], most: int, share: float = 1.0) -> list[str]:
        """The first of the parts, whole: as many as fit into a share of the room, and at most `most`."""
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
