"""Whether a selection means something: patterns and labels that match no shot are most likely typing errors."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ltxspec.errors import Diagnostic, Problems
from ltxspec.plan.addresses import refuse_unknown
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import Selection
from ltxspec.render.models import RenderedSpec
from ltxspec.values import ShotAddress

_NAMED = 5  # labels named in one message


def check_selection(
    selection: Selection, rendered: Sequence[RenderedSpec], have: Mapping[str, RecordedState], *, is_saved: bool = False
) -> list[Diagnostic]:
    """Refuse patterns and labels that match no shot; warn about those without effect because of the selection.

    Shots of specs that are only read because others refer to them can be excluded and retaken, but are no targets.
    Those of a saved plan matched when it was made: what they match now shows in how the plans differ.
    """
    if not (selection.narrows or selection.retakes or selection.retries):
        return []
    given = [spec for spec in rendered if not spec.is_context]
    labels = {request.address: request.labels or {} for spec in given for request in spec.requests}
    if not is_saved:
        _refuse_unknown_labels(selection, labels.values())
    known = _known(given, have)
    unmatched = selection.unmatched(known, _known([spec for spec in rendered if spec.is_context], have))
    if not is_saved:
        refuse_unknown(unmatched, known)
    targets = [address for address in known if selection.is_target(address, labels.get(address))]
    options = {"--target": selection.targets, "--exclude": selection.excludes, "--label": selection.labels}
    narrowed = " and ".join(f"`{option}`" for option, given in options.items() if given)
    return [
        Diagnostic("warning", "outside-target", f"`{pattern.text}` is outside {narrowed} and has no effect")
        for pattern in (*selection.retakes, *selection.retries)
        if pattern.text not in unmatched and not any(pattern.matches(address) for address in targets)
    ]


def with_effect(
    found: Sequence[Diagnostic], selection: Selection, included: Collection[ShotAddress]
) -> list[Diagnostic]:
    """The warnings, without those about patterns that name a source which a selected shot needs."""
    patterns = [pattern for pattern in (*selection.retakes, *selection.retries) if any(map(pattern.matches, included))]
    said = tuple(f"`{pattern.text}` " for pattern in patterns)
    return [item for item in found if item.code != "outside-target" or not item.message.startswith(said)]


def _known(specs: Sequence[RenderedSpec], have: Mapping[str, RecordedState]) -> list[ShotAddress]:
    """Every shot of some specs: written, left out or recorded."""
    wanted = [request.address for spec in specs for request in spec.requests]
    wanted += [ShotAddress(spec.name, key) for spec in specs for key in spec.left_out]
    recorded = [address for spec in specs if spec.name in have for address in _recorded(spec.name, have[spec.name])]
    return list(dict.fromkeys([*wanted, *recorded]))


def _refuse_unknown_labels(selection: Selection, labels: Iterable[Mapping[str, str]]) -> None:
    """Refuse labels that no shot has: most likely typing errors. Raises Invalid."""
    every = dict.fromkeys((key, value) for item in labels for key, value in item.items())
    problems = Problems()
    for wanted in selection.labels:
        if (wanted.key, wanted.value) in every:
            continue
        values = [value for key, value in every if key == wanted.key]
        known = values or list(dict.fromkeys(key for key, _ in every))
        named = ", ".join(f"`{name}`" for name in known[:_NAMED]) + (" and more" if len(known) > _NAMED else "")
        hint = (
            (f"`{wanted.key}` is {named}" if values else f"the labels are {named}") if known else "no shot has labels"
        )
        problems.error("unknown-label", f"no shot has the label `{wanted}`", hint=hint)
    problems.raise_if_errors()


def _recorded(spec: str, have: RecordedState) -> list[ShotAddress]:
    """Every shot in the lockfile or the journal of a spec."""
    return [ShotAddress(spec, key) for key in have.instances()]
