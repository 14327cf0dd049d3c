"""Project rules over a plan: `[[policy]]` of the configuration, assertions in the template language.

A rule that uses only `plan` and `shots` is evaluated once; any other for every request the plan would order. A rule
that cannot be computed does not hold: a comparison with an unknown price refuses, the price never counts as 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.canonical import digest
from ltxspec.catalog.models import Catalog
from ltxspec.errors import Diagnostic, Location, Refused, Severity
from ltxspec.lock.verdicts import Remark
from ltxspec.plan.actions import KEEPS, Action, Change, Estimate, Plan, reckoning
from ltxspec.render.checks import names_for
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates
from ltxspec.spec.files import ProjectFiles
from ltxspec.values import Json, ShotAddress, TaskId, Usd

CODE = "policy"
OF_THE_PLAN = frozenset({"plan", "shots"})
_NAMED = 3  # shots named in one message


@dataclass(frozen=True, slots=True)
class Rule:
    """One assertion, its message for when it does not hold, and where it is written."""

    assertion: str
    message: str | None = None
    severity: Severity = "error"
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The deciding remark of each take, and the files of verdicts that cannot be read: with one, none is certain."""

    by_task: Mapping[TaskId, Remark] = field(default_factory=dict)
    unread: Sequence[Diagnostic] = ()

    def about(self, task: TaskId | None) -> dict[str, Json]:
        """What rules see of a take: its verdict, none if nobody decided; no name at all while that is not known."""
        if self.unread:
            return {}
        remark = self.by_task.get(task) if task is not None else None
        return {"verdict": None if remark is None else remark.verdict.value}


def check_policies(
    rules: Sequence[Rule], plan: Plan, catalog: Catalog, files: ProjectFiles, decided: Decided | None = None
) -> list[Diagnostic]:
    """Evaluate every rule. Broken rules are returned as diagnostics of their own severity, in order.

    Args:
        rules: the rules.
        plan: the plan to check.
        catalog: the models, for the defaults of requests.
        files: the files that messages may include.
        decided: what people decided about takes.
    """
    if not rules:
        return []
    decided = decided or Decided()
    about_plan = plan_names(plan, decided)
    ordered = [
        (change.address, _shot_names(change, catalog, about_plan, decided))
        for change in plan.changes
        if _spends(change)
    ]
    templates = Templates(files)
    found: list[Diagnostic] = []
    for rule in rules:
        broken: dict[tuple[str, str | None], list[ShotAddress]] = {}
        for address, names in _scopes(rule, templates, about_plan, ordered):
            fault = _fault(rule, templates, names, decided)
            if fault is not None:
                broken.setdefault(fault, []).extend([address] if address else [])
        found += _diagnostics(rule, broken)
    return found


def _diagnostics(rule: Rule, broken: Mapping[tuple[str, str | None], Sequence[ShotAddress]]) -> list[Diagnostic]:
    """One diagnostic for each message of a rule; one for all of them if they are many."""
    if len(broken) <= _NAMED:
        return [_diagnostic(rule, message, hint, shots) for (message, hint), shots in broken.items()]
    by_hint: dict[str | None, list[tuple[str, Sequence[ShotAddress]]]] = {}
    for (message, hint), shots in broken.items():
        by_hint.setdefault(hint, []).append((message, shots))
    return [_joined(rule, hint, messages) for hint, messages in by_hint.items()]


def _joined(rule: Rule, hint: str | None, messages: Sequence[tuple[str, Sequence[ShotAddress]]]) -> Diagnostic:
    """One diagnostic for several messages of a rule: the number of shots, and the first messages."""
    first = [_diagnostic(rule, message, hint, shots) for message, shots in messages[:_NAMED]]
    if len(messages) == 1:
        return first[0]
    number = sum(len(shots) for _, shots in messages)
    more = number - sum(len(shots) for _, shots in messages[:_NAMED])
    text = "; ".join(diagnostic.message for diagnostic in first) + (f"; and {more:,} more" if more else "")
    return Diagnostic(rule.severity, CODE, f"{number:,} shots: {text}", rule.where, hint)


def policies_digest(rules: Sequence[Rule]) -> str | None:
    """`sha256:<hex>` over the content of the rules, wherever they are written; None if there are none."""
    said = [[rule.assertion, rule.message, rule.severity] for rule in rules]
    return digest(said) if said else None


def refuse_by_policy(plan: Plan) -> None:
    """Raise `Refused` if a rule of severity `error` does not hold."""
    broken = [item for item in plan.diagnostics if item.code == CODE and item.severity == "error"]
    if broken and plan.pending:
        first, more = broken[0], f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        place = f" ({first.where.file}:{first.where.line})" if first.where else ""
        raise Refused(CODE, f"refused by a policy{place}: {first.message}{more}", hint=first.hint)


