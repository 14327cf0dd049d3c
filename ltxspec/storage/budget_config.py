"""The table `[budget]` of `ltxspec.toml`: what may be spent, in USD."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ltxspec.errors import Location
from ltxspec.storage.toml_tables import TomlFile, TomlTable
from ltxspec.values import Usd


@dataclass(frozen=True, slots=True)
class BudgetConfig:
    """[budget]; None means no limit."""

    per_apply: Usd | None = None
    per_shot: Usd | None = None
    per_spec: Usd | None = None  # total cost of a spec so far
    per_month: Usd | None = None  # of all specs, in UTC
    per_label: Mapping[str, Usd] = field(default_factory=dict)  # `KEY=VALUE`, or `KEY` for each of its values
    file: TomlFile | None = field(default=None, compare=False, repr=False)  # where it is written

    @property
    def spans_project(self) -> bool:
        """Whether something counts over all lockfiles of the project."""
        return self.per_month is not None or bool(self.per_label)

    def place_of_label(self, name: str) -> Location | None:
        """Where a limit of `per_label` is written; None without a file."""
        if self.file is None:
            return None
        table, line = self.file.place("budget", "per_label"), self.file.place("budget.per_label", name)
        return line if line.line > table.line else table


def budget_config(table: TomlTable) -> BudgetConfig:
    """Read the table; problems are collected in it."""
    budget = BudgetConfig(
        per_apply=table.amount("per_apply"),
        per_shot=table.amount("per_shot"),
        per_spec=table.amount("per_spec"),
        per_month=table.amount("per_month"),
        per_label=table.amounts("per_label"),
        file=table.file,
    )
    table.finish()
    return budget
