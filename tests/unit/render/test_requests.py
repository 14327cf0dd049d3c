"""Whole specs, rendered with the real models."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace
from unit.render.project import PRO, SIZE, SPEC_FILE, MemoryFiles, model, render

from ltxspec.fingerprint import fingerprint_of

FAST25 = "lightricks:ltx@2.5-fast"


def test_the_bodys_keys_are_those_asked_for_in_the_order_written() -> None:
    text = """\
defaults:
  width: 1920
  height: 1080
  duration: 8
  fps: 25
  providerSettings: {lightricks: {generateAudio: true}}
shots:
  alley:
    prompt: |
      Rain in an alley.
    inputs:
      frameImages:
        - {image: "https://assets.example/alley.jpg", frame: first}
"""
    request = render(text).only
    assert json.dumps(request.body) == json.dumps(
        {
            "taskType": "videoInference",
            "model": PRO,
            "positivePrompt": "Rain in an alley.",
            "width": 1920,
            "height": 1080,
            "duration": 8,
            "fps": 25,
            "providerSettings": {"lightricks": {"generateAudio": True}},
            "inputs": {"frameImages": [{"image": "https://assets.example/alley.jpg", "frame": "first"}]},
        }
    )
    assert str(request.estimate) == "0.48"
    assert str(request.address) == "test.alley"
    assert (request.file, request.line, request.column) == (SPEC_FILE, 12, 3)
    assert request.fingerprint == fingerprint_of(model(), request.body, {})


def test_defaults_are_merged_and_null_removes() -> None:
    text = """\
defaults: {width: 1920, height: 1080, outputFormat: MOV, providerSettings: {lightricks: {generateAudio: true}}}
shots:
  a: {prompt: hi, width: 3840, height: 2160, outputFormat: null, providerSettings: {lightricks: {generateAudio: null}}}
"""
    body = dict(render(text).only.body)
    assert body.pop("providerSettings", {}) in ({}, {"lightricks": {}})
    assert {key: body[key] for key in ("width", "height")} == {"width": 3840, "height": 2160}
    assert "outputFormat" not in body


def test_templates_of_parameters_see_the_variables_of_their_instance() -> None:
    text = """\
vars: {long: 10}
defaults: {width: 1920, height: 1080, duration: "{{ seconds|default(long) }}", fps: "{{ 25 }}"}
shots:
  plain: {prompt: plain}
  rows:
    forEach: [{id: a, seconds: 6}, {id: b, seconds: 8}]
    prompt: "{{ id }} for {{ seconds }}"
"""
    outcome = render(text)
    assert {key: request.body["duration"] for key, request in outcome.requests.items()} == {
        "plain": 10,
        "rows[a]": 6,
        "rows[b]": 8,
    }
    assert [request.body["positivePrompt"] for request in outcome.requests.values()] == ["plain", "a for 6", "b for 8"]


def test_text_of_a_table_becomes_numbers_where_the_model_wants_them() -> None:
    text = """\
shots:
  product:
    forEach: {file: rows.csv, key: sku}
    prompt: "{{ name }}, {{ seconds }}"
    width: "{{ w }}"
    height: 1080
    duration: "{{ seconds }}"
    providerSettings: {lightricks: {generateAudio: "{{ sound }}"}}
