"""Which problems concern a run of some shots: the others only leave out the shots that have them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from ltxspec.errors import Diagnostic
from ltxspec.render.findings import Place
from ltxspec.values import ShotAddress

Found = tuple[Diagnostic, Collection[Place]]  # a problem, and where it was found


@dataclass(frozen=True, slots=True)
class Concern:
    """The shots that a run is about.

    Args:
        instance: whether it is about an instance.
        shot: whether it may be about an instance of a shot, all of which are unknown.
    """

    instance: Callable[[ShotAddress], bool]
    shot: Callable[[ShotAddress], bool]

    def _covers(self, spec: str, place: Place) -> bool:
        if place is None:
            return True
        shot, key = place
        return (self.shot if key == shot else self.instance)(ShotAddress(spec, key))

    def sort(self, spec: str, found: Iterable[Found]) -> tuple[list[Diagnostic], frozenset[str]]:
        """The problems of a spec that are reported, and the shots and instance keys that are left out.

        An error that only other shots have is a warning that they are left out; their warnings are not shown.
        """
        shown: list[Diagnostic] = []
        left_out: set[str] = set()
        for diagnostic, places in found:
            if any(self._covers(spec, place) for place in places):
                shown.append(diagnostic)
            elif diagnostic.severity == "error":
                keys = dict.fromkeys(place[1] for place in places if place is not None)
                left_out.update(keys)
                names = f"`{spec}.{next(iter(keys))}`" + (f" and {len(keys) - 1} more" if len(keys) > 1 else "")
                message = f"{diagnostic.message}; {names} {'are' if len(keys) > 1 else 'is'} left out of this run"
                shown.append(replace(diagnostic, severity="warning", message=message))
        return shown, frozenset(left_out)


NO_SHOT = Concern(lambda _: False, lambda _: False)  # of a run that only reports: every broken shot is left out
