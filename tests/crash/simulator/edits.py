"""What users do to a spec."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from crash.simulator.specs import Shot, read, renamed, written

Shots = tuple[Shot, ...]
WORDS = ("Rain", "Fog", "Neon", "Dawn", "Harbour", "Rooftops", "Canal", "Market")


class Desk:
    """The edits of one world: new words never come twice, and what was there may come back."""

    def __init__(self) -> None:
        self.count = 0
        self.earlier: list[str] = []  # texts
        self.deleted: list[Shot] = []

    def edit(self, text: str, kind: str, n: int) -> str:
        """The text after an edit; the same when there is nothing to edit."""
        try:
            shots = read(text)
        except ValueError:
            return self.earlier[0]
        self.earlier.append(text)
        if kind == "take back":
            return self.earlier[-min(n % 4 + 2, len(self.earlier))]
        if kind == "bring back":
            known = {shot.name for shot in shots}
            gone = [shot for shot in self.deleted if shot.name not in known]
            return written((*shots, gone[n % len(gone)])) if gone else text
        if not shots:
            return written([Shot("alley", self.prompt())])
        at = n % len(shots)
        return written((*shots[:at], *KINDS[kind](self, shots[at], shots), *shots[at + 1 :]))

    def prompt(self) -> str:
        """A prompt that never was."""
        self.count += 1
        return f"{WORDS[self.count % len(WORDS)]} {self.count}"

    def name(self, shots: Sequence[Shot]) -> str:
        """A name that no shot has."""
        self.count += 1
        names = {shot.name for shot in shots}
        return next(name for name in (f"shot{i}" for i in range(self.count, self.count + 99)) if name not in names)


def _delete(desk: Desk, shot: Shot, _: Shots) -> Shots:
    desk.deleted.append(shot)
    return ()


def _matrix(desk: Desk, shot: Shot, shots: Shots) -> Shots:
    """A matrix in the place of a shot, under another name, with its text in each instance."""
    return (replace(shot, name=desk.name(shots), skies=("dusk", "noon"), moved=None),)


def _moved_matrix(desk: Desk, shot: Shot, shots: Shots) -> Shots:
    prompt = f"{desk.prompt()} {{{{ sky }}}}"
    return (Shot(desk.name(shots), prompt, shot.results, shot.name, ("dusk", "noon")),)


def _split(desk: Desk, shot: Shot, shots: Shots) -> Shots:
    first = desk.name(shots)
    return (replace(shot, name=first, moved=None), replace(shot, name=f"{first}b", moved=None))


KINDS: Mapping[str, Callable[[Desk, Shot, Shots], Shots]] = {
    "change": lambda desk, shot, _: (replace(shot, prompt=desk.prompt()),),
    "add": lambda desk, shot, shots: (shot, Shot(desk.name(shots), desk.prompt())),
    "rename": lambda desk, shot, shots: (renamed(shot, desk.name(shots), moved=False),),
    "rename moved": lambda desk, shot, shots: (
        replace(renamed(shot, desk.name(shots), moved=not shot.skies), prompt=desk.prompt()),
    ),
    "matrix": _matrix,
    "moved matrix": _moved_matrix,
    "split": _split,
    "delete": _delete,
    "results": lambda _, shot, __: (replace(shot, results=1 if shot.results > 1 else 4),),
}
ALL = (*KINDS, "take back", "bring back")
