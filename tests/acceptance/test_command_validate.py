"""`ltxspec validate`: a verdict for people and one for programs. What it says of which mistake: `test_examples`."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080}\n"
GOOD = HEAD + "shots: {a: {prompt: A lighthouse.}}\n"


def test_valid_specs_are_counted(tmp_path: Path) -> None:
    write_spec(tmp_path, GOOD, "one")
    write_spec(tmp_path, HEAD + "shots: {a: {prompt: A lighthouse., matrix: {x: [1, 2]}}}\n", "two")
    assert ltxspec("validate", cwd=tmp_path).out == "2 specs, 3 shots: valid.\n"
    assert ltxspec("validate", "specs/one.yaml", cwd=tmp_path).out == "1 spec, 1 shot: valid.\n"


def test_programs_get_one_document_whatever_the_verdict(tmp_path: Path) -> None:
    path = write_spec(tmp_path, GOOD)
    nothing = {"formatVersion": "1.0", "valid": True, "errors": 0, "warnings": 0, "diagnostics": []}
    assert ltxspec("validate", "--format", "json", cwd=tmp_path).json == nothing
    path.write_text(path.read_text("utf-8").replace("1920", "1921"), encoding="utf-8")
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=1).json
    assert (document["valid"], document["errors"]) == (False, 1)
    (problem,) = document["diagnostics"]
    assert (problem["severity"], problem["code"]) == ("error", "unsupported-size")
    assert (problem["file"], problem["line"], problem["column"]) == ("specs/night.yaml", 5, 19)
    assert problem["hint"]


def test_a_warning_leaves_a_spec_valid(tmp_path: Path) -> None:
    write_spec(tmp_path, GOOD + "checks: [{assert: fps > 25, severity: warning, message: choppy}]\n")
    result = ltxspec("validate", cwd=tmp_path)
    assert result.out.startswith("warning[check-failed]: choppy\n")
    assert result.out.endswith("1 spec, 1 shot: valid with 1 warning.\n")


def test_variables_of_the_command_line_are_used(tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "vars: {seconds: 8}\nshots: {a: {prompt: Fog., duration: '{{ seconds }}'}}\n")
    ltxspec("validate", "--var", "seconds=10", cwd=tmp_path)
    refused = ltxspec("validate", "--var", "seconds=7", cwd=tmp_path, check=1)
    assert "`duration` must be `6`, `8` or `10`, not `7`" in refused.out
    (tmp_path / "vars.yaml").write_text("seconds: 7\n", encoding="utf-8")
    assert ltxspec("validate", "--var-file", "vars.yaml", cwd=tmp_path, check=1).out == refused.out


def test_two_specs_of_one_name_are_refused_where_the_second_is_named(tmp_path: Path) -> None:
    write_spec(tmp_path, GOOD, "a")
    second = write_spec(tmp_path, GOOD, "b")
    second.write_text(second.read_text("utf-8").replace("name: b", "name: a"), encoding="utf-8")
    refused = ltxspec("validate", cwd=tmp_path, check=1).out
    assert "error[duplicate-spec-name]: `a` is the name of two specs, this one and `specs/a.yaml`" in refused
    assert "--> specs/b.yaml:3:18" in refused


@pytest.mark.parametrize("command", ["validate", "render", "plan", "apply", "fmt"])
def test_without_specs_a_command_says_how_to_begin(command: str, tmp_path: Path) -> None:
    refused = ltxspec(command, cwd=tmp_path, check=1).err
    assert refused.startswith(f"error[no-specs]: there are no specs in `{tmp_path}`")
    assert "`ltxspec init`" in refused


def test_a_path_that_does_not_exist_is_named_as_it_was_typed(tmp_path: Path) -> None:
    write_spec(tmp_path, GOOD)
    assert "error[usage]: `specs/nihgt.yaml` does not exist\n" in (
        ltxspec("validate", "specs/nihgt.yaml", cwd=tmp_path, check=64).err
    )


def test_a_wrong_configuration_is_a_problem_with_its_place(tmp_path: Path) -> None:
    write_spec(tmp_path, GOOD)
    (tmp_path / "ltxspec.toml").write_text("[project]\nspec = ['specs']\n", encoding="utf-8")
    refused = ltxspec("validate", cwd=tmp_path, check=1).err
    assert "--> ltxspec.toml:2:1" in refused
    assert "did you mean `specs`?" in refused


def test_programs_get_their_document_even_when_nothing_can_be_judged(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("[project\n", encoding="utf-8")
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=1).json
    assert (document["valid"], document["errors"], document["diagnostics"][0]["line"]) == (False, 1, 1)
    (tmp_path / "ltxspec.toml").unlink()
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=1).json
    assert document["diagnostics"][0]["code"] == "no-specs"


TABLE = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  p:
    forEach: {file: ../data/s.csv, key: sku%s}
    prompt: "{{ name }}"
    duration: "{{ seconds }}"
  q:
    forEach: {file: ../data/s.csv, key: sku%s}
    prompt: "{{ name }} again"
"""


def of_table(folder: Path, rows: str, types: str = "") -> str:
    """What `validate` says of two shots that read one table."""
    (folder / "data").mkdir()
    (folder / "data" / "s.csv").write_text("sku;name;seconds\n" + rows, "utf-8")
    write_spec(folder, TABLE % (types, types))
    done = ltxspec("validate", cwd=folder, check=1)
    return done.out + done.err


def test_a_column_of_decimal_commas_is_one_error_also_where_two_shots_read_the_table(tmp_path: Path) -> None:
    told = of_table(tmp_path, "".join(f"s{n};a;{n},5\n" for n in range(30)), ", types: {seconds: number}")
    assert told.count("error[wrong-type]") == 1
    assert "not `0,5`, and 29 more cells of this column are not" in told


def test_a_row_of_sums_is_named_as_one_and_reported_once(tmp_path: Path) -> None:
    told = of_table(tmp_path, "a;lamp;6\nb;rope;8\n;Sum;14\n")
    assert told.count("error[missing-key]") == 1
    assert "a row of sums is no shot: remove it" in told


def test_an_empty_cell_for_a_number_gets_the_hint_to_types(tmp_path: Path) -> None:
    told = of_table(tmp_path, "a;lamp;\n")
    assert 'not the text ""' in told
    assert "`types:` of `forEach` reads an empty cell as null, which leaves the parameter out" in told


def test_text_that_is_compared_with_a_number_is_told_in_own_words(tmp_path: Path) -> None:
    write_spec(
        tmp_path, "model: lightricks:2@0\nvars: {n: '5'}\nshots:\n  a: {prompt: '{% if n > 5 %}x{% endif %}y'}\n"
    )
    told = ltxspec("validate", cwd=tmp_path, check=1)
    assert "`>` does not work between text and a whole number" in told.out + told.err
    assert "`types:` of `forEach`" in told.out + told.err
