import pytest
from jinja2.exceptions import UndefinedError

from ltxspec.render.jinja import guards
from ltxspec.render.jinja.access import Unknown
from ltxspec.render.jinja.budget import MAX_SIZE, Meter, TemplateLimit
from ltxspec.render.jinja.traps import Trap


@pytest.fixture
def budget() -> Meter:
    return Meter()


def test_a_loop_is_counted_before_its_first_round(budget: Meter) -> None:
    left = budget.left
    assert guards.looped(budget, [1, 2, 3], 10) == [1, 2, 3]
    assert left - budget.left >= 30


def test_a_slice_is_counted(budget: Meter) -> None:
    with pytest.raises(TemplateLimit):
        guards.sliced(budget, "x" * (MAX_SIZE + 1))


def test_only_mappings_can_be_spread(budget: Meter) -> None:
    assert guards.spread(budget, {"a": 1}) == {"a": 1}
    with pytest.raises(TypeError, match="needs a mapping, not a list"):
        guards.spread(budget, [1])


def test_items_that_are_chosen_without_a_test_are_judged(budget: Meter) -> None:
    assert guards.chosen(budget, ["no"], "string") == ["no"]
    assert guards.chosen_by(budget, [{"a": "no"}], "a", "string") == [{"a": "no"}]
    with pytest.raises(Trap):
        guards.chosen(budget, ["no"])
    with pytest.raises(Trap):
        guards.chosen_by(budget, [{"a": "no"}], "a")


def test_a_number_is_read_or_refused(budget: Meter) -> None:
    assert guards.read_number(budget, "8") == "8"
    assert guards.read_number(budget, "x", 7) == "x"  # the filter returns its default
    with pytest.raises(ValueError, match="`x` is not a number"):
        guards.read_number(budget, "x")
    with pytest.raises(UndefinedError):
        guards.read_number(budget, Unknown(name="x"))


def test_a_default_judges_only_when_asked_to(budget: Meter) -> None:
    assert guards.default_guard(budget, "no", "x") == "no"
    with pytest.raises(Trap):
        guards.default_guard(budget, "no", "x", True)  # noqa: FBT003  # as Jinja calls it