"""
    csv = "sku,name,w,seconds,sound\np1,Cup,1920,8,true\np2,Pot,1920,10,FALSE\n"
    outcome = render(text, files=MemoryFiles({"specs/rows.csv": csv}))
    assert outcome.diagnostics == []
    bodies = [request.body for request in outcome.requests.values()]
    assert [(body["width"], body["duration"]) for body in bodies] == [(1920, 8), (1920, 10)]
    assert [body["providerSettings"]["lightricks"]["generateAudio"] for body in bodies] == [True, False]
    assert bodies[0]["positivePrompt"] == "Cup, 8"


def test_an_expression_that_gives_none_removes_the_parameter() -> None:
    text = SIZE + "shots: {a: {prompt: hi, outputFormat: '{{ none }}', duration: '{{ 6 if false }}'}}\n"
    assert dict(render(text).only.body).keys() == {
        "taskType",
        "model",
        "positivePrompt",
        "width",
        "height",
        "duration",
        "fps",
    }


def test_prompts_come_from_files_beside_the_spec_and_may_include_others() -> None:
    files = MemoryFiles(
        {
            "specs/prompts/a.j2": "A {{ moon }} moon\n{% include 'style.j2' %}\n",
            "specs/prompts/style.j2": "in silver\n",
        }
    )
    text = SIZE + "vars: {moon: full}\nshots: {a: {prompt: {file: prompts/a.j2}, vars: {moon: giant}}}\n"
    assert render(text, files=files).only.body["positivePrompt"] == "A giant moon\nin silver"


def test_a_shot_may_have_a_model_of_its_own_even_a_rendered_one() -> None:
    text = f"""\
vars: {{fast: "lightricks-ltx-2-fast"}}
defaults: {{width: 1920, height: 1080, duration: 6}}
shots:
  spec: {{prompt: hi}}
  slug: {{prompt: hi, model: lightricks-ltx-2-fast}}
  rendered: {{prompt: hi, model: "{{{{ fast }}}}"}}
  other: {{prompt: hi, model: "{FAST25}", duration: auto}}
"""
    outcome = render(text)
    assert outcome.diagnostics == []
    models = [request.body["model"] for request in outcome.requests.values()]
    assert models == [PRO, "lightricks:2@1", "lightricks:2@1", FAST25]
    assert [str(request.estimate) for request in outcome.requests.values()] == ["0.36", "0.24", "0.24", "None"]


def test_delivery_never_enters_the_body_or_the_fingerprint() -> None:
    shots = "shots: {a: {prompt: hi, ttl: 100, webhookURL: 'https://a.b/{{ 1 + 1 }}'}}\n"
    request = render(SIZE + shots, delivery={"ttl": 60, "uploadEndpoint": "https://c.d/e"}).only
    assert request.delivery == {"ttl": 100, "uploadEndpoint": "https://c.d/e", "webhookURL": "https://a.b/2"}
    assert request.body.keys() & request.delivery.keys() == set()
    assert request.fingerprint == render(SIZE + "shots: {a: {prompt: hi}}\n").only.fingerprint


def test_what_a_request_carries_besides_its_body() -> None:
    text = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: test, title: Night, labels: {campaign: autumn, team: a}}
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  plain: {prompt: hi}
  told: {prompt: hi, title: A title, labels: {team: b}, moved: earlier}
  sky: {prompt: "hi {{ w }}", matrix: {w: [x]}, moved: old}
"""
    outcome = render(text)
    assert outcome.rendered is not None
    assert (outcome.rendered.name, outcome.rendered.file, outcome.rendered.title) == ("test", SPEC_FILE, "Night")
    plain, told, sky = outcome.requests.values()
    assert (plain.title, plain.labels, plain.moved) == (None, {"campaign": "autumn", "team": "a"}, None)
    assert (told.title, told.labels, told.moved) == ("A title", {"campaign": "autumn", "team": "b"}, "earlier")
    assert (sky.moved, sky.recorded) == ("old", frozenset({"safety"}))


def test_safety_is_recorded_but_does_not_count() -> None:
    plain = render(SIZE + "shots: {a: {prompt: hi}}\n").only
    safe = render(SIZE + "shots: {a: {prompt: hi, safety: {mode: full}}}\n").only
    assert safe.body["safety"] == {"mode": "full"}
    assert safe.fingerprint == plain.fingerprint


