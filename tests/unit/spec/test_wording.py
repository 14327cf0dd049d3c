import pytest

from ltxspec.errors import Diagnostic, Problems
from ltxspec.spec.parsing import parse_spec

IN_QUOTES = "a text that contains `: ` goes in quotes, or below `|`"
PROMPT_IN_QUOTES = "a prompt that contains `: ` goes in quotes, or below `|`; a file is `{file: prompts/alley.j2}`"
TOP = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": "{name: s}", "shots": "{x: {prompt: p}}"}


def complaints(text: str) -> list[Diagnostic]:
    problems = Problems()
    parse_spec(text, "s.yaml", problems)
    return problems.errors


def of_top(**changes: str | None) -> tuple[str, str | None]:
    """The one complaint about a spec whose top-level keys are changed, or left out where None."""
    keys = {**TOP, **changes}
    (found,) = complaints("\n".join(f"{key}: {value}" for key, value in keys.items() if value is not None))
    return found.message, found.hint


def of_shot(shot: str) -> tuple[str, str | None]:
    return of_top(shots=f"{{x: {shot}}}")


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"apiVersion": None}, "`apiVersion` is missing", "begin the file with `apiVersion: ltxspec/v1`"),
        ({"apiVersion": "v1"}, "unknown apiVersion `v1`", "write `apiVersion: ltxspec/v1`"),
        ({"apiVersion": "ltxspec/V1"}, "unknown apiVersion `ltxspec/V1`", "did you mean `ltxspec/v1`?"),
        ({"apiVersion": "1"}, "unknown apiVersion `1`", "write `apiVersion: ltxspec/v1`"),
        (
            {"apiVersion": "ltxspec/v2"},
            "this spec needs a newer ltxspec: its apiVersion is `ltxspec/v2`",
            "upgrade ltxspec; this one reads `ltxspec/v1`",
        ),
        ({"apiVersion": ""}, "`apiVersion` is empty", "begin the file with `apiVersion: ltxspec/v1`"),
        ({"shots": ""}, "`shots` is empty", "name each shot: `shots: {alley: {prompt: …}}`"),
        ({"kind": None}, "`kind` is missing", "write `kind: RenderSpec`"),
        ({"kind": "Renderspec"}, "`kind` must be `RenderSpec`, not `Renderspec`", "did you mean `RenderSpec`?"),
        ({"metadata": None}, "`metadata` is missing", "add `metadata: {name: …}`"),
        (
            {"metadata": "{}"},
            "`metadata.name` is missing",
            "it names the spec and its lockfile, as in `name: night-scenes`",
        ),
        (
            {"metadata": "{name: ../x}"},
            "`../x` cannot name a spec",
            "use lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends",
        ),
        ({"metadata": "{name: s, titel: x}"}, "unknown key `titel` in `metadata`", "did you mean `title`?"),
        (
            {"metadata": "{name: s, labels: {v: 1.10}}"},
            "`metadata.labels.v` must be text, not the number `1.1`",
            "put it in quotes",
        ),
        ({"shots": None}, "`shots` is missing", "name each shot: `shots: {alley: {prompt: …}}`"),
        (
            {"shots": "[{name: x}]"},
            "`shots` must be a mapping of names to shots, not a list",
            "name each shot instead of listing it: `alley: {prompt: …}` instead of `- name: alley`",
        ),
        ({"y-sizes": "{}"}, "unknown key `y-sizes`", "request parameters go below `defaults` or into a shot"),
        ({"var": "{a: 1}"}, "unknown key `var`", "did you mean `vars`?"),
        ({"prompt": "p"}, "unknown key `prompt`", "`prompt` belongs to a shot"),
        ({"width": "3"}, "unknown key `width`", "request parameters go below `defaults` or into a shot"),
        ({"model": "3"}, "`model` must be text, not the number `3`", "put it in quotes"),
        ({"model": "''"}, "`model` is empty", None),
        ({"checks": "[{}]"}, "`checks[0].assert` is missing", None),
        ({"checks": "[x]"}, "`checks[0]` must be a mapping, not `x`", "write `- assert: duration <= 8`"),
        (
            {"checks": "[{assert: x, severity: warn}]"},
            "`checks[0].severity` must be `error` or `warning`, not `warn`",
            "did you mean `warning`?",
        ),
        (
            {"checks": "[{assert: x, when: y}]"},
            "unknown key `when` in `checks[0]`",
            "known here: `assert`, `message`, `severity`",
        ),
    ],
)
def test_a_fault_at_the_top_is_said_in_our_words(changes: dict[str, str], message: str, hint: str | None) -> None:
    assert of_top(**changes) == (message, hint)


def test_a_type_that_does_not_exist_is_said_with_those_that_do() -> None:
    message, hint = of_shot("{prompt: p, forEach: {file: a.csv, types: {n: integr}}}")
    assert message.endswith("must be `boolean`, `integer`, `number` or `text`, not `integr`")
    assert hint == "did you mean `integer`?"


