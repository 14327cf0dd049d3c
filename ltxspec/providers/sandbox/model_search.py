"""modelSearch, answered from the catalog.

The questions of both official SDKs are accepted: Python 1.4.0 has `tags`, `type` and `conditioning`; TypeScript 1.6.8
and Python 1.8.0 have `capabilities` and `sort`, and call the provider's own models `featured` or `official`.
"""

from collections.abc import Mapping, Sequence

from ltxspec.catalog.models import Catalog, Model
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.uploads import problem
from ltxspec.values import Json

_OLDER = ("tags", "type", "conditioning")  # parameters
_FIELDS = frozenset(("taskType", "taskUUID", "search", "architecture", "capabilities", "limit", "offset", *_OLDER))
_CHOICES: Mapping[str, Sequence[str]] = {
    "source": ("featured", "official", "community"),
    "category": ("checkpoint", "lora", "lycoris", "vae", "embeddings"),
    "visibility": ("public", "private", "all", "favorite", "owned"),
    "sort": (
        "_score",
        *(sign + name for name in ("popularity", "name", "addedUnixTimestamp") for sign in ("", "-")),
        *(sign + "updatedDateUnixTimestamp" for sign in ("", "-")),
    ),
}
_NONE_HERE: Mapping[str, Sequence[str]] = {  # what no model of the catalog is
    "source": ("community",),
    "category": ("lora", "lycoris", "vae", "embeddings"),
    "visibility": ("private", "favorite", "owned"),
}
_USUAL, _MOST = 20, 100  # results of one answer


def search_models(task: Mapping[str, Json], catalog: Catalog) -> dict[str, Json] | ServiceProblem:
    """The models that a question names, with `totalResults`: all that fit, also beyond `limit`."""
    wrong = _wrong(task)
    if wrong is not None:
        return wrong
    found = [] if _asks_for_others(task) else [model for model in catalog.models if _fits(model, task)]
    sort = str(task.get("sort", ""))
    if sort.endswith("name"):
        found.sort(key=lambda model: model.name, reverse=sort.startswith("-"))
    elif sort.endswith("Timestamp"):
        found.sort(key=lambda model: model.released or "", reverse=sort.startswith("-"))
    first = task.get("offset", 0)
    shown = found[first : first + task.get("limit", _USUAL)]
    reply = {"taskType": "modelSearch", "taskUUID": task["taskUUID"], "totalResults": len(found)}
    return reply | {"results": [_result(model) for model in shown]}


def _wrong(task: Mapping[str, Json]) -> ServiceProblem | None:
    for name in task:
        if name not in _FIELDS and name not in _CHOICES:
            return problem(task, "unsupportedParameter", f"A search has no parameter {name}.", name)
    for name, choices in _CHOICES.items():
        if name in task and task[name] not in choices:
            code = f"invalid{name[:1].upper()}{name[1:]}"
            return problem(task, code, f"The {name} must be one of: {', '.join(choices)}.", name)
    for name, least, most in (("limit", 1, _MOST), ("offset", 0, 2**31)):
        value = task.get(name, least)
        if type(value) is not int or not least <= value <= most:
            code = f"invalid{name[:1].upper()}{name[1:]}"
            return problem(task, code, f"The {name} must be a whole number from {least} to {most}.", name)
    return None


def _asks_for_others(task: Mapping[str, Json]) -> bool:
    return any(task.get(name) in values for name, values in _NONE_HERE.items())


def _fits(model: Model, task: Mapping[str, Json]) -> bool:
    words = str(task.get("search") or "").lower().split()
    text = f"{model.air} {model.slug} {model.name} {model.creator}".lower()
    kinds = task.get("capabilities")
    wanted = set(kinds) if isinstance(kinds, list) else set()
    return all(word in text for word in words) and wanted <= {*_capabilities(model)}


def _capabilities(model: Model) -> list[str]:
    """What a model turns into video; the provider's own names of capabilities are not documented in full."""
    inputs = {str(names[-2 if names[-1] == "*" else -1]) for names in model.media}
    return ["text-to-video", *(["image-to-video"] if any("mage" in name for name in inputs) else [])]


def _result(model: Model) -> dict[str, Json]:
    return {
        "air": model.air,
        "name": model.name,
        "category": "checkpoint",
        "architecture": None,
        "capabilities": _capabilities(model),
        "source": "featured",
        "heroImage": None,
        "private": False,
        "isFavorite": False,
        "provider": model.creator,
        "shortDescription": f"{model.name} by {model.creator}",
    }
