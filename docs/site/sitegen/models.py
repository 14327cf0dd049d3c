"""Reference pages of the packaged models: every parameter, what it may be, and what it costs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ltxspec.catalog.models import Model, needs_prompt, takes_prompt
from ltxspec.catalog.offers import model_words, offered_sizes, value_words
from ltxspec.catalog.pointers import properties_of
from ltxspec.catalog.pricing import estimate, price_lines, price_rows
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.values import dollars
from sitegen.shapes import Schema, forms, resolve, shown, value
from sitegen.tables import code, prose, table

_SET_BY_US = frozenset({"taskType", "model", "positivePrompt"})
Row = tuple[str, str, str]


def model_slugs() -> list[str]:
    """The names of the pages, in the order of the catalog."""
    return [model.slug for model in packaged_catalog().models]


def models_page() -> str:
    """The list of models."""
    rows = [
        (f"[{model.name}](models/{model.slug}.md)", code(model.air), prose(model_words(model)))
        for model in packaged_catalog().models
    ]
    intro = (
        "These models come with ltxspec. Each is one JSON file; [files of a project](../models.md) replace them or add "
        "others, without a change of code. `ltxspec models NAME` shows the same, for the models of a project as well."
    )
    return "\n".join(["# Model catalog", "", intro, *table(("model", "id", "what it is"), rows)]) + "\n"


def model_page(slug: str) -> str:
    """One model: parameters, prices, rules, and where each fact is known from."""
    model = packaged_catalog().find(slug)
    if model is None:
        raise KeyError(slug)
    lines = [f"# {model.name}", "", prose(str(model.schema.get("description", ""))), ""]
    lines += [f"In a spec: `model: {model.air}`, or `model: {model.slug}`.", ""]
    if model.settings.status != "active":
        since = f" since {model.settings.status_date}" if model.settings.status_date else ""
        lines += [f"This model is {model.settings.status}{since}.", ""]
    lines += ["## Parameters", *_parameters_table(model), "## Prices", "", *_prices(model)]
    if rules := [*_rules(model.schema)]:
        lines += ["", "## Rules", "", *rules]
    if model.settings.decisions:
        rows = [(prose(item.about), prose(f"{item.decision} {item.why}")) for item in model.settings.decisions]
        lines += [
            "",
            "## Decisions",
            "",
            "Where the sources are silent or disagree.",
            *table(("about", "decision"), rows),
        ]
    facts = [(prose(one.fact), one.confidence, str(one.date), prose(one.source)) for one in model.settings.facts]
    lines += ["", "## Sources", *table(("fact", "confidence", "date", "source"), facts)]
    return "\n".join(lines) + "\n"


def _parameters_table(model: Model) -> list[str]:
    rows: list[Row] = []
    if takes_prompt(model):
        schema = resolve(model.schema, model.schema["properties"]["positivePrompt"])
        needed = ", required" if needs_prompt(model) else ""
        rows.append((code("prompt"), f"{value(schema)}{needed}", prose(schema.get("description", ""))))
    rows += _parameters(model, model.schema, "")
    return table(("parameter", "value", "meaning"), rows)


def _parameters(model: Model, schema: Schema, prefix: str) -> Iterator[Row]:
    """One row per parameter that a spec may set; the contents of a mapping or list follow it."""
    needed = resolve(model.schema, schema).get("required", ())
    for name, part in properties_of(model.schema, schema).items():
        if not prefix and name in _SET_BY_US | model.order:
            continue
        found = resolve(model.schema, part)
        inner = [*_parameters(model, found, f"{prefix}{name}.")]
        for _, form in forms(model.schema, found.get("items", {})):
            inner += _parameters(model, form, f"{prefix}{name}[].")
        if found.get("type") != "object" or not inner:
            yield _parameter(model, f"{prefix}{name}", found, is_required=name in needed)
        yield from inner


def _parameter(model: Model, name: str, schema: Schema, *, is_required: bool) -> Row:
    notes = [prose(str(schema.get("description", "")))]
    if "default" in schema:
        notes.append(f"Default: {code(shown(schema['default']))}.")
    prices = {} if name == "duration" else value_words(model).get(name, {})  # lengths have a table of their own
    if prices:
        notes.append("Costs: " + "; ".join(f"{code(shown(one))} {prose(words)}" for one, words in prices.items()) + ".")
    return code(name), (value(schema) or "any value") + (", required" if is_required else ""), " ".join(notes)


def _prices(model: Model) -> list[str]:
    """What a shot costs by size and length, then the rates that this comes from."""
    parts = price_lines(model)
    if parts:
        rows = [(prose(said), dollars(usd)) for said, usd in parts.items()]
        return ["The price is the sum of these parts.", *table(("part", "USD"), rows)]
    rates = [
        ("×".join(map(str, row.at.values())) or "any", dollars(row.usd_per_second), row.confidence, prose(row.source))
        for row in price_rows(model)
    ]
    if not rates:
        return ["No price is known, so `apply` needs `--allow-unknown-cost`.", ""]
    grid = _grid(model)
    return [
        *(["One result costs:", *grid] if grid else []),
        "By the second:",
        *table(("size", "USD per second", "confidence", "source"), rates),
    ]


def _grid(model: Model) -> list[str]:
    schema = resolve(model.schema, model.schema["properties"].get("duration", {}))
    lengths = [one for one in schema.get("enum", ()) if isinstance(one, int | float)]
    rows = []
    for size in offered_sizes(model):
        request: dict[str, Any] = {"width": size.width, "height": size.height}
        prices = [estimate(model, {**request, "duration": seconds}) for seconds in lengths]
        rows.append((f"{size.width}×{size.height}", *("unknown" if one is None else dollars(one) for one in prices)))
    return table(("size", *(f"{seconds} s" for seconds in lengths)), rows) if lengths else []


def _rules(schema: Mapping[str, Any]) -> Iterator[str]:
    """The model's own messages about combinations of parameters, without those that quote given values."""
    rules: Sequence[Mapping[str, Any]] = schema.get("allOf", [])
    for rule in rules:
        problem = rule.get("x-problem", {})
        message = problem.get("message", "{/")
        if "{/" not in message:
            hint = f" ({problem['hint']})" if "hint" in problem else ""
            yield f"- {prose(message + hint)}"
