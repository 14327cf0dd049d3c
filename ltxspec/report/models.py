"""The model catalog as text."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ltxspec.catalog.media_places import free_places
from ltxspec.catalog.models import PROMPT, Model, needs_prompt, takes_prompt
from ltxspec.catalog.pointers import properties_of, resolve
from ltxspec.catalog.pricing import lowered_rows, price_lines, price_rows
from ltxspec.report.results.setup import ListedModel
from ltxspec.report.terminal import Style, clean, hanging, pad, width_of
from ltxspec.values import Json, dollars

_KINDS = {"object": "mapping", "string": "text", "array": "list", "integer": "whole number", "boolean": "true or false"}
Packaged = Mapping[str, Model]  # by AIR, for models with a project file: see `Catalog.packaged`
NONE: Packaged = {}
_SET_BY_US = frozenset({"taskType", "model", PROMPT})


def models_text(models: Sequence[Model], style: Style, packaged: Packaged = NONE) -> str:
    """One line per model, with a note if the project prices it lower than ltxspec does."""
    width = max(width_of(clean(model.air)) for model in models)
    slugs = max(width_of(clean(model.slug)) for model in models)
    lines: list[str] = []
    for model in models:
        names = f"{pad(clean(model.air), width)}  {pad(clean(model.slug), slugs)}  "
        lines += hanging(names, clean(f"{model.name}{_life(model)}{_lowered(model, packaged)}"), style)
    return "\n".join(lines)


def _life(model: Model) -> str:
    """What is said of a model that the provider does not offer any more."""
    settings = model.settings
    if settings.status == "active":
        return ""
    since = f" since {settings.status_date}" if settings.status_date else ""
    successor = f"; use {settings.replaced_by}" if settings.replaced_by else ""
    return f"  ({settings.status}{since}{successor})"


def _lowered(model: Model, packaged: Packaged) -> str:
    other = packaged.get(model.air)
    lower = other is not None and lowered_rows(model, other)
    return "  (priced lower by a file of the project; limits use ltxspec's own prices)" if lower else ""


def model_text(model: Model, packaged: Packaged = NONE) -> str:
    """One model: its parameters with limits and defaults, rules between parameters, prices, decisions."""
    lines = [f"{model.name}", f"  model: {model.air}  (or {model.slug}){_life(model)}"]
    if (pinned := model.settings.imported) is not None:
        version = f", version {pinned.version}" if pinned.version else ""
        lines.append(f"  imported from {pinned.source}{version}, {pinned.date}")
    lines += ["", "Parameters"]
    if takes_prompt(model):
        needed = "required" if needs_prompt(model) else "optional"
        lines += _described(f"prompt ({needed})", resolve(model.schema, model.schema["properties"][PROMPT]))
    lines += _parameters(model, model.schema, "")
    lines += _media(model)
    for names, values in _together(model.schema.get("allOf", [])):
        lines += ["", f"Accepted together: {' x '.join(names)}", f"  {', '.join(values)}"]
    if rules := list(_rules(model.schema.get("allOf", []))):
        lines += ["", "Rules", *(f"  {rule}" for rule in rules)]
    lines += ["", *_prices(model), *_packaged_prices(model, packaged)]
    if model.settings.decisions:
        lines += ["", "Decisions"]
        lines += [f"  {item.about}: {item.decision} {item.why}" for item in model.settings.decisions]
    if model.settings.facts:
        lines += ["", "Where this is known from"]
        lines += [f"  {fact.fact}  ({fact.confidence}, {fact.date}: {fact.source})" for fact in model.settings.facts]
    return "\n".join(map(clean, lines))  # descriptions and names come from whoever published the model


def _prices(model: Model) -> Iterator[str]:
    """What is known of the price: a sum of parts, or dollars per second."""
    rows, parts = price_rows(model), price_lines(model)
    if parts:
        yield from ("Prices (the sum of)", *(f"  {said}: {dollars(usd)}" for said, usd in parts.items()))
    else:
        yield "Prices (USD per second)" if rows else "No price is known"
    for row in rows:
        size = "×".join(str(part) for part in row.at.values())
        yield f"  {size}: {dollars(row.usd_per_second)}  ({row.confidence}, {row.date}: {row.source})"


def _packaged_prices(model: Model, packaged: Packaged) -> Iterator[str]:
    """The packaged prices, where the project's own file has a lower price or none."""
    other = packaged.get(model.air)
    for row, price in lowered_rows(model, other) if other is not None else ():
        size = "×".join(str(part) for part in row.at.values())
        own = "no price" if price is None else dollars(price)
        yield f"  {size}: {dollars(row.usd_per_second)} by ltxspec's own prices, which limits use; {own} here"


