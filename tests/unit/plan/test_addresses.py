import pytest

from ltxspec.errors import Invalid
from ltxspec.plan.addresses import instead_of, refuse_unknown, suggestion
from ltxspec.values import parse_address

KNOWN = [
    parse_address(text) for text in ("night.alley", "night.weather[rain,dusk]", "night.weather[fog,dusk]", "day.gate")
]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("night", "for every shot of a spec write `night.*`"),
        ("gate", "did you mean `day.gate`?"),
        ("weather", "did you mean `night.weather`?"),
        ("weather[fog,dusk]", "did you mean `night.weather[fog,dusk]`?"),
        ("nihgt.alley", "did you mean `night.alley`?"),
        ("night.wether", "did you mean `night.weather`?"),
        ("night.weather[rain,dsuk]", "did you mean `night.weather[rain,dusk]`?"),
        (
            "zebra",
            "there are `night.alley`, `night.weather[rain,dusk]`, `night.weather[fog,dusk]`, `day.gate`",
        ),
    ],
)
def test_what_was_meant_is_suggested(typed: str, hint: str) -> None:
    assert suggestion(typed, KNOWN) == hint


@pytest.mark.parametrize("typed", ["night.{alley,tower}", "night.alley|tower", "night.a.+y", "night.alley,day.gate"])
def test_other_wildcards_are_explained(typed: str) -> None:
    assert "only `*` and `?` are; for several shots repeat the option" in suggestion(typed, KNOWN)


@pytest.mark.parametrize("typed", ["night.[ab]lley", "night.alle[x-z]"])
def test_sets_of_letters_are_explained(typed: str) -> None:
    assert "only `*` and `?` are" in suggestion(typed, KNOWN)


def test_of_many_shots_some_are_named() -> None:
    many = [parse_address(f"night.s{number}") for number in range(8)]
    assert (
        suggestion("zebra", many) == "there are `night.s0`, `night.s1`, `night.s2`, `night.s3`, `night.s4` and 3 more"
    )
    assert suggestion("zebra", []) == "there are no shots yet"


def test_every_unknown_pattern_is_a_problem() -> None:
    with pytest.raises(Invalid) as caught:
        refuse_unknown(["night.aley", "zebra"], KNOWN)
    assert [found.message for found in caught.value.diagnostics] == [
        "no shot matches `night.aley`",
        "no shot matches `zebra`",
    ]
    refuse_unknown([], KNOWN)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("night.alley", "night.alley"),
        ("night.*", "'night.*'"),
        ("night.sky[dusk]", "'night.sky[dusk]'"),
        ("night.sky/dusk", "night.sky/dusk"),
        ("night.yaml", None),
        ("plan.json", None),
        ("night", None),
        ("specs/night.alley", None),
        ("../night.alley", None),
        ("night.", None),
    ],
)
def test_an_address_as_a_path_is_recognised(path: str, target: str | None) -> None:
    hint = instead_of(path)
    assert hint is None if target is None else hint is not None and f"write `--target {target}`" in hint