def test_local_images_count_by_content_not_by_path() -> None:
    files = MemoryFiles({"specs/a.jpg": "one", "specs/b.jpg": "one", "specs/c.jpg": "two"})
    text = (
        SIZE
        + "shots: {s: {prompt: hi, inputs: {frameImages: ['{{ file }}']}, matrix: {file: [a.jpg, b.jpg, c.jpg]}}}\n"
    )
    first, second, third = render(text, files=files).requests.values()
    assert first.body["inputs"] == {"frameImages": ["a.jpg"]}
    assert first.fingerprint == second.fingerprint != third.fingerprint
    assert list(first.inputs) == ["a.jpg"]


def test_checks_of_spec_and_shot_are_evaluated() -> None:
    text = (
        SIZE
        + """\
vars: {limit: 1}
checks: [{assert: "estimate <= limit", message: "`{{ prompt }}` costs {{ estimate }}"}]
shots:
  cheap: {prompt: cheap, checks: [{assert: "request.width == 1920"}, {assert: "fps > 25", severity: warning}]}
  dear: {prompt: dear, width: 3840, height: 2160}
"""
    )
    outcome = render(text)
    assert outcome.rendered is None
    assert [(d.severity, d.message, str(d.where)) for d in outcome.diagnostics] == [
        ("warning", "`fps > 25` is not true", f"{SPEC_FILE}:9:79"),
        ("error", "`dear` costs 1.44 (in `dear`)", f"{SPEC_FILE}:7:19"),
    ]


def test_all_problems_of_all_shots_are_found_at_once() -> None:
    text = """\
vars: {city: Rome, broken: "{{ citty }}"}
defaults: {width: 1920, height: 1080}
shots:
  prompt: {prompt: "{{ ctiy }}", duration: 7}
  parameter: {prompt: "ok {{ broken }}", duration: "{{ sec }}", durration: 1}
  model: {prompt: "{{ nope }}", model: lightriks:2@0, fps: "{{ nah }}"}
  file: {prompt: {file: gone.j2}, inputs: {frameImages: [gone.png]}}
  empty: {prompt: "{{ '' }}"}
  good: {prompt: good}
"""
    outcome = render(text)
    assert outcome.rendered is None
    assert [(d.code, d.where.line if d.where else 0) for d in outcome.diagnostics] == [
        ("undefined-variable", 5),
        ("undefined-variable", 8),
        ("not-allowed", 8),
        ("undefined-variable", 9),
        ("unknown-model", 10),
        ("undefined-variable", 10),
        ("undefined-variable", 10),
        ("file", 11),
        ("file", 11),
        ("missing-prompt", 12),
    ]


@pytest.mark.parametrize(
    ("shot", "code", "hint"),
    [
        ("prompt: hi, model: ^lightriks:2@0", "unknown-model", "did you mean `lightricks:2@0`?"),
        ("prompt: hi, model: ^nothing-like-it", "unknown-model", "`ltxspec models` lists the available models"),
        ("prompt: hi, duration: ^7", "not-allowed", None),
        ("prompt: hi, ^durration: 8", "unknown-parameter", "did you mean `duration`?"),
        ("prompt: hi, width: ^null", "missing-size", None),
        ("^prompt: h", "wrong-length", None),
        ("prompt: hi, inputs: {frameImages: [{image: ^no.png}]}", "file", f"looked beside `{SPEC_FILE}`"),
        ("prompt: {file: ^no.j2}", "file", f"looked beside `{SPEC_FILE}`"),
        ("prompt: 'hi {{ ^x }}'", "undefined-variable", None),
        ("prompt: hi, duration: '{{ ^x }}'", "undefined-variable", None),
        ("^prompt: \"{{ '' }}\"", "missing-prompt", "write what the video shows below `prompt:`"),
        ("prompt: hi, outputFormat: ^'{{ 8 }}'", "wrong-type", None),
    ],
)
def test_problems_point_at_what_is_wrong(shot: str, code: str, hint: str | None) -> None:
    text = f"{SIZE}shots:\n  a: {{{shot}}}\n"
    column = text.split("\n")[-2].index("^") + 1
    problem = render(text.replace("^", "")).problem
    assert (problem.code, str(problem.where)) == (code, f"{SPEC_FILE}:7:{column}")
    assert hint is None or (problem.hint or "").startswith(hint)


