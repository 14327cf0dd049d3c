import inspect

import pytest

from ltxspec import errors
from ltxspec.errors import Diagnostic, Invalid, Location, LtxspecError, Problems, Refused, WrongUsage

HERE = Location("specs/a.yaml", 3, 5, "    width: 7")
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LtxspecError)]

# What scripts and CI rely on.
EXIT_CODES = {"WrongUsage": 64, "LockHeld": 5, "Refused": 4, "Interrupted": 130}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_has_the_promised_exit_code(kind: type[LtxspecError]) -> None:
    assert kind.exit_code == EXIT_CODES.get(kind.__name__, 1)
    assert kind.exit_code != 2, "2 tells that there are changes"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_tree_at_the_top_of_the_module_names_every_kind_with_its_exit_code(kind: type[LtxspecError]) -> None:
    lines = (errors.__doc__ or "").splitlines()
    (line,) = [line for line in lines if line.strip(" │├└─").split(" ")[0] == kind.__name__]
    assert f"exit {kind.exit_code}" in line


def test_codes_tell_kinds_apart() -> None:
    codes = [kind.code for kind in KINDS if kind is not Refused]  # which has one for each reason
    assert len(set(codes)) == len(codes)


def test_a_place_reads_as_editors_and_terminals_expect() -> None:
    assert str(HERE) == "specs/a.yaml:3:5"


def test_an_error_carries_what_where_and_how_to_mend_it() -> None:
    error = WrongUsage("no such file", where=HERE, hint="look again")
    assert (error.summary, error.where, error.hint, str(error)) == ("no such file", HERE, "look again", "no such file")
    assert (error.line, WrongUsage("no such file").line) == ("no such file; look again", "no such file")
    assert Refused("over-budget", "too dear").code == "over-budget"


def test_problems_are_collected_in_order_and_only_errors_raise() -> None:
    problems = Problems()
    problems.warn("w", "odd")
    problems.raise_if_errors()
    problems.error("e", "wrong", HERE, "mend it")
    problems.extend([Diagnostic("error", "f", "worse")])
    assert [found.code for found in problems.diagnostics] == ["w", "e", "f"]
    assert [found.code for found in problems.errors] == ["e", "f"]
    with pytest.raises(Invalid) as caught:
        problems.raise_if_errors()
    assert caught.value.diagnostics == tuple(problems.diagnostics)
    assert (caught.value.summary, caught.value.where) == ("wrong", HERE)
