"""Orders that nobody meant: what is written is never bought as something else in silence."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080, duration: 6, fps: 25}\n"
TABLE = "sku,hero,seconds\nlamp,FALSE,6\nrope,no,8\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    return tmp_path


def spec(project: Path, shots: str, head: str = "") -> None:
    write_spec(project, f"{HEAD}{head}shots:\n{shots}")


def bodies(project: Path, *options: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = ltxspec("render", "--format", "json", *options, cwd=project).json
    return found


def prompts(project: Path, *options: str) -> list[object]:
    return [body["positivePrompt"] for body in bodies(project, *options)]


def refused(project: Path, *options: str) -> str:
    return ltxspec("plan", *options, cwd=project, check=1).err


def test_a_cell_is_no_truth_value_until_it_is_asked_to_be_one(project: Path) -> None:
    (project / "specs" / "t.csv").write_text(TABLE, "utf-8")
    shot = "  a:\n    forEach: {file: t.csv%s}\n    prompt: \"A {{ 'bold ' if hero }}cup.\"\n"
    shot += '    duration: "{{ 10 if hero else 6 }}"\n'
    spec(project, shot % "")
    said = refused(project)
    assert said.count("error[template-condition]") == 2
    assert "`hero` is a text that reads as a truth value, and a condition would take it for true" in said
    assert "types: {hero: boolean}" in said
    spec(project, shot % ", types: {hero: boolean, seconds: integer}")
    assert prompts(project) == ["A cup.", "A cup."]
    assert [body["duration"] for body in bodies(project)] == [6, 6]


def test_an_option_is_of_the_kind_of_its_variable(project: Path) -> None:
    shot = "  a: {prompt: \"{{ colors|join(', ') }}{{ ' in rain' if rain }} {{ name }}\"}\n"
    spec(project, shot, "vars: {colors: [red], rain: true, name: x}\n")
    assert prompts(project, "--var", "rain=false", "--var", "colors=[blue, green]") == ["blue, green x"]
    assert "`--var colors` must be a list" in refused(project, "--var", "colors=red")
    assert "`--var rain` must be true or false" in refused(project, "--var", "rain=no")
    (project / "v.yaml").write_text("rain: false\nname: [a, b]\n", "utf-8")
    said = refused(project, "--var-file", "v.yaml")
    assert "`name` in `v.yaml` must be text, as `name` is in spec" in said
    assert "v.yaml:2:7" in said
    assert prompts(project, "--var-file", "v.yaml", "--var", "name=y") == ["red y"]


def test_words_are_not_joined_at_a_tag_or_an_include(project: Path) -> None:
    (project / "specs" / "look.j2").write_bytes(b"film grain\r\n")
    shot = "  a:\n    prompt: |\n      A street{% if true %} in rain{% endif %}\n      with cars\n"
    spec(project, f"{shot}      {{% include 'look.j2' %}}\n      at night\n")
    assert prompts(project) == ["A street in rain\nwith cars\nfilm grain\nat night"]


def test_a_comment_in_a_prompt_is_a_warning_each_time(project: Path) -> None:
    spec(project, "  a:\n    prompt: A racer with number #7 on the door\n")
    for _ in range(2):
        result = ltxspec("plan", cwd=project)
        assert "warning[cut-text]" in result.err
        assert "`A racer with number` is used, without `#7 on the door`" in result.err


def test_null_and_lists_are_never_printed(project: Path) -> None:
    spec(project, '  a: {prompt: "A {{ light }} light."}\n', "vars: {light: null}\n")
    assert "`light` is null, and nothing can be printed for it" in refused(project)


@pytest.mark.parametrize(
    ("name", "text", "shot", "line"),
    [
        ("p.j2", "A street\n<<<<<<< HEAD\nin rain\n=======\nin fog\n>>>>>>> side\n", "{prompt: {file: p.j2}}", 2),
        ("i.j2", "A street\n||||||| base\nin fog\n", "{prompt: \"{% include 'i.j2' %}\"}", 2),
        ("t.csv", "k,n\n<<<<<<< HEAD\na,1\n", "{prompt: x, forEach: {file: t.csv}}", 2),
        ("t.json", '[\n{"k": "a"}\n>>>>>>> side\n]', "{prompt: x, forEach: {file: t.json}}", 3),
        ("t.yaml", "- k: a\n<<<<<<< HEAD\n- k: b\n", "{prompt: x, forEach: {file: t.yaml}}", 2),
    ],
)
def test_both_sides_of_a_merge_are_never_bought(project: Path, name: str, text: str, shot: str, line: int) -> None:
    (project / "specs" / name).write_text(text, "utf-8")
    spec(project, f"  a: {shot}\n")
    said = refused(project)
    assert "the conflict markers of an unfinished merge" in said
    assert f"specs/{name}:{line}:1" in said


def test_a_spec_with_conflict_markers_says_so(project: Path) -> None:
    spec(
        project,
        "  a:\n    prompt: |\n      A street\n<<<<<<< HEAD\n      in rain\n=======\n      in fog\n>>>>>>> side\n",
    )
    assert "this file has the conflict markers of an unfinished merge" in refused(project)


def test_an_underline_is_no_conflict(project: Path) -> None:
    (project / "specs" / "p.j2").write_text("Night\n=======\nA street.\n", "utf-8")
    spec(project, "  a: {prompt: {file: p.j2}}\n")
    assert prompts(project) == ["Night\n=======\nA street."]


def test_labels_are_rendered_and_change_nothing_that_is_bought(project: Path) -> None:
    row = "forEach: [{sku: lamp, campaign: autumn}], prompt: A lamp."
    spec(project, f"  a: {{{row}}}\n")
    before = ltxspec("plan", "--format", "json", cwd=project).json["shots"][0]["fingerprint"]
    (project / "ltxspec.toml").write_text(
        '[[policy]]\nassert = "shot.labels.of == \'autumn\'"\nmessage = "the label is not rendered"\n', "utf-8"
    )
    spec(project, f"  a: {{labels: {{of: '{{{{ campaign }}}}'}}, title: '{{{{ sku }}}}', {row}}}\n")
    planned = ltxspec("plan", "--format", "json", cwd=project).json
    assert planned["diagnostics"] == []
    assert planned["shots"][0]["fingerprint"] == before


@pytest.mark.parametrize("moved", ["aley", "day.aley"])
def test_a_move_from_nothing_is_a_warning(project: Path, moved: str) -> None:
    spec(project, f"  a: {{prompt: A lamp., moved: {moved}}}\n")
    planned = ltxspec("plan", "--format", "json", cwd=project).json
    (warning,) = planned["diagnostics"]
    assert (warning["severity"], warning["code"], warning["line"]) == ("warning", "moved", 7)
    assert f"`moved: {moved}` names nothing" in warning["message"]


def test_json_with_escaped_pairs_means_the_emoji(project: Path) -> None:
    shots = '{"a": {"prompt": "A cup \\ud83d\\ude00 {{ mood }}."}}'
    text = '{"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "one"}, "model": "lightricks:2@0",'
    text += f' "vars": {{"mood": "x"}}, "defaults": {{"width": 1920, "height": 1080}}, "shots": {shots}}}\n'
    (project / "specs" / "one.yaml").write_text(text, "utf-8")
    (project / "v.json").write_text('{"mood": "\\ud83c\\udf27"}', "utf-8")
    assert prompts(project, "--var-file", "v.json") == ["A cup 😀 🌧."]
    (project / "specs" / "one.yaml").write_text(text.replace("\\ude00", ""), "utf-8")
    assert "half of a surrogate pair is not a character" in refused(project)


@pytest.mark.parametrize("options", [("-q",), ("--format", "json"), ()])
def test_a_warning_about_an_order_is_never_hidden(options: tuple[str, ...], tmp_path: Path) -> None:
    write_spec(tmp_path, "model: lightricks:ltx@2.5-fast\nshots:\n  a:\n    prompt: A car #7\n")
    done = ltxspec("apply", "--provider", "sandbox", "--auto-approve", *options, cwd=tmp_path)
    assert "warning[cut-text]" in done.err
