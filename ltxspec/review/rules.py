"""Finds changes of a project's rules: limits and other settings, prices and model files, delivery.

Rules decide what may be bought and where it is sent, but no shot shows them. So a review shows them before all else.
"""

from collections.abc import Iterable, Iterator, Mapping

from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.pricing import price_lines, price_rows
from ltxspec.redaction import redact_secrets
from ltxspec.render.models import Request
from ltxspec.review.models import RuleChange
from ltxspec.review.sides import ReviewSide
from ltxspec.values import Json, ShotAddress, dollars

_PACKAGED, _OWN = "the file that comes with ltxspec", "a file of the project instead of ltxspec's own"


def setting_changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Iterator[RuleChange]:
    """Every setting that differs, in the order of the configuration; removed settings come last.

    Args:
        before: name -> value as text at the base; None: unset.
        after: the same at the head.
    """
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) != after.get(name):
            yield _change(name, before.get(name), after.get(name))


def model_changes(before: Catalog, after: Catalog) -> Iterator[RuleChange]:
    """Changed prices row by row, project files that replace packaged models, and other changes of model files."""
    if before is after:
        return
    olds, news = ({model.air: model for model in catalog.models} for catalog in (before, after))
    for air in sorted(olds.keys() | news.keys()):
        old, new = olds.get(air), news.get(air)
        if old is None or new is None or old.digest != new.digest:
            yield from _model(air, (before, old), (after, new))


def delivery_changes(
    before: ReviewSide, after: ReviewSide, was: Mapping[str, Json], now: Mapping[str, Json]
) -> list[RuleChange]:
    """Changes in where results and webhook calls are sent, as set in specs; equal changes in a spec are reported once.

    Args:
        before: the base.
        after: the head.
        was: the base's configuration for all shots.
        now: the head's configuration for all shots; a change of it is reported as a setting instead.
    """
    found: dict[tuple[str, str, str | None, str | None], list[ShotAddress]] = {}
    for spec, requests in after.requests.items():
        for key, request in requests.items():
            earlier = before.wanted(spec).get(key)
            for name, old, new in _delivered(earlier, request, was, now):
                found.setdefault((spec, name, old, new), []).append(request.address)
    return [_change(f"{name} of {_named(shots)}", old, new) for (_, name, old, new), shots in found.items()]


def _model(air: str, before: tuple[Catalog, Model | None], after: tuple[Catalog, Model | None]) -> Iterator[RuleChange]:
    (olds, old), (news, new) = before, after
    if old is None or new is None:
        yield RuleChange(f"model {air}", _file(old), _file(new))
    elif (air in olds.packaged) is not (air in news.packaged):
        yield RuleChange(f"model {air}", *(_OWN if air in catalog.packaged else _PACKAGED for catalog in (olds, news)))
    known, now = _prices(old), _prices(new)
    for at in dict.fromkeys([*known, *now]):
        if known.get(at) != now.get(at):
            yield RuleChange(f"price of {air} at {at}" if at else f"price of {air}", known.get(at), now.get(at))
    if old is not None and new is not None:
        yield RuleChange(f"content of {new.file}", old.digest, new.digest)


def _file(model: Model | None) -> str | None:
    return model.file if model is not None else None


def _prices(model: Model | None) -> dict[str, str]:
    """The price of a second, by the parameters it depends on."""
    if model is None:
        return {}
    return {
        ", ".join(f"{name} {value}" for name, value in row.at.items()): f"{dollars(row.usd_per_second)} a second"
        for row in price_rows(model)
    } | {said: dollars(usd) for said, usd in price_lines(model).items()}


def _delivered(
    earlier: Request | None, request: Request, was: Mapping[str, Json], now: Mapping[str, Json]
) -> Iterator[tuple[str, str | None, str | None]]:
    """(parameter, value at the base, value at the head) for each change that a spec makes for one shot."""
    old = earlier.delivery if earlier is not None else was
    new = request.delivery
    for name in sorted(old.keys() | new.keys()):
        follows = (old.get(name), new.get(name)) == (was.get(name), now.get(name))
        if old.get(name) != new.get(name) and not follows:
            yield name, _text(old.get(name)), _text(new.get(name))


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _change(name: str, before: str | None, after: str | None) -> RuleChange:
    """A change without its secrets; if only a secret part changed, the text says so."""
    old, new = (None if value is None else str(redact_secrets(value)) for value in (before, after))
    return RuleChange(name, old, f"{new} (in a part that is not shown)" if old == new else new)


def _named(shots: Iterable[ShotAddress]) -> str:
    first, *rest = map(str, shots)
    return f"{first} and {len(rest):,} more" if rest else first