def _parameters(model: Model, schema: Json, prefix: str) -> Iterator[str]:
    """One line per parameter that a spec may set; the contents of a mapping or list follow it."""
    needed = resolve(model.schema, schema).get("required", ())
    for name, reference in properties_of(model.schema, schema).items():
        if not prefix and name in _SET_BY_US | model.order:
            continue
        required = name in needed
        inner = resolve(model.schema, reference)
        parts = list(_parameters(model, inner, f"{prefix}{name}."))
        for form in _forms(model, inner):
            parts += _parameters(model, form, f"{prefix}{name}[].")
        if inner.get("type") != "object" or not parts:
            yield from _described(f"{prefix}{name}", inner, required=required)
        elif required:
            yield f"  {prefix}{name}: required"
        yield from parts


def _media(model: Model) -> Iterator[str]:
    """Parameters with media that only the list of media names, because the schema takes any names there."""
    places = free_places(model)
    if places:
        yield from ("", "Media that it may take (its source does not say which of them it needs)")
    for kind in dict.fromkeys(places.values()):
        yield f"  {kind}: {', '.join('.'.join(path) for path, one in places.items() if one == kind)}"


def _described(name: str, schema: Mapping[str, Json], *, required: bool = False) -> Iterator[str]:
    limits = [_kind(schema), *_bounds(schema), *_default(schema), "required" if required else ""]
    yield f"  {name}: {', '.join(filter(None, limits)) or 'any'}"
    if "description" in schema:
        yield f"      {schema['description']}"


def _forms(model: Model, schema: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The possible forms of a list item."""
    items = resolve(model.schema, schema.get("items", {}))
    return [resolve(model.schema, form) for form in items.get("anyOf", [items])]


def _kind(schema: Mapping[str, Json]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(_shown(value) for value in schema["enum"])
    if "const" in schema:
        return f"only {_shown(schema['const'])}"
    return _KINDS.get(schema.get("type", ""), str(schema.get("type", "")))


def _bounds(schema: Mapping[str, Json]) -> Iterator[str]:
    for kind, unit, least in (("imum", "", None), ("Length", " characters", 1), ("Items", " items", 0)):
        low, high = schema.get(f"min{kind}"), schema.get(f"max{kind}")
        if low is not None and high is not None:
            yield f"{low}–{high}{unit}" if low != high else f"{low}{unit.removesuffix('s') if low == 1 else unit}"
        elif low not in (None, least):
            yield f"at least {low}{unit}"
        elif high is not None:
            yield f"at most {high}{unit}"


def _default(schema: Mapping[str, Json]) -> list[str]:
    return [f"default {_shown(schema['default'])}"] if "default" in schema else []


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _together(rules: Sequence[Json]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Parameters of which only certain combinations are accepted, such as sizes: names, and values as `1920x1080`."""
    for written in rules:
        rule = written.get("then", {}) if written.get("if", {}).keys() == {"required"} else written
        options = [option.get("properties", {}) for option in rule.get("anyOf", [])]
        names = list(options[0]) if options else []
        if len(names) > 1 and all(
            option.keys() == set(names) and all("const" in value for value in option.values()) for option in options
        ):
            yield names, ["x".join(_shown(option[name]["const"]) for name in names) for option in options]


def _rules(rules: Sequence[Json]) -> Iterator[str]:
    """The model's own messages about combinations of parameters, without those that refer to given values."""
    for rule in rules:
        message = rule.get("x-problem", {}).get("message", "{/")
        if "{/" not in message:
            yield message


def listed(model: Model) -> ListedModel:
    """One line of the catalog, as data."""
    settings = model.settings
    found = ListedModel(
        model.air, model.slug, model.name, source=None if settings.imported is None else settings.imported.source
    )
    if settings.status == "active":
        return found
    return replace(found, status=settings.status, status_date=settings.status_date, replaced_by=settings.replaced_by)