def plan_names(plan: Plan, decided: Decided | None = None) -> dict[str, Json]:
    """`plan` and `shots` as rules see them. Sums of money are numbers in USD, none if a part is unknown.

    Prices are those used for limits: see `Change.reckoned`.
    """
    by_spec: dict[str, list[Change]] = {}
    for change in plan.changes:
        by_spec.setdefault(change.address.spec, []).append(change)
    spent = plan.spent or {}
    whole = {
        "provider": plan.provider,
        "summary": {action.value: plan.count(action) for action in Action},
        **_sums(reckoning(plan.changes), _added(spent.values())),
        "specs": {
            name: _sums(reckoning(by_spec.get(name, ())), spent.get(name, (Usd(0), 0)))
            for name in dict.fromkeys([*by_spec, *spent])
        },
    }
    return {"plan": whole, "shots": [_shot(change, decided or Decided()) for change in plan.changes]}


def _sums(planned: Estimate, spent: tuple[Usd, int]) -> dict[str, Json]:
    return {
        "estimate": _money(planned.usd, planned.unknown),
        "under_way": _money(planned.under_way, planned.under_way_unknown),
        "spent": _money(*spent),
    }


def _added(pairs: Iterable[tuple[Usd, int]]) -> tuple[Usd, int]:
    known, unknown = Usd(0), 0
    for usd, number in pairs:
        known, unknown = known + usd, unknown + number
    return known, unknown


def _money(known: Usd, unknown: int) -> dict[str, Json]:
    return {"usd": None if unknown else float(known), "known": float(known), "unknown": unknown}


def _shot(change: Change, decided: Decided) -> dict[str, Json]:
    request = change.request
    references = request.references if request else ()
    takes = change.source_takes or (None,) * len(references)
    return {
        "address": str(change.address),
        "spec": change.address.spec,
        "shot": change.address.shot,
        "instance": change.address.instance,
        "action": change.action.value,
        "reasons": [reason.value for reason in change.reasons],
        "spends": change.action.spends,
        "estimate": None if change.reckoned is None else float(change.reckoned),
        "retake": change.retake,
        "attempt": change.attempt,
        "title": request.title if request else None,
        "labels": dict(request.labels or {}) if request else {},
        "request": dict(request.body) if request else {},
        "take": decided.about(change.task_id if change.action in KEEPS else change.current),
        "sources": [
            {"address": str(reference.source), **decided.about(task)}
            for reference, task in zip(references, takes, strict=True)
        ],
    }


def _spends(change: Change) -> bool:
    return change.action.spends and change.request is not None


def _shot_names(change: Change, catalog: Catalog, about_plan: Mapping[str, Json], decided: Decided) -> dict[str, Json]:
    """What a rule about a request may use: the names of `checks` without the spec's variables, and the plan."""
    request = change.request
    model = catalog.find(str(request.body["model"])) if request else None
    parameters = names_for(model, request, {}) if request and model else {}
    shot = _shot(change, decided)
    return {**parameters, "shot": shot, "take": shot["take"], **about_plan}


def _scopes(
    rule: Rule,
    templates: Templates,
    about_plan: Mapping[str, Json],
    ordered: Sequence[tuple[ShotAddress, Mapping[str, Json]]],
) -> Sequence[tuple[ShotAddress | None, Mapping[str, Json]]]:
    """What a rule is evaluated on: the plan, or each order. An unparsable rule is evaluated once, to report it."""
    try:
        is_about_plan = templates.names(rule.assertion) <= OF_THE_PLAN
    except TemplateProblem:
        is_about_plan = True
    return [(None, about_plan)] if is_about_plan else ordered


def _fault(
    rule: Rule, templates: Templates, names: Mapping[str, Json], decided: Decided
) -> tuple[str, str | None] | None:
    """Message and hint if a rule does not hold or cannot be computed; else None."""
    try:
        if templates.holds(rule.assertion, names, beside=()):
            return None
        if rule.message is None:
            return f"`{rule.assertion}` is not true", None
        return templates.render(rule.message, names, beside=()), f"the rule is `{rule.assertion}`"
    except TemplateProblem as problem:
        unread = decided.unread[0] if decided.unread and "verdict" in f"{rule.assertion}{rule.message}" else None
        why, hint = (problem.message, problem.hint) if unread is None else (unread.message, unread.hint)
        return f"the rule `{rule.assertion}` cannot be evaluated: {why}", hint


def _diagnostic(rule: Rule, message: str, hint: str | None, shots: Sequence[ShotAddress]) -> Diagnostic:
    named = ", ".join(f"`{address}`" for address in shots[:_NAMED])
    more = f" and {len(shots) - _NAMED} more" if len(shots) > _NAMED else ""
    is_told = len(shots) == 1 and str(shots[0]) in message
    return Diagnostic(
        rule.severity, CODE, f"{message} ({named}{more})" if named and not is_told else message, rule.where, hint
    )