def test_a_wrong_default_is_said_once_and_where_it_stands() -> None:
    problem = render(
        "defaults: {width: 1920, height: 1080, duration: 7}\nshots: {a: {prompt: hi}, b: {prompt: ho}}\n"
    ).problem
    assert (problem.code, str(problem.where)) == ("not-allowed", f"{SPEC_FILE}:5:49")


def test_a_wrong_row_is_named() -> None:
    text = SIZE + "shots:\n  a: {forEach: [{k: x, s: 8}, {k: y, s: 9}], prompt: hi, duration: '{{ s }}'}\n"
    assert render(text).problem.message == "`duration` must be `6`, `8` or `10`, not `9` (in `a[y]`)"


def test_a_wrong_configuration_is_no_fault_of_the_spec() -> None:
    problem = render(SIZE + "shots: {a: {prompt: hi}, b: {prompt: ho}}\n", delivery={"ttl": 5}).problem
    assert (problem.code, problem.where, problem.hint) == (
        "out-of-range",
        None,
        "set it under `[delivery]` of the configuration",
    )


def test_a_shot_without_any_model_is_an_error() -> None:
    text = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: test}\nshots: {a: {prompt: hi}}\n"
    assert render(text).codes == ["missing-model"]


def test_leftover_tags_are_a_warning() -> None:
    outcome = render(SIZE + "vars: {v: 1}\nshots: {a: {prompt: '{{ w }}', forEach: [{k: x, w: 'hi {{ v }}'}]}}\n")
    assert outcome.codes == ["leftover-template"]
    assert outcome.problem.severity == "warning"
    assert outcome.requests["a[x]"].body["positivePrompt"] == "hi {{ v }}"
    assert outcome.rendered is not None
    assert list(outcome.rendered.diagnostics) == outcome.diagnostics


def test_no_message_shows_the_secret_of_a_presigned_url() -> None:
    text = (
        SIZE
        + """\
shots:
  a: {prompt: hi, uploadEndpoint: "ftp://a.b/c?X-Signature=SECRET"}
  b: {prompt: hi, uploadEndpoint: "https://a.b/c?X-Signature=SECRET{{ nope }}"}
  c: {prompt: hi, uploadEndpoint: ["https://a.b/c?X-Signature=SECRET"], numberResults: 2}
"""
    )
    outcome = render(text)
    assert len(outcome.diagnostics) >= 3
    assert "SECRET" not in repr(outcome.diagnostics)


def test_overrides_change_what_is_rendered_and_only_known_names() -> None:
    text = SIZE + "vars: {city: Rome, s: 6}\nshots: {a: {prompt: 'in {{ city }}', duration: '{{ s }}'}}\n"
    body = render(text, overrides={"city": "{{ Oslo }}", "s": "8"}).requests["a"].body
    assert (body["positivePrompt"], body["duration"]) == ("in {{ Oslo }}", 8)
    assert render(text, overrides={"citty": "x"}).codes == ["unknown-variable"]


def test_expansion_problems_are_reported_with_the_others() -> None:
    text = SIZE + "shots: {a: {prompt: hi, forEach: {file: gone.csv}}, b: {prompt: '{{ x }}'}}\n"
    outcome = render(text)
    assert outcome.rendered is None
    assert set(outcome.codes) >= {"undefined-variable"}
    assert len(outcome.codes) == 2


