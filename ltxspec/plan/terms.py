"""The rules that a plan was made under: budget limits and policies. A saved plan keeps them."""

from dataclasses import dataclass, replace

from ltxspec.values import Usd

_NAMES = ("per_apply", "per_shot", "per_spec")


@dataclass(frozen=True, slots=True)
class SpendingLimits:
    """Amounts in USD; None means no limit."""

    per_apply: Usd | None = None
    per_shot: Usd | None = None
    per_spec: Usd | None = None
    typed: bool = False  # whether `per_apply` is this run's --max-cost, which is then the lower limit
    saved: frozenset[str] = frozenset()  # names of the limits taken from a saved plan, because they are lower

    def tightened(self, earlier: "SpendingLimits") -> "SpendingLimits":
        """The lower of both values for each limit."""
        lower = {
            name: limit
            for name in _NAMES
            if (limit := getattr(earlier, name)) is not None and ((own := getattr(self, name)) is None or limit < own)
        }
        return replace(self, **lower, saved=frozenset(lower)) if lower else self

    def capped(self, cap: Usd | None) -> "SpendingLimits":
        """With the limit of `--max-cost` in USD, if it is given and the lower one."""
        if cap is None or (self.per_apply is not None and cap >= self.per_apply):
            return self
        return replace(self, per_apply=cap, typed=True, saved=self.saved - {"per_apply"})


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of a project at the time of a plan.

    Attributes:
        limits: the limits of `[budget]`.
        policies: a digest of all `[[policy]]` rules; None: there are none.
    """

    limits: SpendingLimits = SpendingLimits()
    policies: str | None = None
