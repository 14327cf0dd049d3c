"""Hints for values that were meant as a reference to a shot and are none."""

from collections.abc import Container, Mapping

from ltxspec.catalog.media import media_kind
from ltxspec.catalog.messages import ParameterProblem
from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import value_at
from ltxspec.suggest import nearest
from ltxspec.values import Json

_LOOKS = "a frame of a shot is written `{shot: alley, frame: last}`"


def reference_hint(
    problem: ParameterProblem, model: Model, body: Mapping[str, Json], shots: Container[str]
) -> str | None:
    """What to write where an invalid value seems to mean a shot; None if it does not.

    Args:
        problem: what is wrong with the value.
        model: the model of the request.
        body: the parameters.
        shots: the names of the shots of the spec.
    """
    if media_kind(model, problem.path) is None:
        return None
    value = value_at(body, problem.path)
    if isinstance(value, str) and value in shots:
        return f"for a frame of the shot `{value}`, write `{{shot: {value}, frame: last}}`"
    if not isinstance(value, dict):
        return None
    wrong = next((key for key in value if nearest(key, ["shot"])), None)
    return f"did you mean `shot` instead of `{wrong}`? {_LOOKS}" if wrong is not None else _LOOKS
