"""Each test edits one thing of a project and asks why its shots render otherwise."""

from collections.abc import Mapping

import pytest
from unit.render.project import HEAD, MemoryFiles, read, render

from ltxspec.plan.differences import field_changes
from ltxspec.review.causes import causes_of
from ltxspec.review.models import Cause
from ltxspec.review.scopes import SpecScope

FILES = {
    "specs/prompts/street.j2": "A street in {{ city }}, {% include 'parts/rain.j2' %}",
    "specs/parts/rain.j2": "rain {{ how }}",
    "specs/data/rows.csv": "sku,name,light\nlamp,A lamp,warm\nrope,A rope,cold\n",
    "specs/data/words.j2": "{% macro grain() %}grain{% endmacro %}",
}
SPEC = """\
vars:
  city: Porto
  how: softly
  look: "grain over {{ city }}"
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  plain: {prompt: "A pier"}
  named: {prompt: "A pier in {{ city }}"}
  nested: {prompt: "A pier, {{ look }}"}
  own: {vars: {city: Faro}, prompt: "A pier in {{ city }}"}
  filed: {prompt: {file: prompts/street.j2}}
  macro: {prompt: "{% import 'data/words.j2' as w %}A pier, {{ w.grain() }}"}
  weather: {matrix: {sky: [rain], include: [{sky: rain, mood: calm}]}, prompt: "A pier in {{ sky }}, {{ mood }}"}
  product: {forEach: {file: data/rows.csv, key: sku}, prompt: "{{ name }} in {{ light }} light"}
  timed: {vars: {seconds: 8}, prompt: "A pier", duration: "{{ seconds }}"}
  small: {prompt: "A pier", width: 3840, height: 2160}
"""

# What is edited: in the spec or in a file, from -> to.
Edit = Mapping[str, tuple[str, str]]
CITY = Cause("variable", "city", "Porto", "Lisbon")


def causes(edit: Edit, spec: str = SPEC) -> dict[str, tuple[Cause, ...]]:
    """Why each shot changed, by its key."""
    texts = {"spec": HEAD + spec, **FILES}
    edited = dict(texts)
    for place, (old, new) in edit.items():
        assert old in edited[place]
        edited[place] = edited[place].replace(old, new)
    files = MemoryFiles(texts), MemoryFiles(edited)
    sides = [render(item.texts["spec"], files=item) for item in files]
    assert [side.diagnostics for side in sides] == [[], []]
    scopes = [SpecScope(read(item.texts["spec"]), item) for item in files]
    found = {}
    for key, before in sides[0].requests.items():
        after = sides[1].requests.get(key)
        views = [scope.view(key) for scope in scopes]
        if after is None or views[0] is None or views[1] is None:
            continue
        changes = field_changes(before.body, after.body, before.inputs, after.inputs)
        if changes:
            found[key] = causes_of(views[0], views[1], changes)
    return found


def test_a_variable_of_the_spec_is_named_wherever_it_is_used() -> None:
    assert causes({"spec": ("city: Porto", "city: Lisbon")}) == {"named": (CITY,), "nested": (CITY,), "filed": (CITY,)}


def test_a_variable_that_only_passes_another_one_on_is_not_blamed() -> None:
    assert causes({"spec": ("grain over", "dust over")}) == {
        "nested": (Cause("variable", "look", "grain over Porto", "dust over Porto"),)
    }


def test_a_variable_of_the_shot_is_named() -> None:
    assert causes({"spec": ("city: Faro", "city: Beja")}) == {"own": (Cause("variable", "city", "Faro", "Beja"),)}


def test_an_edited_prompt_is_its_own_cause_beside_others() -> None:
    assert causes({"spec": ("A pier in {{ city }}", "A quay in {{ city }}")})["own"] == (Cause("prompt", "own"),)
    both = SPEC.replace('named: {prompt: "A pier', 'named: {prompt: "A boat')
    assert causes({"spec": (SPEC, both.replace("Porto", "Lisbon"))})["named"] == (Cause("prompt", "named"), CITY)


def test_a_prompt_file_and_what_it_includes_are_named() -> None:
    assert causes({"specs/prompts/street.j2": ("A street", "A lane")}) == {
        "filed": (Cause("file", "specs/prompts/street.j2"),)
    }
    assert causes({"specs/parts/rain.j2": ("rain", "snow")}) == {"filed": (Cause("file", "specs/parts/rain.j2"),)}
    assert causes({"spec": ("softly", "hard")}) == {"filed": (Cause("variable", "how", "softly", "hard"),)}


def test_an_imported_file_is_named() -> None:
    assert causes({"specs/data/words.j2": ("grain{%", "dust{%")}) == {"macro": (Cause("file", "specs/data/words.j2"),)}


