"""House rules: asked of the plan or of each order, told with their place, and never passed by what is not known."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from builders import change, request
from replacing import replace
from unit.plan.chains import remark

from ltxspec.catalog.models import load_catalog
from ltxspec.errors import Diagnostic, Location, Refused
from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.policy import Decided, Rule, check_policies, plan_names, refuse_by_policy
from ltxspec.spec.files import FileProblem
from ltxspec.values import TaskId, Usd

MODELS = Path(__file__).parents[3] / "schemas" / "models"
CATALOG = load_catalog({path.name: json.loads(path.read_text("utf-8")) for path in sorted(MODELS.glob("*.json"))})
WHERE = Location("ltxspec.toml", 4, 1)


class NoFiles:
    def resolve(self, path: str, *, beside: str) -> str:  # noqa: ARG002  # the signature of the port
        raise FileProblem(f"`{path}` cannot be read")

    sha256 = resolve

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        del encoding
        return self.resolve(path, beside=beside)


def shot(name: str = "alley", estimate: str | None = "0.48", action: Action = Action.CREATE, **more: object) -> Change:
    return change(action, request(name, estimate=estimate, model="lightricks:2@0", width=1920, height=1080, **more))  # type: ignore[arg-type]  # parameters by name


def planned(*changes: Change, spent: dict[str, tuple[Usd, int]] | None = None) -> Plan:
    return Plan("runware", changes or (shot(),), spent=spent)


def ask(rule: Rule | str, plan: Plan) -> list[Diagnostic]:
    rules = [rule if isinstance(rule, Rule) else Rule(rule, where=WHERE)]
    return check_policies(rules, plan, CATALOG, NoFiles())


def messages(found: Sequence[Diagnostic]) -> list[str]:
    return [item.message for item in found]


def test_rules_see_the_price_that_limits_reckon_with() -> None:
    cheap = replace(shot(estimate="0.01"), limit_price=Decimal("0.48"))
    resumed = replace(shot("b", "0.01", Action.RESUME), limit_price=Decimal("0.60"))
    plan = planned(cheap, resumed)
    for rule in (
        "plan.estimate.usd == 0.48",
        "plan.specs.night.estimate.usd == 0.48",
        "plan.under_way.usd == 0.6",
        "shot.estimate == 0.48",
        "shots[0].estimate == 0.48",
    ):
        assert ask(rule, plan) == []


@pytest.mark.parametrize(
    "holds",
    [
        "plan.summary.create == 2",
        "plan.summary['no-op'] == 1",
        "plan.provider == 'runware'",
        "plan.estimate.usd <= 0.96",
        "plan.estimate.unknown == 0",
        "plan.spent.usd == 4.8",
        "plan.specs.night.spent.usd == 4.8",
        "plan.under_way.usd == 0",
        "shots|selectattr('spends')|list|length == 2",
        "shots[0].address == 'night.a'",
        "duration <= 8",
        "fps == 24 or width == 1920",
        "estimate < plan.estimate.usd",
        "shot.spec == 'night' and shot.action == 'create'",
        "request.positivePrompt|length < 100",
        "'rain' not in prompt",
        "true",
    ],
)
def test_a_rule_may_speak_of_the_plan_and_of_each_request(holds: str) -> None:
    plan = planned(shot("a"), shot("b"), shot("c", None, Action.NO_OP), spent={"night": (Usd("4.80"), 0)})
    assert ask(holds, plan) == []
    assert len(ask(f"not ({holds})", plan)) == 1


def test_a_rule_about_the_plan_is_told_once_and_one_about_requests_with_the_shots_that_break_it() -> None:
    plan = planned(*(shot(name) for name in "abcde"))
    assert messages(ask("plan.summary.create <= 4", plan)) == ["`plan.summary.create <= 4` is not true"]
    assert messages(ask("duration <= 6 ", plan)) == [
        "`duration <= 6 ` is not true (`night.a`, `night.b`, `night.c` and 2 more)"
    ]


def test_only_what_would_be_ordered_is_asked_about() -> None:
    plan = planned(shot("a", action=Action.NO_OP), shot("b", action=Action.BLOCKED), shot("c", action=Action.REPLACE))
    assert messages(ask("duration <= 6", plan)) == ["`duration <= 6` is not true (`night.c`)"]


def test_the_message_is_a_template_and_the_rule_is_the_hint() -> None:
    rule = Rule("duration <= 6", "{{ shot.instance }} is {{ duration }} s long", "warning", WHERE)
    (found,) = ask(rule, planned())
    assert found == Diagnostic(
        "warning", "policy", "alley is 8 s long (`night.alley`)", WHERE, "the rule is `duration <= 6`"
    )


@pytest.mark.parametrize("rule", ["plan.estimate.usd <= 20", "plan.spent.usd < 100", "estimate <= 3"])
def test_a_limit_is_never_passed_by_money_that_is_not_known(rule: str) -> None:
    plan = planned(shot("a", None), spent={"night": (Usd(1), 1)})
    (found,) = ask(rule, plan)
    assert found.severity == "error"
    assert "cannot be evaluated" in found.message


def test_known_parts_of_a_sum_can_be_asked_for() -> None:
    plan = planned(shot("a"), shot("b", None), spent={"night": (Usd(1), 1)})
    names = plan_names(plan)["plan"]
    assert names["estimate"] == {"usd": None, "known": 0.48, "unknown": 1}
    assert names["spent"] == {"usd": None, "known": 1.0, "unknown": 1}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("plan.sumary.create == 1", "no `sumary`"),
        ("durration <= 8", "`durration` is not defined"),
        ("duration <=", "cannot be evaluated: unexpected end"),
        ("plan.__class__", "not accessible"),
        ("range(10**9)|length > 0", "more than"),
    ],
)
def test_a_rule_that_cannot_be_computed_does_not_hold(rule: str, says: str) -> None:
    (found,) = ask(rule, planned())
    assert says in found.message
    assert found.where == WHERE


def test_a_message_that_cannot_be_rendered_does_not_hide_that_the_rule_is_broken() -> None:
    (found,) = ask(Rule("duration <= 6", "{{ nothing }}", "error", WHERE), planned())
    assert "`nothing` is not defined" in found.message
    assert found.severity == "error"


def test_only_broken_rules_of_severity_error_refuse_a_plan() -> None:
    error = Diagnostic("error", "policy", "too long", WHERE, "the rule is `duration <= 6`")
    warning = Diagnostic("warning", "policy", "rather long", WHERE)
    refuse_by_policy(Plan("runware", [shot()], [warning, Diagnostic("error", "other", "not a rule")]))
    with pytest.raises(Refused) as caught:
        refuse_by_policy(Plan("runware", [shot()], [warning, error, error]))
    assert (caught.value.code, caught.value.exit_code) == ("policy", 4)
    assert caught.value.summary == "refused by a policy (ltxspec.toml:4): too long (and 1 more)"


def test_a_plan_that_does_nothing_is_not_refused() -> None:
    refuse_by_policy(Plan("runware", [shot(action=Action.NO_OP)], [Diagnostic("error", "policy", "spent too much")]))


def test_a_shot_that_the_message_names_is_not_named_again() -> None:
    rule = Rule("duration <= 6", "{{ shot.address }} is {{ duration }} s long", where=WHERE)
    assert messages(ask(rule, planned(shot(duration=8)))) == ["night.alley is 8 s long"]


def test_many_breaches_of_one_rule_are_one_message() -> None:
    """A message that names the shot differs for each: 300 of them must not be 300 blocks."""
    shots = [shot(f"s{number}") for number in range(300)]
    (found,) = ask(Rule("duration <= 5", "{{ shot.address }} is too long"), planned(*shots))
    assert found.message.startswith("300 shots: night.s0 is too long; night.s1 is too long; night.s2 is too long; ")
    assert found.message.endswith("and 297 more")


def test_few_breaches_keep_their_own_messages() -> None:
    found = ask(Rule("duration <= 5", "{{ shot.address }} is too long"), planned(shot("a"), shot("b")))
    assert messages(found) == ["night.a is too long", "night.b is too long"]


def test_rules_see_the_verdict_of_the_take_in_use_or_of_the_one_that_is_replaced() -> None:
    kept, replaced, new = shot("a", action=Action.NO_OP), shot("b", action=Action.REPLACE), shot("c")
    kept, replaced = replace(kept, task_id="1"), replace(replaced, task_id="9", current="2")
    plan = planned(kept, replaced, replace(new, task_id="3"))
    verdicts = {"1": Verdict.APPROVED, "2": Verdict.NEEDS_WORK, "3": Verdict.REJECTED}
    decided = Decided({TaskId(task): remark(verdict) for task, verdict in verdicts.items()})
    rule = "shots|map(attribute='take.verdict')|list == ['approved', 'needs-work', none]"
    assert check_policies([Rule(rule), Rule("take.verdict != 'rejected'")], plan, CATALOG, NoFiles(), decided) == []


@pytest.mark.parametrize(
    "rule",
    [
        "take.verdict == 'approved'",
        "take.verdict != 'rejected'",
        "'rejected' not in shots|map(attribute='take.verdict')",
        "shots|selectattr('take.verdict', 'eq', 'rejected')|list|length == 0",
    ],
)
def test_a_verdict_that_cannot_be_read_passes_no_rule(rule: str) -> None:
    unread = Diagnostic("warning", "verdicts", "`night.review.json` is not JSON", hint="restore it")
    (found,) = check_policies([Rule(rule)], planned(), CATALOG, NoFiles(), Decided({}, [unread]))
    assert "cannot be evaluated: `night.review.json` is not JSON" in found.message
    assert found.hint == "restore it"
    assert check_policies([Rule("duration <= 8")], planned(), CATALOG, NoFiles(), Decided({}, [unread])) == []
