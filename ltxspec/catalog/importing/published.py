"""What a provider publishes about one model, read from the forms it comes in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ltxspec.canonical import digest
from ltxspec.catalog.pointers import MISSING, parse_pointer, value_at
from ltxspec.errors import LtxspecError
from ltxspec.values import Json

_STATUS: Final = {
    **dict.fromkeys(("live", "active", "available", "stable", "beta", "preview"), "active"),
    **dict.fromkeys(("deprecated", "retired", "sunset", "disabled", "removed", "offline"), "retired"),
    **dict.fromkeys(("unlisted", "hidden", "private"), "unlisted"),
}
_VIDEO_FORMATS: Final = frozenset({"MP4", "WEBM", "MOV"})
_DEEPEST: Final = 200  # levels of a source
_MODEL: Final = re.compile(r"[a-zA-Z0-9_.-]+:[a-zA-Z0-9_.-]+@[a-zA-Z0-9_.-]+")


class NotPublished(LtxspecError):
    """A source has no schema, or one that cannot become a model file."""

    code = "model-source"


@dataclass(frozen=True, slots=True)
class Published:
    """One model as its source describes it; what the source does not say is None."""

    air: str
    slug: str
    schema: Mapping[str, Json]  # of one request, as published
    root: Mapping[str, Json] = field(default_factory=dict)  # the document that `$ref` of the schema leads into
    task_type: str = "videoInference"
    gives_video: bool = True
    name: str | None = None
    creator: str | None = None
    released: str | None = None  # ISO date
    status: str | None = None  # `active`, `retired` or `unlisted`
    replaced_by: str | None = None
    prices: Sequence[Mapping[str, Json]] = ()  # published examples of prices, as they are
    types_only: bool = False  # the source has neither bounds nor defaults nor the contents of mappings

    @property
    def hash(self) -> str:
        """`sha256:<hex>` of everything the source says about the model."""
        parts: list[Json] = [self.schema, self.name, self.creator, self.released, self.status, self.replaced_by]
        parts += [[*self.prices]] if self.prices else []  # so that files imported without them stay as they are
        if self.root is not self.schema and (led := _led_into(self.schema, self.root)):
            parts.append(led)
        if self.task_type not in ("videoInference", _constant(self.schema, "taskType")):
            parts.append({"taskType": self.task_type})
        return digest(_exact([self.air, self.slug, *parts]))


def read_published(document: Json) -> list[Published]:
    """Every model in a parsed document: a schema bundle, one request schema, a `resolve` answer or an OpenAPI page.

    Raises:
        NotPublished: it is none of these.
    """
    _refuse_depth(document)
    if isinstance(document, dict):
        if isinstance(document.get("inference"), list):
            return [*_entries(document["inference"])]
        if "openapi" in document:
            return [_page(document)]
        if isinstance(document.get("requestSchema"), dict):
            found = _entry(document)
            if found is not None:
                return [found]
        if isinstance(document.get("properties"), dict) or "oneOf" in document or "anyOf" in document:
            return [_of(document, document, {})]
    raise NotPublished(
        "the source is neither a schema bundle (`inference`), a request schema, nor an OpenAPI page",
        hint="name a file such as `schema-map.json`, or the JSON of one model",
    )


def listed_airs(document: Json) -> frozenset[str]:
    """The ids of all models that a bundle lists, also of those without a schema."""
    entries = _listed(document.get("inference")) if isinstance(document, dict) else []
    return frozenset(air for entry in entries if isinstance(entry, dict) and (air := _text(entry.get("air"))))


def _entries(entries: Sequence[Json]) -> Iterator[Published]:
    for number, entry in enumerate(entries):
        try:
            found = _entry(entry)
        except NotPublished as error:
            name = _text(entry.get("slug")) or _text(entry.get("air")) or "without a name"
            raise NotPublished(f"{error.summary}: `inference[{number}]` ({name})", hint=error.hint) from None
        if found is not None:
            yield found


def _refuse_depth(document: Json) -> None:
    """Refuse what is nested so deeply that no schema can be: everything after this may follow it down."""
    level = [document]
    for _ in range(_DEEPEST):
        level = [
            item
            for node in level
            for item in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(item, dict | list)
        ]
        if not level:
            return
    raise NotPublished(f"the source is nested more than {_DEEPEST} levels deep")


def version_of(document: Json) -> str | None:
    """The version that a document says it has."""
    if not isinstance(document, dict):
        return None
    info = document.get("info") if isinstance(document.get("info"), dict) else {}
    found = document.get("version") or document.get("schemasVersion") or (info or {}).get("version")
    return str(found) if isinstance(found, str | int) and str(found).strip() else None


def _entry(entry: Json) -> Published | None:
    """One entry of a bundle; None if it has no schema of a request."""
    if not isinstance(entry, dict) or not isinstance(entry.get("requestSchema"), dict):
        return None
    return _of(entry["requestSchema"], entry["requestSchema"], entry)


def _page(page: Mapping[str, Json]) -> Published:
    """An OpenAPI page of one model: its request body is a list of tasks."""
    schemas = _inside(page, "components", "schemas")
    body = schemas.get("RequestBody")
    if not isinstance(body, dict):
        raise NotPublished("the OpenAPI page has no `components.schemas.RequestBody`")
    items = body.get("items", body)
    info = _inside(page, "info")
    title = info.get("title")
    about = {
        "air": info.get("x-air-id"),
        "slug": info.get("x-model-id"),
        "name": title.rpartition(" API - ")[2] if isinstance(title, str) else None,
        "creator": _inside(info, "x-creator").get("name"),
        "releasedAt": info.get("x-released-at"),
        "status": info.get("x-status"),
        "replacedBy": info.get("x-replaced-by"),
        "responseSchema": schemas.get("ResponseBody"),
        "prices": _inside(info, "x-pricing").get("examples"),
    }
    return _of(items if isinstance(items, dict) else body, page, about)


def _of(schema: Mapping[str, Json], root: Mapping[str, Json], about: Mapping[str, Json]) -> Published:
    """The model of a schema. Raises NotPublished if nothing names it."""
    air = _text(about.get("air")) or _constant(schema, "model")
    if air is None or not _MODEL.fullmatch(air):
        raise NotPublished(
            "the source does not say which model it is about",
            hint="the schema's `model` needs a `const`, or the entry an `air`",
        )
    task = _constant(schema, "taskType") or _text(about.get("taskType")) or "videoInference"
    released = _text(about.get("releasedAt")) or _text(about.get("released")) or ""
    creator = about.get("creator")
    return Published(
        air=air,
        slug=as_slug(_text(about.get("slug")) or air),
        schema=schema,
        root=root,
        task_type=task,
        gives_video=gives_video(task, schema, about.get("responseSchema")),
        name=_text(about.get("name")) or _text(about.get("title")),
        creator=_text(creator.get("name") if isinstance(creator, dict) else creator),
        released=released[:10] if re.match(r"\d{4}-\d{2}-\d{2}", released) else None,
        status=_STATUS.get((_text(about.get("status")) or "").lower()),
        replaced_by=_text(about.get("replacedBy")),
        prices=[item for item in _listed(about.get("prices")) if isinstance(item, dict)],
    )


def as_slug(text: str) -> str:
    """Lower-case words joined by `-`."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "model"