def test_a_prompt_that_moves_to_another_file_is_an_edit() -> None:
    found = causes({"spec": ("file: prompts/street.j2", "file: parts/rain.j2")})
    assert found == {"filed": (Cause("prompt", "filed", "prompts/street.j2", "parts/rain.j2"),)}


def test_a_row_of_data_is_named_by_file_and_column() -> None:
    assert causes({"specs/data/rows.csv": ("warm", "golden")}) == {
        "product[lamp]": (Cause("data", "specs/data/rows.csv: light", "warm", "golden"),)
    }


def test_a_value_that_a_matrix_adds_is_named() -> None:
    assert causes({"spec": ("mood: calm", "mood: wild")}) == {
        "weather[rain]": (Cause("data", "matrix: mood", "calm", "wild"),)
    }


def test_defaults_are_named_for_the_shots_that_have_nothing_of_their_own() -> None:
    found = causes({"spec": ("duration: 6", "duration: 8")})
    assert found["plain"] == (Cause("defaults", "duration", "6", "8"),)
    assert "timed" not in found
    wider = causes({"spec": ("width: 1920, height: 1080", "width: 2560, height: 1440")})
    assert wider["plain"] == (Cause("defaults", "width", "1920", "2560"), Cause("defaults", "height", "1080", "1440"))
    assert "small" not in wider


def test_a_parameter_of_the_shot_is_named_and_so_is_the_variable_behind_one() -> None:
    smaller = causes({"spec": ("width: 3840, height: 2160", "width: 2560, height: 1440")})
    assert smaller["small"][0] == Cause("parameter", "width", "3840", "2560")
    assert causes({"spec": ("seconds: 8", "seconds: 10")}) == {"timed": (Cause("variable", "seconds", "8", "10"),)}


def test_another_model_is_named_and_not_its_defaults() -> None:
    spec = "model: lightricks:2@1\n" + SPEC
    head = HEAD.replace("model: lightricks:2@0\n", "")
    texts = [head + spec, head + spec.replace("lightricks:2@1", "lightricks:2@0")]
    sides = [render(text, files=MemoryFiles(FILES)) for text in texts]
    scopes = [SpecScope(read(text), MemoryFiles(FILES)) for text in texts]
    views = [scope.view("plain") for scope in scopes]
    assert views[0] is not None
    assert views[1] is not None
    changes = field_changes(sides[0].requests["plain"].body, sides[1].requests["plain"].body)
    assert causes_of(views[0], views[1], changes) == (Cause("model", "model", "lightricks:2@1", "lightricks:2@0"),)


def test_what_stands_nowhere_is_the_model_s_default() -> None:
    view = SpecScope(read(HEAD + SPEC), MemoryFiles(FILES)).view("plain")
    assert view is not None
    changes = field_changes({"safety": {"mode": "none"}}, {"safety": {"mode": "fast"}})
    assert causes_of(view, view, changes) == (Cause("model-default", "safety.mode", "none", "fast"),)


def test_the_content_of_a_local_image_is_named() -> None:
    view = SpecScope(read(HEAD + SPEC), MemoryFiles(FILES)).view("plain")
    assert view is not None
    changes = field_changes({}, {}, {"assets/a~1.jpg": "sha256:1"}, {"assets/a~1.jpg": "sha256:2"})
    assert causes_of(view, view, changes) == (Cause("file", "assets/a~1.jpg"),)


@pytest.mark.parametrize(("old", "new"), [("true", "1"), ("1", "1.0"), ("[1]", "[true]")])
def test_values_that_python_takes_for_equal_are_told_apart(old: str, new: str) -> None:
    shot = "{prompt: 'x {{ n|tojson }}'}"
    spec = f"vars: {{n: {old}}}\ndefaults: {{width: 1920, height: 1080}}\nshots: {{a: {shot}}}\n"
    found = causes({"spec": (f"n: {old}", f"n: {new}")}, spec)
    assert found == {"a": (Cause("variable", "n", old, new),)}


def test_a_signature_in_a_variable_is_not_shown() -> None:
    signed = "https://bucket.example/x.png?X-Amz-Signature=canary"
    spec = 'vars: {n: a}\ndefaults: {width: 1920, height: 1080}\nshots: {a: {prompt: "x {{ n }}"}}\n'
    (cause,) = causes({"spec": ("n: a", f'n: "{signed}"')}, spec)["a"]
    assert cause.after == "https://bucket.example/x.png"


def test_a_long_value_is_cut() -> None:
    long = "word " * 200
    spec = (
        f'vars: {{n: "{long}"}}\ndefaults: {{width: 1920, height: 1080}}\nshots: {{a: {{prompt: "x {{{{ n }}}}"}}}}\n'
    )
    (cause,) = causes({"spec": (long, "short")}, spec)["a"]
    assert cause.before is not None
    assert len(cause.before) == 301
