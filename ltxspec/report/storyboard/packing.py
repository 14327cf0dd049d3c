"""Says each video once in the data of a page: a player and the take that it shows have the same one."""

from collections.abc import Iterator, Mapping
from typing import Final

from ltxspec.values import Json

_OWN: Final = ("href", "film")  # what only one video has; the rest is that of many


def packed(data: Mapping[str, Json]) -> dict[str, Json]:
    """The data of a page with numbers in place of its videos.

    Args:
        data: `players` (number -> side -> video) and `takes` (number of a shot -> {takes: [{results: [{clip}]}]}), and
            whatever else there is; a video is {href | film and type, fps, frames, audio, width, height}.

    Returns:
        The same with a number for each of these videos; with `kinds`, what videos have in common; and with `clips`,
        where the video of that number is [place in `kinds`, what is its own]. `packed.js` undoes it.
    """
    table = _Table()
    players = {
        number: {side: table.place(clip) for side, clip in sides.items()}
        for number, sides in data.get("players", {}).items()
    }
    takes = {
        number: {**shot, "takes": [{**take, "results": [*_results(take, table)]} for take in shot["takes"]]}
        for number, shot in data.get("takes", {}).items()
    }
    return {**data, "players": players, "takes": takes, "kinds": table.kinds, "clips": table.clips}


def _results(take: Mapping[str, Json], table: "_Table") -> Iterator[dict[str, Json]]:
    for result in take["results"]:
        rest = {name: value for name, value in result.items() if name != "sha256"}  # its address names it
        yield {**rest, "clip": table.place(result["clip"])} if "clip" in result else rest


class _Table:
    def __init__(self) -> None:
        self.kinds: list[Json] = []
        self.clips: list[Json] = []
        self._known: dict[object, int] = {}

    def place(self, clip: Mapping[str, Json]) -> int:
        """The number of a video; of a new one if it is not there yet."""
        own = {name: clip[name] for name in _OWN if name in clip}
        kind = {name: value for name, value in clip.items() if name not in _OWN}
        known = (self._number("kind", kind, self.kinds), *own.items())
        if known not in self._known:
            self._known[known] = len(self.clips)
            self.clips.append([known[0], own])
        return self._known[known]

    def _number(self, what: str, value: Mapping[str, Json], values: list[Json]) -> int:
        key = (what, *value.items())
        if key not in self._known:
            self._known[key] = len(values)
            values.append(value)
        return self._known[key]