@pytest.mark.parametrize(
    ("shot", "message", "hint"),
    [
        ("", "`shots.x` must be a mapping with a `prompt`, not empty", "write at least `prompt:` below the name"),
        ("{}", "`x` has no prompt", "write what the video shows below `prompt:`"),
        ("{prompt: {}}", "`shots.x.prompt.file` is missing", PROMPT_IN_QUOTES),
        ("{prompt: {file: a.j2, wide shot: b}}", "unknown key `wide shot` in `shots.x.prompt`", IN_QUOTES),
        ("{prompt: p, title: {a: b}}", "`shots.x.title` must be text, not a mapping", IN_QUOTES),
        ("{prmpt: p}", "`x` has no prompt", "did you mean `prompt` instead of `prmpt`?"),
        ("{prompt: }", "`x` has no prompt", "write what the video shows below `prompt:`"),
        ("{prompt: 3}", "`shots.x.prompt` must be text or `{file: …}`, not the number `3`", "put it in quotes"),
        ("{prompt: [a]}", "`shots.x.prompt` must be text or `{file: …}`, not a list", None),
        ("{prompt: {file: 3}}", "`shots.x.prompt.file` must be text, not the number `3`", "put it in quotes"),
        ("{prompt: {file: a, fil: b}}", "unknown key `fil` in `shots.x.prompt`", "did you mean `file`?"),
        ("{prompt: p, title: true}", "`shots.x.title` must be text, not `true`", "put it in quotes"),
        ("{prompt: p, vars: [a]}", "`shots.x.vars` must be a mapping, not a list", None),
        (
            "{prompt: p, matrix: }",
            "`shots.x.matrix` must be a mapping of axes, each a list of values, not empty",
            "write at least one axis, as in `sky: [rain, fog]`",
        ),
        (
            "{prompt: p, matrix: {sky: rain}}",
            "`shots.x.matrix.sky` must be a list, not `rain`",
            "write the values as a list, as in `sky: [rain, fog]`",
        ),
        (
            "{prompt: p, matrix: {sky: []}}",
            "`shots.x.matrix.sky` is empty",
            "write the values as a list, as in `sky: [rain, fog]`",
        ),
        ("{prompt: p, matrix: {sky: [[a]]}}", "`shots.x.matrix.sky[0]` must be a single value, not a list", None),
        (
            "{prompt: p, matrix: {sky: [a], include: {b: 1}}}",
            "`shots.x.matrix.include` must be a list, not a mapping",
            None,
        ),
        (
            "{prompt: p, forEach: a.csv}",
            "`shots.x.forEach` must be a list of rows, `{items: …}` or `{file: …}`, not `a.csv`",
            "for a file write `forEach: {file: data/rows.csv}`",
        ),
        (
            "{prompt: p, forEach: [a]}",
            "`shots.x.forEach[0]` must be a mapping, not `a`",
            "a row is a mapping of names to values; for a plain list use `matrix`",
        ),
        (
            "{prompt: p, forEach: {file: a.csv, kee: b}}",
            "unknown key `kee` in `shots.x.forEach`",
            "did you mean `key`?",
        ),
        (
            "{prompt: p, moved: ../a}",
            "`../a` is neither a shot nor an instance",
            "write the earlier name: `alley` or `weather[rain,dusk]`",
        ),
    ],
)
def test_a_fault_in_a_shot_is_said_in_our_words(shot: str, message: str, hint: str | None) -> None:
    assert of_shot(shot) == (message, hint)


@pytest.mark.parametrize("name", ["../etc", "a.b", "a[1]", "a b", "x" * 64, "é"])
def test_a_name_that_could_leave_its_folder_or_address_is_refused(name: str) -> None:
    (found,) = complaints(
        "\n".join(f"{key}: {value}" for key, value in (TOP | {"shots": f"{{'{name}': {{prompt: p}}}}"}).items())
    )
    assert found.code == "bad-name"
    assert found.where is not None
    assert (found.where.line, found.where.column) == (4, 9)


def test_an_empty_spec_says_what_a_spec_is() -> None:
    (found,) = complaints("- a\n")
    assert found.message == "a spec must be a mapping, not a list"
    assert "apiVersion: ltxspec/v1" in str(found.hint)


@pytest.mark.parametrize(
    ("expect", "message", "hint"),
    [
        ("{lenght: 8}", "unknown key `lenght` in `{}`", None),
        ("{maxBlackSecond: 8}", "unknown key `maxBlackSecond` in `{}`", "did you mean `maxBlackSeconds`?"),
        ("{loudness: {mim: 8}}", "unknown key `mim` in `{}.loudness`", "did you mean `min`?"),
        (
            "{loudness: 8}",
            "`{}.loudness` must be a mapping, not the number `8`",
            "write `loudness: {min: -30, max: -9}`",
        ),
        ("[8]", "`{}` must be a mapping, not a list", "write `expect: {fps: 25, audio: true}`"),
    ],
)
def test_an_expectation_with_another_form_is_refused(expect: str, message: str, hint: str | None) -> None:
    for found, where in (
        (of_top(expect=expect), "expect"),
        (of_shot(f"{{prompt: p, expect: {expect}}}"), "shots.x.expect"),
    ):
        assert found[0] == message.replace("{}", where)
        assert hint is None or found[1] == hint


def test_expectations_are_no_defaults() -> None:
    assert of_top(defaults="{expect: {fps: 25}}") == (
        "`expect` cannot be a default: only request parameters can",
        "write `expect:` at the top of the spec",
    )
