"""Under which rules a plan was made: the limits of the budget, and the policies. A saved plan holds to them."""

from dataclasses import dataclass, replace

from ltxspec.values import Usd

_NAMES = ("per_apply", "per_shot", "per_spec")


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
