"""The models that can be ordered, read from one JSON file each.

A model file is a JSON Schema (2020-12) of the request body, plus one `x-ltxspec` block for what a schema cannot
express: prices, which defaults are sent, where media are, and the source and date of every fact; see `docs/models.md`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from ltxspec.canonical import digest
from ltxspec.catalog.pointers import Names, parse_pointer, resolve
from ltxspec.catalog.settings import Settings
from ltxspec.catalog.shape import beyond, hint_for, problems_of, settings_of
from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.free_values import KnownNames
from ltxspec.suggest import nearest
from ltxspec.values import Json

FOLDER: Final = "schemas/models"  # where model files are, in a project as in ltxspec itself
_ANYTHING: Final[Json] = {}
_WORDS: Final = frozenset({"title", "description", "examples", "default", "deprecated"})  # they limit nothing
_DEEPEST: Final = 8
PROMPT: Final = "positivePrompt"  # the parameter for the rendered prompt


@dataclass(frozen=True, slots=True, eq=False)  # compared and cached by identity: a model is loaded once
class Model:
    """One model: what it accepts, and how requests for it are handled.

    `settings` is the whole `x-ltxspec` block; `ltxspec.catalog.defaults` and `.pricing` read their parts of it.
    """

    air: str  # the provider's id of the model
    slug: str
    name: str  # display name
    file: str  # the file it was read from, as named in messages
    task_type: str
    provider: str  # the service that sells it
    creator: str
    released: str | None  # ISO date
    schema: Mapping[str, Json]  # of the request body, with or without taskUUID
    settings: Settings
    recorded: frozenset[str]  # top-level parameters recorded with a take that do not change the video
    delivery: frozenset[str]  # top-level parameters that say where results go
    order: frozenset[str]  # top-level parameters that belong to one order, not to the request
    parameters: frozenset[str]  # all top-level names, of every kind
    media: Sequence[Names]  # where images and audio may be; "*" is any position of a list
    digest: str  # of the whole file


@dataclass(frozen=True, slots=True)
class Catalog:
    """All known models, in the order of their files."""

    models: Sequence[Model]
    by_name: Mapping[str, Model] = field(repr=False)  # AIR, slug and file stem
    packaged: Mapping[str, Model] = field(default_factory=dict, repr=False)  # by AIR, where a project replaces the file

    def find(self, name: str) -> Model | None:
        """The model with this AIR id, slug or file stem."""
        return self.by_name.get(name)

    def suggest(self, name: str) -> str | None:
        """The known name most similar to a misspelt one, if any is similar."""
        return nearest(name, self.by_name)


def load_catalog(
    documents: Mapping[str, Json], replaced: Mapping[str, Json] | None = None, own: Collection[str] | None = None
) -> Catalog:
    """Read model files.

    Everything ltxspec itself relies on is checked here; the JSON Schema itself is checked when first used (see
    `ltxspec.catalog.validation`), because the library for it is slow to import.

    Args:
        documents: file name -> parsed JSON.
        replaced: packaged files that the project replaces: their prices still apply to limits, and everything that
            they count as part of a request still counts.
        own: names of the project's own files, which are reported if a name is already taken; None: no distinction.

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
        except ValueError as error:  # a number that JSON readers may interpret differently
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


def takes_prompt(model: Model) -> bool:
    """Whether requests for the model may have a prompt; upscalers, erasers and lip-sync models have none."""
    return PROMPT in model.parameters


def needs_prompt(model: Model) -> bool:
    """Whether every request for the model must have a prompt."""
    return PROMPT in model.schema.get("required", ())


def stem_of(file: str) -> str:
    """The file's name without folders and `.json`."""
    return file.rpartition("/")[2].removesuffix(".json")


def _name_taken(name: str, file: str, other: str, own: Collection[str] | None) -> Diagnostic:
    """The problem of two files with one name, reported for the one that the user can change."""
    if own is None or other in own or file not in own:
        return model_problem(file, f"`{name}` is already the name of the model in `{other}`")
    problem = model_problem(file, f"`{name}` is already the name of the model in the packaged `{other}`")
    hint = f"give the model a name of its own; to replace the packaged one, name the file `{other}`"
    return replace(problem, hint=hint)


def model_problem(file: str, message: str) -> Diagnostic:
    """A problem with a model file, which is named with its folder."""
    hint = hint_for(message)
    where = Location(file if "/" in file else f"{FOLDER}/{file}", 1, 1)
    return Diagnostic("error", "model-file", message, where, hint)


def _read(file: str, document: Mapping[str, Json]) -> Model:
    settings = settings_of(document)
    return Model(
        air=settings.air,
        slug=settings.slug,
        name=settings.name,
        file=file,
        task_type=settings.task_type,
        provider=settings.provider,
        creator=settings.creator,
        released=settings.released,
        schema=document,
        settings=settings,
        recorded=frozenset(settings.recorded),
        delivery=frozenset(settings.delivery),
        order=frozenset(settings.order),
        parameters=frozenset(document["properties"]),
        media=tuple(parse_pointer(text) for text in settings.media),
        digest=digest(document),
    )


@lru_cache(maxsize=256)
def known_names(model: Model) -> KnownNames:
    """The names of all fields in a request for the model, at any depth, with those whose contents it leaves open."""
    fields = [*_fields(model.schema)]
    return KnownNames.of(
        (name for name, _ in fields), (name for name, schema in fields if _is_open(model.schema, schema))
    )


def _fields(schema: Json) -> Iterator[tuple[str, Json]]:
    """Every field with its schema."""
    if isinstance(schema, list):
        for item in schema:
            yield from _fields(item)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties.items()
        for key, item in schema.items():
            if key not in ("x-ltxspec", "examples"):
                yield from _fields(item)


def _is_open(root: Mapping[str, Json], schema: Json, depth: int = 0) -> bool:
    """Whether a field may hold a mapping with any names, or a list of such."""
    found = resolve(root, schema)
    if depth > _DEEPEST or "enum" in found or "const" in found:
        return False
    kinds = found.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "object" in kinds and found.get("additionalProperties") is not False:
        return True
    if "array" in kinds and _is_open(root, found.get("items", _ANYTHING), depth + 1):
        return True
    forms = [form for key in ("anyOf", "oneOf") for form in found.get(key, ())]
    if forms:
        return any(_is_open(root, form, depth + 1) for form in forms)
    return kinds == [None] and not found.keys() - _WORDS
