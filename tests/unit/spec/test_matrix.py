from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ltxspec.spec.matrix import combine, idle_excludes, size_of
from ltxspec.values import Json

NAMES = st.sampled_from("abcd")
VALUES = st.sampled_from(["x", "y", "z", 1, 2, True, None])


def same(one: Json, other: Json) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def values_of(matrix: dict[str, Json]) -> list[dict[str, Json]]:
    return [dict(combination.values) for combination in combine(matrix)]


def test_the_documented_example_of_include_gives_the_documented_combinations() -> None:
    matrix = {
        "fruit": ["apple", "pear"],
        "animal": ["cat", "dog"],
        "include": [
            {"color": "green"},
            {"color": "pink", "animal": "cat"},
            {"fruit": "apple", "shape": "circle"},
            {"fruit": "banana"},
            {"fruit": "banana", "animal": "cat"},
        ],
    }
    assert values_of(matrix) == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_the_documented_example_of_exclude_leaves_nine_of_twelve() -> None:
    matrix = {
        "os": ["macos", "windows"],
        "version": [12, 14, 16],
        "environment": ["staging", "production"],
        "exclude": [{"os": "macos", "version": 12, "environment": "production"}, {"os": "windows", "version": 16}],
    }
    found = values_of(matrix)
    assert len(found) == 9
    assert {"os": "macos", "version": 12, "environment": "production"} not in found
    assert not [each for each in found if each["os"] == "windows" and each["version"] == 16]


def test_combinations_come_in_the_order_written() -> None:
    matrix = {"sky": ["rain", "fog"], "hour": ["dusk", "night"]}
    assert [tuple(each.named_by) for each in combine(matrix)] == [
        ("rain", "dusk"),
        ("rain", "night"),
        ("fog", "dusk"),
        ("fog", "night"),
    ]


def test_what_include_adds_to_a_combination_does_not_name_it() -> None:
    (one,) = combine({"sky": ["rain"], "include": [{"sky": "rain", "mood": "calm"}]})
    assert (tuple(one.named_by), dict(one.values), one.include) == (("rain",), {"sky": "rain", "mood": "calm"}, None)


def test_a_combination_of_include_alone_is_named_by_axes_first() -> None:
    (_, new) = combine({"a": [1], "include": [{"extra": "e", "b": {"not": "named"}, "a": 2}]})
    assert (list(new.named_by), new.include) == ([2, "e"], 0)


def test_include_brings_back_what_exclude_took() -> None:
    assert values_of({"a": [1, 2], "exclude": [{"a": 1}], "include": [{"a": 1}]}) == [{"a": 2}, {"a": 1}]


def test_without_axes_each_include_is_a_combination() -> None:
    assert values_of({"include": [{"a": 1}, {"b": 2}]}) == [{"a": 1}, {"b": 2}]


def test_true_is_not_one_and_text_is_not_a_number_but_one_is_one_point_zero() -> None:
    assert values_of({"a": [True, 1.0, "1"], "exclude": [{"a": 1}]}) == [{"a": True}, {"a": "1"}]


def test_an_exclude_that_matches_nothing_is_noticed() -> None:
    matrix = {"a": [1, 2], "b": ["x"], "exclude": [{"a": 2}, {"a": 3}, {"a": 1, "b": "X"}, {"b": "x", "a": 1}]}
    assert idle_excludes(matrix) == [1, 2]


@given(
    st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=3),
    st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=2), max_size=3),
    st.lists(st.dictionaries(st.sampled_from("abcdef"), VALUES, min_size=1, max_size=3), max_size=4),
)
def test_combinations_follow_the_rules_taken_word_by_word(
    axes: dict[str, list[Json]], exclude: list[dict[str, Json]], include: list[dict[str, Json]]
) -> None:
    exclude = [entry for entry in exclude if entry.keys() <= axes.keys()]
    originals = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())] if axes else []
    kept = [each for each in originals if not any(all(same(each[k], v) for k, v in entry.items()) for entry in exclude)]
    grown = [dict(each) for each in kept]
    added = []
    for entry in include:
        fitting = [n for n, each in enumerate(kept) if all(same(each[k], v) for k, v in entry.items() if k in axes)]
        for number in fitting:
            grown[number] |= {k: v for k, v in entry.items() if k not in axes}
        if not fitting:
            added.append(entry)
    matrix = {**axes, "exclude": exclude, "include": include}
    assert repr([sorted(each.items()) for each in [*grown, *added]]) == repr(
        [sorted(each.items()) for each in values_of(matrix)]
    )
    assert len(combine(matrix)) <= size_of(matrix)
