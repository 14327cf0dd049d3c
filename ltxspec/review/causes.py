"""Finds why a rendered prompt or parameter differs: the shot's own text, a variable, a row of data, a file, defaults.

A prompt can change although its shot was not edited. References are found by parsing the text, so a file whose name is
computed in a template is not found; every reported cause did change.
"""

import json
from collections.abc import Sequence

from ltxspec.plan.actions import FieldChange
from ltxspec.redaction import redact_secrets
from ltxspec.render.references import is_reference_name
from ltxspec.review.models import Cause, CauseKind
from ltxspec.review.references import References, references
from ltxspec.review.scopes import ScopeView, SpecScope, TextFile
from ltxspec.values import Json

_LONGEST = 300  # characters of a value that are shown: enough to recognise it
_MISSING = object()
_PROMPT, _MODEL = "positivePrompt", "model"


def causes_of(before: ScopeView, after: ScopeView, changes: Sequence[FieldChange]) -> tuple[Cause, ...]:
    """The causes of changes in a request between two sides, each once.

    Args:
        before: the shot at the base.
        after: the shot at the head, possibly under another name.
        changes: the changed fields of the request, from base to head.
    """
    search = _Search(before, after)
    for change in changes:
        steps = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:]]
        match steps:
            case ["positivePrompt"]:
                search.prompt()
            case ["files", name]:
                if not is_reference_name(name):  # else it is shown as what the shot follows from
                    search.file(name)
            case ["model"]:
                search.model(change)
            case [name, *_]:
                search.parameter(name, change)
            case _:
                pass
    return tuple(search.found)


class _Search:
    """The causes found so far for one shot."""

    def __init__(self, before: ScopeView, after: ScopeView) -> None:
        self._before = before
        self._after = after
        self._seen: set[str] = set()  # variables already checked
        self._files: set[str] = set()
        self.found: dict[Cause, None] = {}

    def add(self, kind: CauseKind, name: str, before: Json = None, after: Json = None) -> None:
        """Add a cause."""
        self.found[Cause(kind.value, name, _shown(before), _shown(after))] = None

    def file(self, name: str) -> None:
        """Add a file whose content changed, with its path from the root."""
        self.add(CauseKind.FILE, self._after.scope.place_of(name))

    def prompt(self) -> None:
        """Check the prompt's own text, and everything that either version of it references."""
        old, new = self._before.shot, self._after.shot
        if (old.prompt_file is None) is not (new.prompt_file is None) or old.prompt_file != new.prompt_file:
            self.add(CauseKind.PROMPT, new.name, old.prompt_file, new.prompt_file)
        elif new.prompt_file is not None:
            self._file(new.prompt_file, None)
            return
        elif old.prompt != new.prompt:
            self.add(CauseKind.PROMPT, new.name)
        self._mentioned(_both(old.prompt, new.prompt), None)

    def model(self, change: FieldChange) -> None:
        """Check whether another model was chosen, by name or through a variable."""
        old, new = (view.shot.model or view.scope.spec.model for view in (self._before, self._after))
        if old != new:
            self.add(CauseKind.MODEL, _MODEL, change.before, change.after)
        else:
            self._mentioned(references(new), None)

    def parameter(self, name: str, change: FieldChange) -> None:
        """Check a parameter, or a field inside it: set in the shot, in `defaults`, or by the model."""
        old, new = self._before, self._after
        field = ".".join(part for part in change.path.split("/")[1:])
        own = (old.shot.parameters.get(name, _MISSING), new.shot.parameters.get(name, _MISSING))
        general = (old.scope.spec.defaults.get(name, _MISSING), new.scope.spec.defaults.get(name, _MISSING))
        known = len(self.found)
        if own[0] != own[1]:
            self.add(CauseKind.PARAMETER, field, change.before, change.after)
        elif general[0] != general[1]:
            self.add(CauseKind.DEFAULTS, field, change.before, change.after)
        mentioned = [references(value) for value in (*own, *general) if value is not _MISSING]
        for each in mentioned:
            self._mentioned(each, None)
        has_model = any(cause.kind == CauseKind.MODEL for cause in self.found)
        if not mentioned and not has_model and len(self.found) == known:
            self.add(CauseKind.MODEL_DEFAULT, field, change.before, change.after)

    def _mentioned(self, mentioned: References, beside: tuple[TextFile, TextFile] | None) -> None:
        """Check the variables and files that a text references; `beside` is the file with the text, on both sides."""
        for name in sorted(mentioned.names - self._seen):
            self._seen.add(name)
            self._variable(name)
        for path in sorted(mentioned.files):
            self._file(path, beside)

    def _variable(self, name: str) -> None:
        values = [view.variables.get(name, _MISSING) for view in (self._before, self._after)]
        if _same(*values):
            return
        written = [view.written(name) for view in (self._before, self._after)]
        known = len(self.found)
        if _same(*written):  # then something it references changed
            self._mentioned(references(written[1]), None)
        if len(self.found) == known:
            old, new = (None if value is _MISSING else value for value in values)
            self.add(*_origin(name, self._after if values[1] is not _MISSING else self._before), old, new)

    def _file(self, path: str, beside: tuple[TextFile, TextFile] | None) -> None:
        old = _find(self._before.scope, path, beside[0] if beside else None)
        new = _find(self._after.scope, path, beside[1] if beside else None)
        named = new or old
        if named is None or named.path in self._files:
            return
        self._files.add(named.path)
        if old is None or new is None or old.text != new.text:
            self.add(CauseKind.FILE, named.path)
        if old is not None and new is not None:
            self._mentioned(_both(old.text, new.text), (old, new))


def _find(scope: SpecScope, path: str, beside: TextFile | None) -> TextFile | None:
    """A file, searched for as templates do: relative to the spec first, then to the file that names it."""
    return scope.file(path) or (scope.file(path, beside.path) if beside else None)


def _both(*texts: Json) -> References:
    return references([text for text in texts if text is not None])


def _origin(name: str, view: ScopeView) -> tuple[CauseKind, str]:
    """The kind of a variable, and a name by which the reader finds it."""
    shot = view.shot
    if name not in view.instance.variables:
        return CauseKind.VARIABLE, name
    if shot.for_each is not None:
        file = shot.for_each.file
        return CauseKind.DATA, f"{view.scope.place_of(file) if file else 'forEach'}: {name}"
    return CauseKind.DATA, f"matrix: {name}"


def _same(one: Json, other: Json) -> bool:
    """Whether two values render as the same text: 1, 1.0 and true do not."""
    return bool(one == other) and repr(one) == repr(other)


def _shown(value: Json) -> str | None:
    if value is None:
        return None
    value = redact_secrets(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
