"""Problems of the requests of a spec, each reported once for all affected instances."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from ltxspec.errors import Diagnostic, Location, Severity
from ltxspec.redaction import mask_secrets

Row = Callable[[], Location] | None  # finds the row of a data file that an instance is from
Place = tuple[str, str] | None  # shot and instance key (the shot's name for all of them); None: the spec as a whole


class Findings:
    """Collects problems, with the affected instances of each."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, dict[str, Row]] = {}
        self._shared: set[Diagnostic] = set()
        self._places: dict[Diagnostic, dict[Place, None]] = {}
        self._here: Place = None
        self._row: Row = None

    def enter(self, shot: str | None, instance: str | None = None, row: Row = None) -> None:
        """Say where what follows is found: in a shot or one instance of it; None: in the spec as a whole."""
        self._here = None if shot is None else (shot, instance or shot)
        self._row = row

    def note(self, diagnostic: Diagnostic, instance: str | None = None, *, shared: bool = False) -> None:
        """Add a problem; `instance` is the key of the instance it concerns, if any.

        `shared` means that its place is not in the shot, but in a part of the spec or a file that other shots use, too.
        """
        shown = _discreet(diagnostic)
        keys = self._found.setdefault(shown, {})
        if instance is not None:
            keys[instance] = self._row
        if shared:
            self._shared.add(shown)
        self._places.setdefault(shown, {})[self._here] = None

    def add(self, severity: Severity, code: str, message: str, where: Location | None, hint: str | None = None) -> None:
        """Add a problem that concerns the spec as a whole."""
        self.note(Diagnostic(severity, code, message, where, hint))

    def report(self, instances: Mapping[str, int]) -> list[tuple[Diagnostic, Collection[Place]]]:
        """All diagnostics, each with the places where it was found.

        Args:
            instances: shot -> its number of instances. If all of them have a problem, none is named.
        """
        every = sum(instances.values())
        diagnostics: list[tuple[Diagnostic, Collection[Place]]] = []
        for diagnostic, keys in self._found.items():
            if diagnostic in self._shared:
                shown = _named(diagnostic, keys) if len(keys) < every else diagnostic
            else:
                shown = _with_instances(diagnostic, keys, instances)
            diagnostics.append((shown, self._places[diagnostic]))
        return diagnostics


def _with_instances(diagnostic: Diagnostic, keys: Mapping[str, Row], instances: Mapping[str, int]) -> Diagnostic:
    """The diagnostic, naming the affected instances where that helps."""
    expanded = {key: row for key, row in keys.items() if "[" in key}
    shots = {key.partition("[")[0] for key in expanded}
    if not expanded or sum(instances.get(shot, 0) for shot in shots) == len(expanded) > 1:
        return diagnostic
    return _named(diagnostic, expanded)


def _named(diagnostic: Diagnostic, keys: Mapping[str, Row]) -> Diagnostic:
    if not keys:
        return diagnostic
    key, row = next(iter(keys.items()))
    where = "" if row is None else f" at {row()}"
    more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    return replace(diagnostic, message=f"{diagnostic.message} (in `{key}`{where}{more})")


def _discreet(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without secrets in its excerpt. Columns stay as they are."""
    where = diagnostic.where
    hidden = mask_secrets(where.excerpt) if where else ""
    return (
        diagnostic
        if where is None or hidden == where.excerpt
        else replace(diagnostic, where=replace(where, excerpt=hidden))
    )
