"""What is wrong with the requests of a spec, said once however many instances it is true of."""

from collections.abc import Mapping
from dataclasses import replace

from ltxspec.errors import Diagnostic, Location, Problems, Severity
from ltxspec.redaction import mask_secrets


class Findings:
    """Collects problems, and for each the instances that have it."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, dict[str, None]] = {}
        self._shared: set[Diagnostic] = set()

    def note(self, diagnostic: Diagnostic, instance: str | None = None, *, shared: bool = False) -> None:
        """Add a problem; `instance` is the key of the instance it is about, if it is about one.

        `shared` says that its place is not in the shot: it is the spec's, or a file's, that other shots use too.
        """
        told = _discreet(diagnostic)
        keys = self._found.setdefault(told, {})
        if instance is not None:
            keys[instance] = None
        if shared:
            self._shared.add(told)

    def add(self, severity: Severity, code: str, message: str, where: Location | None, hint: str | None = None) -> None:
        """Add a problem that is about the spec as a whole."""
        self.note(Diagnostic(severity, code, message, where, hint))

    def report(self, problems: Problems, instances: Mapping[str, int]) -> list[Diagnostic]:
        """Hand everything to `problems`, and give it back.

        Args:
            problems: gets the diagnostics.
            instances: shot -> how many instances it has. One that has the problem in all of them is not told apart.
        """
        every = sum(instances.values())
        diagnostics = []
        for diagnostic, keys in self._found.items():
            if diagnostic in self._shared:
                told = _named(diagnostic, list(keys)) if len(keys) < every else diagnostic
            else:
                told = _told(diagnostic, list(keys), instances)
            diagnostics.append(told)
        problems.extend(diagnostics)
        return diagnostics


def _told(diagnostic: Diagnostic, keys: list[str], instances: Mapping[str, int]) -> Diagnostic:
    """The diagnostic, naming the instances it is about where that helps."""
    expanded = [key for key in keys if "[" in key]
    shots = {key.partition("[")[0] for key in expanded}
    if not expanded or sum(instances.get(shot, 0) for shot in shots) == len(expanded) > 1:
        return diagnostic
    return _named(diagnostic, expanded)


def _named(diagnostic: Diagnostic, keys: list[str]) -> Diagnostic:
    if not keys:
        return diagnostic
    more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
    return replace(diagnostic, message=f"{diagnostic.message} (in `{keys[0]}`{more})")


def _discreet(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without secrets in its excerpt. Columns stay as they are."""
    where = diagnostic.where
    hidden = mask_secrets(where.excerpt) if where else ""
    return (
        diagnostic
        if where is None or hidden == where.excerpt
        else replace(diagnostic, where=replace(where, excerpt=hidden))
    )