def gives_video(task: str, request: Json, response: Json) -> bool:
    """Whether a model makes videos: by its task type, by what it answers, or by the containers it offers."""
    if task == "videoInference":
        return True
    names = set(_names(response, 0)) if response is not None else set()
    if names:
        return bool(names & {"videoURL", "videoUUID"})
    formats = _inside(_inside(request, "properties"), "outputFormat").get("enum")
    return isinstance(formats, list) and bool(_VIDEO_FORMATS.intersection(map(str, formats)))


def _names(schema: Json, depth: int) -> Iterator[str]:
    """The names of all properties of a schema, at any depth up to 20."""
    if isinstance(schema, dict) and depth < 20:  # noqa: PLR2004  # deep enough for an answer
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for part in schema.values():
            yield from _names(part, depth + 1)
    elif isinstance(schema, list):
        for part in schema:
            yield from _names(part, depth + 1)


def _led_into(schema: Mapping[str, Json], root: Mapping[str, Json]) -> dict[str, Json]:
    """The parts of the document that references of a schema lead into, by reference."""
    found: dict[str, Json] = {}
    waiting: list[Json] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, Mapping):
            waiting += part.values()
            reference = part.get("$ref")
            if isinstance(reference, str) and reference not in found:
                is_here = reference.startswith("#/")
                target = value_at(root, parse_pointer(reference[1:])) if is_here else root.get("components")
                found[reference] = None if target is MISSING else target
                waiting.append(found[reference])
    return found


def _constant(schema: Mapping[str, Json], name: str) -> str | None:
    """The only value of a property, at the top or in every alternative of the schema."""
    found = _inside(_inside(schema, "properties"), name)
    only = found.get("enum")
    value = found.get("const", only[0] if isinstance(only, list) and len(only) == 1 else None)
    if value is None:
        lists = (_listed(schema.get(key)) for key in ("oneOf", "anyOf", "allOf"))
        parts = [part for found in lists for part in found if isinstance(part, dict)]
        values = {item for part in parts if (item := _constant(part, name)) is not None}
        value = values.pop() if len(values) == 1 else None
    return _text(value)


def _inside(value: Json, *path: str) -> Mapping[str, Json]:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _exact(value: Json) -> Json:
    """A value that has a canonical form: numbers beyond it as text."""
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 2**53:
        return repr(value)
    return value