# One spec in many dresses: JSON is YAML, so specs are built as data.
PROMPTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=2, max_size=20).filter(
    lambda text: not {"{{", "{%", "{#"} & {text[i : i + 2] for i in range(len(text))}
)
SIZES = st.sampled_from([(1920, 1080), (2560, 1440), (3840, 2160)])
OPTIONS: dict[str, Any] = {
    "duration": st.sampled_from([6, 8, 10]),
    "fps": st.sampled_from([25, 50]),
    "outputFormat": st.sampled_from(["MP4", "WEBM", "MOV"]),
    "outputQuality": st.integers(20, 99),
    "numberResults": st.integers(1, 4),
    "providerSettings": st.booleans().map(lambda sound: {"lightricks": {"generateAudio": sound}}),
    "inputs": st.sampled_from(["a.jpg", "https://a.b/c.png"]).map(lambda image: {"frameImages": [{"image": image}]}),
}
DEFAULTS: dict[str, Any] = {
    "duration": 6,
    "fps": 25,
    "outputFormat": "MP4",
    "outputQuality": 95,
    "numberResults": 1,
    "providerSettings": {"lightricks": {"generateAudio": False}},
}
PARAMETERS = st.tuples(SIZES, st.fixed_dictionaries({}, optional=OPTIONS)).map(
    lambda drawn: {"width": drawn[0][0], "height": drawn[0][1], **drawn[1]}
)
FILES = {"specs/a.jpg": "picture", "images/a.jpg": "picture"}


def fingerprint(spec: dict[str, Any]) -> str:
    whole = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "test"}, "model": PRO, **spec}
    outcome = render("# json\n" + json.dumps(whole, ensure_ascii=False), files=MemoryFiles(FILES))
    (request,) = outcome.requests.values()
    assert request.fingerprint is not None
    return request.fingerprint


def shuffled(data: st.DataObject, value: Any) -> Any:
    """The same mapping with its keys in another order, at every depth, and some integers as floats."""
    if isinstance(value, dict):
        keys = data.draw(st.permutations(list(value)))
        return {key: shuffled(data, value[key]) for key in keys}
    if isinstance(value, list):
        return [shuffled(data, item) for item in value]
    if type(value) is int and data.draw(st.booleans()):
        return float(value)
    return value


@given(prompt=PROMPTS, parameters=PARAMETERS, data=st.data())
def test_restyling_never_changes_a_fingerprint(prompt: str, parameters: dict[str, Any], data: st.DataObject) -> None:
    dressed = dict(parameters)
    for name in data.draw(st.sets(st.sampled_from(sorted(DEFAULTS)))):
        dressed.setdefault(name, DEFAULTS[name])
    if "inputs" in dressed and data.draw(st.booleans()):
        image = dressed["inputs"]["frameImages"][0]["image"]
        image = "images/a.jpg" if image == "a.jpg" else image
        dressed["inputs"] = {"frameImages": [data.draw(st.sampled_from([image, {"image": image, "frame": "first"}]))]}
    dressed.setdefault("inputs", {})
    dressed |= data.draw(st.sampled_from([{}, {"safety": {"mode": "full"}}, {"safety": {"checkContent": True}}]))
    dressed |= data.draw(st.sampled_from([{}, {"ttl": 60}, {"webhookURL": "https://a.b/c"}]))
    moved = data.draw(st.sets(st.sampled_from(sorted(dressed))))
    name = data.draw(st.sampled_from(["a", "b_c"]))
    restyled = {
        "metadata": {"name": "other", "title": "T", "labels": {"x": "y"}},
        "vars": {name: prompt, "unused": 1},
        "defaults": shuffled(data, {key: dressed[key] for key in moved}),
        "shots": {
            "renamed": {
                "title": "T",
                "prompt": f"  {{{{ {name} }}}}\n",
                **shuffled(data, {key: dressed[key] for key in dressed if key not in moved}),
            }
        },
    }
    assert fingerprint(restyled) == fingerprint({"shots": {"s": {"prompt": prompt, **parameters}}})


