import base64

import pytest
from unit.render.project import SIZE, MemoryFiles, render

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.spec.files import FileProblem

GOOD = MediaFacts("image", "PNG", 5_000, 1920, 1080)
BAD = MediaFacts("image", "GIF", 5_000, 1920, 1080)
ODD = MediaFacts("image", "PNG", 5_000, 1080, 1920)


class Looks:
    """Facts by name of a file, or by content of data; remembers what was asked."""

    def __init__(self, **facts: MediaFacts | None) -> None:
        self.facts = facts
        self.asked: list[str] = []

    def at_file(self, path: str, *, beside: str) -> MediaFacts | None:
        assert beside == "specs/test.yaml"
        self.asked.append(path)
        if path == "locked":
            raise FileProblem("`locked` cannot be read")
        return self.facts[path]

    def at_data(self, data: bytes) -> MediaFacts:
        found = self.facts[data.decode()]
        assert found is not None
        return found


FILES = MemoryFiles({name: name for name in ("good", "bad", "odd", "pointer", "locked")})
LOOKS = {"good": GOOD, "bad": BAD, "odd": ODD, "pointer": None}


def shots(**images: str) -> str:
    lines = (f'  {name}: {{prompt: hi, inputs: {{frameImages: ["{image}"]}}}}\n' for name, image in images.items())
    return SIZE + "shots:\n" + "".join(lines)


def test_a_wrong_image_is_an_error_at_its_value() -> None:
    found = render(shots(a="bad"), files=FILES, looks=Looks(**LOOKS))
    assert found.rendered is None
    assert found.problem.message == "`bad` is GIF; LTX-2 Pro accepts images as PNG, JPEG or WEBP"
    assert str(found.problem.where) == "specs/test.yaml:7:42"


def test_what_may_not_look_as_expected_is_a_warning() -> None:
    found = render(shots(a="odd"), files=FILES, looks=Looks(**LOOKS))
    assert list(found.requests) == ["a"]
    assert (found.problem.severity, found.problem.code) == ("warning", "media-aspect")


def test_an_image_that_cannot_be_looked_at_passes() -> None:
    remote = {"url": "https://a.b/c.jpg", "upload": "aac49721-1964-481a-ae78-8a4e29b91402"}
    assert render(shots(good="good", **remote), files=FILES, looks=Looks(**LOOKS)).diagnostics == []


def test_a_git_lfs_pointer_is_a_warning_because_what_was_bought_with_its_file_is_known() -> None:
    outcome = render(shots(pointer="pointer"), files=FILES, looks=Looks(**LOOKS))
    assert [(found.severity, found.code) for found in outcome.diagnostics] == [("warning", "lfs-pointer")]
    assert [request.inputs.keys() for request in outcome.requests.values()] == [{"pointer"}]


def test_a_file_that_cannot_be_read_is_reported_once() -> None:
    assert render(shots(a="locked"), files=FILES, looks=Looks()).problem.message == "`locked` cannot be read"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("data:image/png,good", None),
        (f"data:image/png;base64,{base64.b64encode(b'bad').decode()}", "media-format"),
        ("data:text/html,<p>", "media-format"),
        ("data:image/png;base64,@@", "media-data"),
        ("data:image/png", "media-data"),
    ],
)
def test_data_in_the_spec_are_looked_at_too(value: str, code: str | None) -> None:
    found = render(shots(a=value), files=FILES, looks=Looks(**LOOKS))
    assert found.codes == ([code] if code else [])
    assert all(place.startswith("specs/test.yaml:7:") for place in found.places)


def test_shots_with_the_same_image_are_judged_together() -> None:
    looks = Looks(**LOOKS)
    text = "defaults: {width: 1920, height: 1080, inputs: {frameImages: [odd]}}\nshots:\n"
    found = render(text + "".join(f"  s{n}: {{prompt: hi {n}}}\n" for n in range(50)), files=FILES, looks=looks)
    assert len(found.requests) == 50
    assert (found.codes, looks.asked) == (["media-aspect"], ["odd"])
    assert found.places == ["specs/test.yaml:5:62"]


def test_without_looks_nothing_is_judged() -> None:
    assert render(shots(a="bad", b="data:text/html,<p>"), files=FILES).diagnostics == []
