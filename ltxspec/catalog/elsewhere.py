"""Where another model differs: what a parameter is called here, and which model accepts what this one does not."""

from collections.abc import Iterator, Mapping

from ltxspec.catalog.declared import declares
from ltxspec.catalog.models import PROMPT, Catalog, Model
from ltxspec.catalog.pointers import MISSING, Path, parse_pointer, value_at
from ltxspec.catalog.validation import ParameterProblem, validate
from ltxspec.catalog.wording import joined, name_of
from ltxspec.values import Json

_ASKED = 50  # problems for which other models are asked: each is one validation of each model
_NAMED = 3  # models that a hint lists; more of them are counted
_NO_MODEL = 2**40 + 1  # no size, length, rate or number that a model takes
_NO_COUNT = 1000
_LIMITS = frozenset({"unknown-parameter", "not-allowed", "out-of-range", "wrong-count", "unsupported-size"})


class Elsewhere:
    """Hints from the rest of the catalog, for the problems of one spec."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[str, str | None] = {}

    def hint(self, problem: ParameterProblem, model: Model, params: Mapping[str, Json]) -> str | None:
        """The hint of a problem, with what the other models of the catalog add to it."""
        if problem.code == "unknown-parameter" and (moved := _moved(problem.path, model, params)):
            return moved
        if problem.code not in _LIMITS:
            return problem.hint
        told = {name: value for name, value in params.items() if name not in {"taskType", "model", PROMPT}}
        key = repr((model.air, problem.path, told))
        if key not in self._known and len(self._known) < _ASKED:
            self._known[key] = self._accepted_by(problem, model, told)
        own = problem.hint
        if (other := self._known.get(key)) is None:
            return own
        if own is None or (problem.code == "unknown-parameter" and own.startswith("allowed here")):
            return other
        return f"{own}; {other}"

    def _accepted_by(self, problem: ParameterProblem, model: Model, params: Mapping[str, Json]) -> str | None:
        """The models that certainly take a parameter: they name it, and whatever else this model takes of the shot."""
        given = {name: params[name] for name in _together(str(problem.path[0]), model) if name in params}
        if value_at(given, problem.path[:1]) is MISSING:
            return None
        if problem.code == "unknown-parameter" and value_at(params, problem.path) is MISSING:
            return None  # a null: it has no value that another model could accept
        unheard = {one.path[0] for one in _problems(model, params) if one.code == "unknown-parameter"} - given.keys()
        rest = {name: value for name, value in params.items() if name not in unheard}
        unknown = problem.code == "unknown-parameter"
        names = [
            f"`{other.air}` ({other.name})"
            for other in self._catalog.models
            if other is not model
            and declares(other.schema, other.schema, rest)
            and _accepts(other, given)
            and (unknown or not _accepts(other, _absurd(given)))
        ]
        more = len(names) - _NAMED
        if more > 1:
            names = [*names[:_NAMED], f"{more} other models"]
        return f"{joined(names, 'and')} {'accept' if len(names) > 1 else 'accepts'} it" if names else None


def _accepts(model: Model, given: Mapping[str, Json]) -> bool:
    """Whether a model refuses none of the given parameters; what is missing does not matter."""
    return not any(problem.path[0] in given for problem in _problems(model, given))


def _problems(model: Model, given: Mapping[str, Json]) -> list[ParameterProblem]:
    return validate(model, {"taskType": model.task_type, "model": model.air, **given}, prompt=False)


def _absurd(given: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters with values that no model has: one that takes them states no limits, and may refuse anything."""
    return {name: _overdone(value) for name, value in given.items()}


def _overdone(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _overdone(item) if isinstance(item, dict | list) else item for name, item in value.items()}
    if isinstance(value, list):
        return value * _NO_COUNT
    return f"{value}\N{SNOWMAN}" if isinstance(value, str) else _NO_MODEL


def _moved(path: Path, model: Model, params: Mapping[str, Json]) -> str | None:
    """Where parameters that another model has under an unknown name are written here."""
    found = [
        f"`{'.'.join(old)}` as {name_of(parse_pointer(new))}"
        for new, old in _renamed(model)
        if old[: len(path)] == tuple(path) and value_at(params, old) is not MISSING
    ]
    return f"this model takes {joined(found, 'and')}" if found else None


def _renamed(model: Model) -> Iterator[tuple[str, tuple[str, ...]]]:
    for new, others in model.settings.renamed.items():
        for other in others:
            yield new, tuple(parse_pointer(other))


def _together(name: str, model: Model) -> list[str]:
    """A parameter and those that are only accepted together with it, such as width and height."""
    groups = [model.settings.price.by, *model.settings.defaults.together]
    tops = [[parse_pointer(pointer)[0] for pointer in group] for group in groups]
    return list(dict.fromkeys([name, *(top for group in tops if name in group for top in group)]))
