"""Under which rules a plan was made: the limits of the budget, and the policies. A saved plan holds to them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ltxspec.values import Json, Usd, format_usd, parse_usd

_NAMES: Mapping[str, str] = {"per_apply": "perApply", "per_shot": "perShot", "per_spec": "perSpec"}  # in documents


@dataclass(frozen=True, slots=True)
class SpendingLimits:
    """Amounts in USD; None means no limit."""

    per_apply: Usd | None = None
    per_shot: Usd | None = None
    per_spec: Usd | None = None
    typed: bool = False  # whether `per_apply` is the --max-cost of this run, which is then the lower one
    saved: frozenset[str] = frozenset()  # names of those that a saved plan was made under, and that are lower now

    def tightened(self, earlier: "SpendingLimits") -> "SpendingLimits":
        """Of each limit the lower one."""
        lower = {
            name: limit
            for name in _NAMES
            if (limit := getattr(earlier, name)) is not None and ((own := getattr(self, name)) is None or limit < own)
        }
        return replace(self, **lower, saved=frozenset(lower)) if lower else self


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of a project at the time of a plan.

    Attributes:
        limits: those of `[budget]`.
        policies: a digest of every `[[policy]]`; None: there are none.
    """

    limits: SpendingLimits = SpendingLimits()
    policies: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The form in a plan document, under `limits`."""
        amounts = {written: getattr(self.limits, name) for name, written in _NAMES.items()}
        shown = {name: None if amount is None else format_usd(amount) for name, amount in amounts.items()}
        return {**shown, "policies": self.policies}


def terms_from_json(document: Json) -> Terms:
    """Read what `Terms.to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    policies = document.get("policies") if isinstance(document, dict) else 0
    if not isinstance(policies, str | None):
        raise ValueError("the limits of a plan are amounts and a digest")  # noqa: TRY004  # of a file, not of a caller
    per_apply, per_shot, per_spec = (_amount(document.get(name)) for name in _NAMES.values())
    return Terms(SpendingLimits(per_apply, per_shot, per_spec), policies)


def _amount(value: Json) -> Usd | None:
    amount = parse_usd(value)
    if amount is None and value is not None:
        raise ValueError("a limit is an amount in USD, or null")
    return amount
