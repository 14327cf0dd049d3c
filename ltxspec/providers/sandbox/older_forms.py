"""Older forms of a request that the provider still takes: `frameImages` beside `inputs`, and `inputImage` for `image`.

Sources: the provider's pages of October 2025 show `frameImages` at the top level; the Python package `runware` 0.5.24
(`base.py`, `_addVideoImages`) and scripts for `@runware/sdk-js` 1.3.2, which sends what it is given, still order like
this, and a public script reports that LTX-2.5 Pro takes it. Two public adapters send `inputImage` inside `inputs`.
"""

from collections.abc import Mapping
from dataclasses import replace

from ltxspec.catalog.models import Model
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.values import Json

_NAME = "frameImages"
_PRESENT = f"inputs.{_NAME}"


def in_present_form(task: Mapping[str, Json], model: Model) -> Mapping[str, Json]:
    """The same request as its model describes it; anything that is wrong with it stays wrong.

    A request with both forms, or with neither, is returned as it is.
    """
    inputs = task.get("inputs", {})
    if not _takes_frames(model) or not isinstance(inputs, dict) or has_both_forms(task, model):
        return task
    given = task.get(_NAME, inputs.get(_NAME))
    if given is None:
        return task
    images = [_renamed(image) for image in given] if isinstance(given, list) else given
    return {**_without(task), "inputs": {**inputs, _NAME: images}}


def has_both_forms(task: Mapping[str, Json], model: Model) -> bool:
    """Whether a request gives its frame images twice, in the older and in the present place."""
    inputs = task.get("inputs")
    return _takes_frames(model) and _NAME in task and isinstance(inputs, dict) and _NAME in inputs


def as_sent(problem: ServiceProblem, task: Mapping[str, Json], model: Model) -> ServiceProblem:
    """A problem of the request in its present form, named where the client wrote it."""
    if not _takes_frames(model) or _NAME not in task:
        return problem
    parameter = problem.parameter and problem.parameter.replace(_PRESENT, _NAME)
    return replace(problem, parameter=parameter, message=problem.message.replace(_PRESENT, _NAME))


def _takes_frames(model: Model) -> bool:
    """Whether the model takes frame images in `inputs`, and none at the top level."""
    return _NAME not in model.schema["properties"] and any(path[:2] == ("inputs", _NAME) for path in model.media)


def _without(task: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in task.items() if name != _NAME}


def _renamed(image: Json) -> Json:
    if not isinstance(image, dict) or "inputImage" not in image or "image" in image:
        return image
    return {"image": image["inputImage"], **{name: value for name, value in image.items() if name != "inputImage"}}
