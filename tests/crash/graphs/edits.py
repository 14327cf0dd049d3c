"""What users do to films: every edit leaves a graph without cycles and without references to nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from crash.graphs.films import SPECS, Film, Link, Node, depends, relinked


@dataclass
class Desk:
    """The edits of one world: new words never come twice, and what was there may come back."""

    film: Film
    earlier: list[Film] = field(default_factory=list)
    count: int = 0
    renamed: tuple[str, str] | None = None  # addresses of the last edit that renamed something

    def edit(self, kind: str, n: int) -> None:
        """Change the film; perhaps there is nothing to change."""
        self.earlier.append(self.film)
        self.renamed = None
        if kind == "take back":
            self.film = self.earlier[-min(n % 4 + 2, len(self.earlier))]
            return
        at = n % len(self.film)
        self.film = KINDS[kind](self, at, n // len(self.film))

    def word(self) -> str:
        """A word that never was."""
        self.count += 1
        return f"Scene {self.count}"

    def name(self) -> str:
        """A name that no shot has, nor ever had."""
        self.count += 1
        return f"s{self.count}"

    def with_node(self, at: int, node: Node) -> Film:
        """The film with another node in a place."""
        return (*self.film[:at], node, *self.film[at + 1 :])

    def followed(self, at: int) -> bool:
        """Whether a shot follows from a node."""
        own = set(self.film[at].addresses)
        return any(link.source in own for node in self.film for link in node.links)


def _change(desk: Desk, at: int, _: int) -> Film:
    return desk.with_node(at, replace(desk.film[at], prompt=desk.word()))


def _add(desk: Desk, at: int, n: int) -> Film:
    addresses = desk.film[at].addresses
    link = Link(addresses[n % len(addresses)], ("first", "last")[n % 2])
    return (*desk.film, Node(SPECS[n % 2], desk.name(), desk.word(), (link,)))


def _relink(desk: Desk, at: int, n: int) -> Film:
    node = desk.film[at]
    others = [one for one in desk.film if not depends(desk.film, one, frozenset(node.addresses))]
    if node.rows or not others:
        return desk.film
    addresses = others[n % len(others)].addresses
    link = Link(addresses[n % len(addresses)])
    return desk.with_node(at, replace(node, links=(link, *node.links[1:])))


def _second(desk: Desk, at: int, n: int) -> Film:
    node = desk.film[at]
    others = [one for one in desk.film if not depends(desk.film, one, frozenset(node.addresses))]
    if node.rows or len(node.links) != 1 or not others:
        return desk.with_node(at, replace(node, links=node.links[:1]))
    return desk.with_node(at, replace(node, links=(*node.links, Link(others[n % len(others)].addresses[0], "first"))))


def _first_link(change: Callable[[Link, int], Link]) -> Callable[[Desk, int, int], Film]:
    def edit(desk: Desk, at: int, n: int) -> Film:
        node = desk.film[at]
        if not node.links:
            return desk.film
        return desk.with_node(at, replace(node, links=(change(node.links[0], n), *node.links[1:])))

    return edit


def _rename(desk: Desk, at: int, n: int) -> Film:
    node, name = desk.film[at], desk.name()
    spec = SPECS[n % 2] if not node.rows else node.spec
    moved = replace(node, name=name, spec=spec)
    desk.renamed = (f"{node.spec}.{node.name}", f"{spec}.{name}") if not node.rows else None
    names = dict(zip(node.addresses, moved.addresses, strict=True))
    return relinked(desk.with_node(at, moved), names)


def _delete(desk: Desk, at: int, _: int) -> Film:
    return desk.film if desk.followed(at) or len(desk.film) < 3 else (*desk.film[:at], *desk.film[at + 1 :])


def _rows(desk: Desk, at: int, n: int) -> Film:
    node = desk.film[at]
    if not node.rows:
        return desk.film
    used = {link.source for one in desk.film for link in one.links}
    spare = [row for row, address in zip(node.rows, node.addresses, strict=True) if address not in used]
    if n % 2 and spare and len(node.rows) > 1:
        rows = tuple(row for row in node.rows if row != spare[n % len(spare)])
    else:
        place = n % (len(node.rows) + 1)
        rows = (*node.rows[:place], desk.name(), *node.rows[place:])
    return desk.with_node(at, replace(node, rows=rows))


KINDS: Mapping[str, Callable[[Desk, int, int], Film]] = {
    "change": _change,
    "add": _add,
    "relink": _relink,
    "second": _second,
    "frame": _first_link(lambda link, _: replace(link, at="first" if link.at == "last" else "last")),
    "pin": _first_link(lambda link, n: replace(link, take=None if link.take else n % 2 + 1)),
    "result": _first_link(lambda link, n: replace(link, result=None if link.result else n % 2 + 1)),
    "rename": _rename,
    "delete": _delete,
    "rows": _rows,
    "gate": lambda desk, at, _: desk.with_node(at, replace(desk.film[at], gate=not desk.film[at].gate)),
    "results": lambda desk, at, _: desk.with_node(at, replace(desk.film[at], results=3 - desk.film[at].results)),
}
WEIGHTS: Mapping[str, int] = {
    "change": 6, "take back": 7, "add": 2, "relink": 2, "second": 1, "frame": 2, "pin": 3, "result": 1, "rename": 3,
    "delete": 1, "rows": 4, "gate": 3, "results": 1,
}  # fmt: skip
