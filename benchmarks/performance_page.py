"""Put the results of benchmarks into `docs/performance.md`, and draw its picture.

    python benchmarks/performance_page.py [--check]

Only what stands between `<!-- NAME -->` and `<!-- /NAME -->` is replaced. `--check` changes nothing, and exits 1 if a
part of the page or the picture is not what the results say.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peers.everyone import PEERS
from peers.ours import LTXSPEC
from peers.plot import plot
from peers.results import Figure, Size, read

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE.parent / "docs" / "performance.md"
PICTURE = PAGE.with_name("performance.svg")
NONE = "–"


def table(sizes: Mapping[int, Size], what: str) -> str:
    """A row for each program, a column for each size: `what` is `seconds`, `cpu` or `mebibytes`."""
    heads = [f"{shots:,}" for shots in sizes]
    lines = [f"| {' | '.join(['', *heads])} |", f"|{'---|' * (len(heads) + 1)}"]
    for name in PEERS:
        cells = [cell(size.figures.get(name, Figure()), size.figures[LTXSPEC.name], what) for size in sizes.values()]
        shown = f"**{name}**" if name == LTXSPEC.name else name
        version = next((size.figures[name].version for size in sizes.values() if name in size.figures), "")
        lines.append(f"| {' | '.join([f'{shown} {version}'.strip(), *cells])} |")
    return "\n".join(lines)


def cell(figure: Figure, ours: Figure, what: str) -> str:
    """One figure; times also as multiples of ours."""
    value = getattr(figure, what)
    if value is None:
        return reason(figure) if what == "seconds" else NONE
    if what == "mebibytes":
        return f"{value:,.0f}"
    text = digits(value)
    if figure is not ours and (mine := getattr(ours, what)):
        text += f" ({digits(value / mine)}×)"
    return text


def digits(value: float) -> str:
    """Two or three digits that count."""
    whole = len(str(int(value))) if value >= 1 else 0
    if whole:
        return f"{value:,.{max(0, 2 - whole)}f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"  # noqa: PLR2004  # a tenth


def reason(figure: Figure) -> str:
    """Why there is no figure, in a few words."""
    stopped = re.match(r"(preparing took )?more than \d+ (s|GiB)$", figure.reason)
    return figure.reason if stopped else "failed" if figure.reason else NONE


def differences() -> str:
    """What each program looks at, and what it does not do."""
    lines = ["| | finds changes by comparing | does not do | does besides |", "|---|---|---|---|"]
    lines += [f"| {peer.name} | {peer.compares} | {peer.lacks} | {peer.besides} |" for peer in PEERS.values()]
    return "\n".join(lines)


def conditions(sizes: Mapping[int, Size]) -> str:
    """On what the figures were taken."""
    lines = [f"- {machine}" for machine in sorted({size.machine for size in sizes.values()})]
    for shots, size in sizes.items():
        rounds = sorted({figure.rounds for figure in size.figures.values() if figure.rounds})
        several = f"{rounds[0]} to {rounds[-1]}" if len(rounds) > 1 else f"{rounds[0]}"
        load = f"load average {size.load[0]} before and {size.load[1]} after"
        lines.append(f"- {shots:,} shots: {size.day}, {several} rounds, {load}")
    return "\n".join(lines)


def picture(sizes: Mapping[int, Size]) -> str:
    """Wall time against size."""
    lines = {
        name: [
            (float(shots), size.figures[name].seconds or 0)
            for shots, size in sizes.items()
            if name in size.figures and size.figures[name].seconds
        ]
        for name in PEERS
    }
    title = "What would be done, where 1 % of the shots changed"
    return plot(lines, title=title, across="shots", up="seconds", first=LTXSPEC.name)


def clients(found: list[dict[str, Any]]) -> str:
    """`apply` and the provider's SDK, side by side."""
    lines = ["| | shots | wall | CPU | requests | memory |", "|---|---|---|---|---|---|"]
    for row in found:
        shots, wall = row["shots"], f"{row['wall']:.0f} s ({row['wall'] / row['ideal']:.2f} times the ideal)"
        cpu = f"{row['cpu'] / shots * 1000:.0f} ms a shot"
        if row.get("cpu_of_decoding"):
            cpu += f", and {row['cpu_of_decoding'] / shots * 1000:.0f} ms to decode and measure its video"
        requests = f"{row['requests'] / shots:.1f} a shot"
        lines.append(f"| {row['client']} | {shots:,} | {wall} | {cpu} | {requests} | {row['peak_mib']:.0f} MiB |")
    return "\n".join(lines)


def costs(found: list[dict[str, Any]]) -> str:
    """What more of each thing costs each step."""
    units = {"start": "s", "thousand_shots": "ms", "megabyte_of_prompts": "ms", "megabyte_of_lockfile": "ms"}
    lines = [
        "| | one shot | 1,000 shots more | 1 MB of prompts more | 1 MB of lockfile more |",
        "|---|---|---|---|---|",
    ]
    for row in found:
        cells = [f"{row[key]:.2f} s" if unit == "s" else thousandths(row[key]) for key, unit in units.items()]
        lines.append(f"| {' | '.join([row['step'], *cells])} |")
    return "\n".join(lines)


def thousandths(seconds: float) -> str:
    """Milliseconds; less than one is noise."""
    return f"{seconds * 1000:,.0f} ms" if seconds >= 0.001 else NONE  # noqa: PLR2004  # a thousandth


def parts() -> dict[str, str]:
    """Everything that is put into the page."""
    sizes = read(RESULTS / "peers.json")
    applied, steps = (json.loads((RESULTS / f"{name}.json").read_text("utf-8")) for name in ("clients", "costs"))
    return {
        "wall": table(sizes, "seconds"),
        "cpu": table(sizes, "cpu"),
        "memory": table(sizes, "mebibytes"),
        "differences": differences(),
        "conditions": conditions(sizes),
        "clients": clients(applied),
        "costs": costs(steps),
    }


def page(text: str) -> str:
    """The text of the page with its parts renewed. Raises ValueError where one has no place."""
    for name, content in parts().items():
        before, begins, rest = text.partition(f"<!-- {name} -->\n")
        _, ends, after = rest.partition(f"<!-- /{name} -->")
        if not ends:
            raise ValueError(f"{PAGE.name} has no place for {name}")
        text = f"{before}{begins}{content}\n{ends}{after}"
    return text


def main() -> int:
    """Write both files, or compare them."""
    wanted = {PAGE: page(PAGE.read_text("utf-8")), PICTURE: picture(read(RESULTS / "peers.json"))}
    if "--check" in sys.argv:
        return int(any(not path.exists() or path.read_text("utf-8") != text for path, text in wanted.items()))
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
