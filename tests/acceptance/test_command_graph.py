"""`ltxspec graph`: which shots follow from which, in four forms."""

import json
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.test_chains import SPEC, apply, project, write

LONE = "  lone: {prompt: A hill at night.}\n"
SANDBOX = ("--provider", "sandbox")


def test_the_tree_follows_what_is_bought_and_held(tmp_path: Path) -> None:
    project(tmp_path, SPEC.replace("an alley.", "an alley.\n    gate: approval") + LONE)
    text = ltxspec("graph", cwd=tmp_path, COLUMNS="120").out
    assert text.splitlines() == [
        "film.alley                                                to render, $0.36, needs an approval",
        "└ film.street  begins with the last frame of film.alley   held, later: $0.36",
        "  └ film.door  begins with the last frame of film.street  held, later: $0.36",
        "",
        "3 shots, 2 links: 1 to render, 2 held. Estimated $0.36 and $0.72 held.",
    ]
    apply(tmp_path)
    ltxspec("approve", "film.alley", *SANDBOX, cwd=tmp_path)
    first, second, third, *_ = ltxspec("graph", *SANDBOX, cwd=tmp_path, COLUMNS="120").out.splitlines()
    assert first.endswith("  bought, approved")
    assert second.endswith("to render, $0.36")
    assert third.endswith("to render, $0.36")
    assert "film.lone" in ltxspec("graph", "--all", *SANDBOX, cwd=tmp_path).out


def test_links_to_other_specs_and_pinned_takes_are_shown(tmp_path: Path) -> None:
    project(tmp_path)
    write_spec(
        tmp_path,
        "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080, duration: 6}\nshots:\n"
        "  roof:\n    prompt: A roof.\n    inputs: {frameImages: [{shot: film.door, frame: 2.5, take: 1}]}\n",
    )
    document = ltxspec("graph", "--format", "json", cwd=tmp_path).json
    assert {node["address"] for node in document["nodes"]} == {"film.door", "film.alley", "film.street", "night.roof"}
    (edge,) = [edge for edge in document["edges"] if edge["to"] == "night.roof"]
    assert (edge["from"], edge["frame"], edge["take"], edge["becomes"]) == ("film.door", 2.5, 1, "first")
    assert edge["parameter"].startswith("/inputs/frameImages/0")
    assert len(ltxspec("graph", "specs/film.yaml", "--format", "json", cwd=tmp_path).json["nodes"]) == 3


@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "json"])
def test_a_hostile_key_stays_a_label(tmp_path: Path, form: str) -> None:
    rows = json.dumps([{"id": '"]--><b>`#&lt;%%{', "src": ""}, {"id": "b", "src": 'w["\\"]--><b>`#&lt;%%{"]'}])
    shots = (
        f"  w:\n    forEach: {{key: id, items: {rows}}}\n    prompt: A hill at {{{{ id | length }}}}.\n"
        '    inputs: {frameImages: [{shot: "{{ src }}", frame: last}]}\n'
    )
    project(tmp_path, SPEC.partition("shots:\n")[0] + "shots:\n" + shots)
    out = ltxspec("graph", "--format", form, cwd=tmp_path).out
    if form == "json":
        assert json.loads(out)["edges"][0]["from"] == 'film.w["\\"]--><b>`#&lt;%%{"]'
    elif form == "mermaid":
        assert "<b>" not in out
        assert "`" not in out
        assert '"]--' not in out.replace('s1 -->|"last frame"| s2', "")
    elif form == "dot":
        assert '\\"]--><b>`#&amp;lt;' in out


def test_without_links_it_says_so(tmp_path: Path) -> None:
    project(tmp_path, SPEC.partition("  door:")[0] + LONE)
    assert ltxspec("graph", cwd=tmp_path).out == "no shot follows from another one.\n"
    write(tmp_path, SPEC.replace("shot: alley", "shot: aley"))
    assert "there is no shot `film.aley`" in ltxspec("graph", cwd=tmp_path, check=1).err
