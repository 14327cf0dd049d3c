"""What was measured, as JSON that the page `docs/performance.md` is made of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One program at one size.

    Attributes:
        seconds: of wall time, the median; None if nothing was measured.
        cpu: the same in seconds of CPU.
        mebibytes: the largest resident size of one process.
        rounds: how many were timed.
        version: of the program.
        reason: why nothing was measured.
    """

    seconds: float | None = None
    cpu: float | None = None
    mebibytes: float | None = None
    rounds: int = 0
    version: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """All programs at one size: `machine` says where, `load` how busy that was before and after, `day` when."""

    machine: str
    day: str
    load: tuple[float, float]
    figures: Mapping[str, Figure]


def read(path: Path) -> dict[int, Size]:
    """The sizes of a file; none if there is no such file."""
    if not path.exists():
        return {}
    sizes = {}
    for shots, found in json.loads(path.read_text("utf-8")).items():
        figures = {name: Figure(**figure) for name, figure in found.pop("figures").items()}
        before, after = found.pop("load")
        sizes[int(shots)] = Size(**found, load=(before, after), figures=figures)
    return sizes


def write(path: Path, sizes: Mapping[int, Size]) -> None:
    """Write the sizes, smallest first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {str(shots): asdict(sizes[shots]) for shots in sorted(sizes)}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
