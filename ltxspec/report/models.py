"""The model catalog, for reading."""

from collections.abc import Iterator, Sequence

from ltxspec.catalog.models import Model
from ltxspec.catalog.pricing import price_rows
from ltxspec.values import Json, format_usd


def models_text(models: Sequence[Model]) -> str:
    """One line a model."""
    width = max(len(model.air) for model in models)
    slugs = max(len(model.slug) for model in models)
    return "\n".join(f"{model.air:<{width}}  {model.slug:<{slugs}}  {model.name}" for model in models)


def model_text(model: Model) -> str:
    """One model: its parameters with limits and defaults, prices, decisions."""
    lines = [f"{model.name}", f"  model: {model.air}  (or {model.slug})", "", "Parameters"]
    required = set(model.schema.get("required", ()))
    for name, schema in model.schema.get("properties", {}).items():
        mark = " (required)" if name in required else ""
        lines.append(f"  {name}{mark}: {', '.join(_limits(schema)) or 'any'}")
    lines += ["", "Prices (USD per second)"]
    for row in price_rows(model):
        size = "×".join(str(part) for part in row.at.values())
        lines.append(f"  {size}: ${format_usd(row.usd_per_second)}  ({row.confidence}, {row.date}: {row.source})")
    decisions = model.settings.get("decisions", ())
    if decisions:
        lines += ["", "Decisions"]
        lines += [f"  {item['about']}: {item['decision']} {item['why']}" for item in decisions]
    return "\n".join(lines)


def _limits(schema: dict[str, Json]) -> Iterator[str]:
    if "type" in schema:
        kinds = schema["type"]
        yield kinds if isinstance(kinds, str) else " or ".join(kinds)
    if "const" in schema:
        yield f"only {schema['const']}"
    if "enum" in schema:
        yield "one of " + ", ".join(str(value) for value in schema["enum"])
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        yield f"{'' if low is None else low}–{'' if high is None else high}"
    if "default" in schema:
        yield f"default {schema['default']}"
