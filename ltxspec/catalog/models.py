"""The models that can be ordered, read from one JSON file each.

A model file is a JSON Schema (2020-12) of the request body, plus one `x-ltxspec` block with what a schema cannot say:
prices, which defaults are sent, where media stand, and the source and date of every fact; see `docs/models.md`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ltxspec.canonical import digest
from ltxspec.catalog.pointers import Names, parse_pointer
from ltxspec.catalog.shape import HINTS, beyond, problems_of
from ltxspec.catalog.spelling import nearest
from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.values import Json

FOLDER: Final = "schemas/models"  # where model files are, in a project as in ltxspec itself
PROMPT: Final = "positivePrompt"  # the parameter a rendered prompt becomes


@dataclass(frozen=True, slots=True, eq=False)  # compared and cached by identity: a model is loaded once
class Model:
    """One model: what it accepts, and how to treat it.

    `settings` is the `x-ltxspec` block as it stands; `ltxspec.catalog.defaults` and `.pricing` read their part of it.
    """

    air: str  # the provider's id of the model
    slug: str
    name: str  # for people
    file: str  # the file it was read from, as named in messages
    task_type: str
    provider: str  # the service that sells it
    creator: str
    released: str  # ISO date
    schema: Mapping[str, Json]  # of the request body, without taskUUID or with it
    settings: Mapping[str, Json]
    recorded: frozenset[str]  # top-level parameters kept with a take that do not change the video
    delivery: frozenset[str]  # top-level parameters that say where results go
    order: frozenset[str]  # top-level parameters that belong to one order and are no part of the request
    parameters: frozenset[str]  # all top-level names, of every kind
    media: Sequence[Names]  # where images and audio may stand; "*" is any position of a list
    digest: str  # of the whole file: changes when anything in it does


@dataclass(frozen=True, slots=True)
class Catalog:
    """All known models, in the order of their files."""

    models: Sequence[Model]
    by_name: Mapping[str, Model] = field(repr=False)  # AIR, slug and file stem
    packaged: Mapping[str, Model] = field(default_factory=dict, repr=False)  # by AIR, where a project has its own file

    def find(self, name: str) -> Model | None:
        """The model with this AIR id, slug or file stem."""
        return self.by_name.get(name)

    def suggest(self, name: str) -> str | None:
        """The known name nearest to a misspelt one, if any is near."""
        return nearest(name, self.by_name, cutoff=0.6)


def load_catalog(
    documents: Mapping[str, Json], replaced: Mapping[str, Json] | None = None, own: Collection[str] | None = None
) -> Catalog:
    """Read model files.

    What ltxspec itself relies on is checked here; that the JSON Schema is a valid one is checked when it is first used
    (see `ltxspec.catalog.validation`), because the library for it is slow to import.

    Args:
        documents: file name -> parsed JSON.
        replaced: packaged files in whose place the project has others: their prices still bind limits, and all that
            they count as part of a request counts.
        own: names of the files that are the project's own, which are to blame for a name that is there already; None:
            all are of one kind.

    Raises:
        Invalid: a file is malformed, or two files claim one name; every problem names its file.
    """
    problems = [
        model_problem(file, message) for file, document in documents.items() for message in problems_of(file, document)
    ]
    if problems:
        raise Invalid(problems)
    models: list[Model] = []
    for file, document in documents.items():
        try:
            models.append(_read(file, document))
        except ValueError as error:  # a number that not every reader of JSON takes for the same
            problems.append(model_problem(file, str(error)))
    by_name: dict[str, Model] = {}
    for model in models if own is None else sorted(models, key=lambda model: model.file in own):
        for name in dict.fromkeys((model.air, model.slug, stem_of(model.file))):
            other = by_name.setdefault(name, model)
            if other is not model:
                problems.append(_name_taken(name, model.file, other.file, own))
    packaged = {model.air: model for model in (_read(file, document) for file, document in (replaced or {}).items())}
    problems += [
        model_problem(model.file, message)
        for model in models
        if model.air in packaged
        for message in beyond(model.settings, packaged[model.air].settings)
    ]
    if problems:
        raise Invalid(problems)
    return Catalog(tuple(models), by_name, packaged)


def stem_of(file: str) -> str:
    """The file's name without folders and `.json`."""
    return file.rpartition("/")[2].removesuffix(".json")


def _name_taken(name: str, file: str, other: str, own: Collection[str] | None) -> Diagnostic:
    """Two files have one name: the file of the two that can be mended is to blame."""
    if own is None or other in own or file not in own:
        return model_problem(file, f"`{name}` is already the name of the model in `{other}`")
    problem = model_problem(file, f"`{name}` is already the name of the model in the packaged `{other}`")
    hint = f"give the model a name of its own; to describe the packaged one anew, name the file `{other}`"
    return replace(problem, hint=hint)


def model_problem(file: str, message: str) -> Diagnostic:
    """What is wrong with a model file, which is named with its folder."""
    hint = HINTS.get(message, "model files are described in `docs/models.md`")
    where = Location(file if "/" in file else f"{FOLDER}/{file}", 1, 1)
    return Diagnostic("error", "model-file", message, where, hint)


def _read(file: str, document: Mapping[str, Json]) -> Model:
    settings = document["x-ltxspec"]
    return Model(
        air=settings["air"],
        slug=settings["slug"],
        name=settings["name"],
        file=file,
        task_type=settings["taskType"],
        provider=settings["provider"],
        creator=settings["creator"],
        released=settings["released"],
        schema=document,
        settings=settings,
        recorded=frozenset(settings["recorded"]),
        delivery=frozenset(settings["delivery"]),
        order=frozenset(settings["order"]),
        parameters=frozenset(document["properties"]),
        media=tuple(parse_pointer(text) for text in settings["media"]),
        digest=digest(document),
    )
