from unit.render.project import HEAD, MemoryFiles, read

from ltxspec.review.scopes import SpecScope, TextFile

TEXT = (
    HEAD
    + """\
vars: {city: Porto, look: "grain in {{ city }}"}
shots:
  plain: {prompt: "x", vars: {city: Faro}}
  weather:
    matrix: {sky: [rain, fog]}
    prompt: "{{ sky }}"
  product:
    forEach: {file: data/rows.csv, key: sku}
    vars: {shine: "{{ light }} in {{ city }}"}
    prompt: "{{ name }}"
"""
)
FILES = {
    "specs/data/rows.csv": "sku,name,light\nlamp,A lamp,warm\n",
    "specs/prompts/a.j2": "beside the spec",
    "shared/a.j2": "from the root",
}


def scope() -> SpecScope:
    return SpecScope(read(TEXT), MemoryFiles(FILES))


def test_a_view_has_the_variables_as_rendered() -> None:
    views = {key: scope().view(key) for key in ("plain", "weather[fog]", "product[lamp]")}
    assert {key: dict(view.variables) for key, view in views.items() if view} == {
        "plain": {"city": "Faro", "look": "grain in Porto"},
        "weather[fog]": {"city": "Porto", "look": "grain in Porto", "sky": "fog"},
        "product[lamp]": {
            "city": "Porto",
            "look": "grain in Porto",
            "sku": "lamp",
            "name": "A lamp",
            "light": "warm",
            "shine": "warm in Porto",
        },
    }


def test_what_is_not_in_the_spec_has_no_view() -> None:
    assert [scope().view(key) for key in ("nosuch", "weather", "weather[sun]", "plain[x]")] == [None] * 4


def test_variables_are_told_as_written_the_nearest_first() -> None:
    view = scope().view("product[lamp]")
    assert view is not None
    assert [view.written(name) for name in ("shine", "look", "light", "nosuch")] == [
        "{{ light }} in {{ city }}",
        "grain in {{ city }}",
        "warm",
        None,
    ]


def test_files_are_read_beside_the_spec_or_beside_another_file() -> None:
    assert scope().file("prompts/a.j2") == TextFile("specs/prompts/a.j2", "beside the spec")
    assert scope().file("a.j2", beside="shared/b.j2") == TextFile("shared/a.j2", "from the root")
    assert scope().file("nosuch.j2") is None


def test_a_file_named_in_the_spec_has_its_place_from_the_root() -> None:
    assert scope().place_of("data/rows.csv") == "specs/data/rows.csv"
    assert scope().place_of("shared/a.j2") == "shared/a.j2"
    assert scope().place_of("gone.csv") == "gone.csv"