@given(prompt=PROMPTS, parameters=PARAMETERS, data=st.data())
def test_any_change_of_what_is_rendered_changes_the_fingerprint(
    prompt: str, parameters: dict[str, Any], data: st.DataObject
) -> None:
    effective = {**DEFAULTS, "inputs": None, **parameters}
    name = data.draw(st.sampled_from([*sorted(OPTIONS), "size", "prompt", "image"]))
    changed: dict[str, Any] = {"prompt": prompt, **parameters}
    if name == "prompt":
        changed["prompt"] = prompt + data.draw(st.sampled_from(["x", ".", "\u00e9"]))
    elif name == "size":
        width, height = data.draw(SIZES.filter(lambda size: size[0] != parameters["width"]))
        changed |= {"width": width, "height": height}
    elif name == "image":
        changed["inputs"] = {"frameImages": ["https://a.b/quite-another.png"]}
    else:
        changed[name] = data.draw(OPTIONS[name].filter(lambda value: value != effective[name]))
    before = fingerprint({"shots": {"s": {"prompt": prompt, **parameters}}})
    assert fingerprint({"shots": {"s": changed}}) != before


@given(st.lists(PARAMETERS, min_size=1, max_size=4), st.lists(PROMPTS, min_size=1, max_size=3))
def test_sharing_the_work_gives_what_each_request_gives_alone(sets: list[dict[str, Any]], prompts: list[str]) -> None:
    shots = {f"s{i}-{j}": {"prompt": p, **s} for i, s in enumerate(sets) for j, p in enumerate(prompts)}
    whole = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "t"}, "model": PRO, "shots": shots}
    outcome = render("# json\n" + json.dumps(whole, ensure_ascii=False), files=MemoryFiles(FILES))
    for request in outcome.requests.values():
        assert request.fingerprint == fingerprint_of(model(), request.body, request.inputs)


@given(st.lists(PARAMETERS, min_size=1, max_size=3), st.lists(PROMPTS, min_size=1, max_size=3))
def test_shots_taken_as_they_stand_are_those_rendered_the_long_way(
    sets: list[dict[str, Any]], prompts: list[str]
) -> None:
    """A variable, even if no template uses it, lets nothing be taken as it stands."""
    shots = {f"s{i}-{j}": {"prompt": p, **s} for i, s in enumerate(sets) for j, p in enumerate(prompts)}
    whole = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "t"}, "model": PRO, "shots": shots}
    text = "# json\n" + json.dumps(whole, ensure_ascii=False)
    for shot in shots.values():
        shot["vars"] = {"unused": 1}
    long_way = render("# json\n" + json.dumps(whole, ensure_ascii=False), files=MemoryFiles(FILES))
    quickly = render(text, files=MemoryFiles(FILES))
    assert [replace(one, column=1) for one in quickly.requests.values()] == [
        replace(one, column=1) for one in long_way.requests.values()
    ]
    assert quickly.codes == long_way.codes


def test_the_sound_shots_of_a_broken_spec_are_kept_apart() -> None:
    text = """\
matrixed: {matrix: {city: [Rome, Oslo]}, prompt: "{{ city }}", checks: [{assert: "city == 'Rome'"}]}
broken: {prompt: "{{ nope }}"}
sound: {prompt: sound}
"""
    shots = "shots:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    outcome = render(SIZE + shots)
    (part,) = outcome.parts
    assert outcome.rendered is None
    assert [request.address.instance for request in part.requests] == ["matrixed[Rome]", "sound"]
    assert part.left_out == {"matrixed[Oslo]", "broken"}


def test_nothing_is_kept_of_a_spec_that_is_sound_or_that_has_errors_besides_in_shots() -> None:
    sound = render(SIZE + "shots: {sound: {prompt: sound}}\n")
    broken = render(SIZE + 'vars: {city: "{{ nope }}"}\nshots: {sound: {prompt: sound}}\n')
    assert (sound.rendered is not None, sound.parts) == (True, [])
    assert (broken.rendered, broken.parts) == (None, [])
