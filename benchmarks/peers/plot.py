"""Cost against size as an SVG picture, both axes logarithmic; readable on light and dark pages."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 840, 520
LEFT, RIGHT, TOP, BOTTOM = 64, 170, 34, 50
LINE_HEIGHT = 16  # of a name at the end of its line
# Okabe and Ito's colours: also told apart by people who see fewer of them.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#8c6bb1", "#6b7280", "#a65628", "#d1495b")
STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.grid { stroke: #d0d7de; stroke-width: 1 }
.back { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .grid { stroke: #30363d } .back { fill: #0d1117 }
}
"""

Line = Sequence[tuple[float, float]]


def plot(lines: Mapping[str, Line], *, title: str, across: str, up: str, first: str) -> str:
    """Draw one line for each name.

    Args:
        lines: name -> points (size, cost), all greater than 0, in order of size. Names without points are left out.
        title: what stands above.
        across: what the horizontal axis shows.
        up: what the vertical axis shows.
        first: the name whose line is drawn thick.
    """
    drawn = {name: points for name, points in lines.items() if points}
    sizes = [size for points in drawn.values() for size, _ in points]
    costs = [cost for points in drawn.values() for _, cost in points]
    horizontal = _Axis(min(sizes), max(sizes), LEFT, WIDTH - RIGHT)
    vertical = _Axis(min(costs), max(costs), HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">']
    parts += [f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>"]
    parts.append(f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>')
    parts += _grid(horizontal, vertical, across, up, title)
    places: dict[str, float] = {}
    for last in {points[-1][0] for points in drawn.values()}:  # names beside one another cannot cover each other
        here = {name: points[-1][1] for name, points in drawn.items() if points[-1][0] == last}
        places |= _spread({name: vertical.at(cost) for name, cost in here.items()})
    for number, (name, points) in enumerate(drawn.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = [(horizontal.at(size), vertical.at(cost)) for size, cost in points]
        parts += _line(path, colour, thick=name == first)
        x = path[-1][0] + 10
        parts.append(f'<text x="{x:.1f}" y="{places[name] + 4:.1f}" style="fill: {colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


class _Axis:
    """From a value to a place in the picture; its ends are powers of ten."""

    def __init__(self, least: float, most: float, start: int, end: int) -> None:
        self.low = math.floor(math.log10(least) + 1e-9)
        self.high = max(self.low + 1, math.ceil(math.log10(most) - 1e-9))
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        return [(self.at(10**power), f"{10**power:,}") for power in range(self.low, self.high + 1)]


def _grid(horizontal: _Axis, vertical: _Axis, across: str, up: str, title: str) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(title)}</text>']
    for x, name in horizontal.ticks():
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{name}</text>')
    for y, name in vertical.ticks():
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{name}</text>')
    middle = (TOP + bottom) / 2
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    turned = f'transform="rotate(-90 16 {middle})"'
    parts.append(f'<text x="16" y="{middle}" {turned} text-anchor="middle">{escape(up)}</text>')
    return parts


def _line(path: Sequence[tuple[float, float]], colour: str, *, thick: bool) -> list[str]:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
    width = 4 if thick else 2
    line = f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    return [line, *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width + 1}" fill="{colour}"/>' for x, y in path)]


def _spread(ends: Mapping[str, float]) -> dict[str, float]:
    """Where names stand so that none covers another: as near to the ends of their lines as that allows."""
    placed: dict[str, float] = {}
    lowest = TOP - LINE_HEIGHT / 2
    for name in sorted(ends, key=lambda name: ends[name]):
        lowest = max(ends[name], lowest + LINE_HEIGHT)
        placed[name] = lowest
    surplus = max(placed.values()) - (HEIGHT - BOTTOM)
    return {name: place - max(0.0, surplus) for name, place in placed.items()}
