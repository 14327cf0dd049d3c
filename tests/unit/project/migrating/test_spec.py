from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ltxspec.apply.exchanges import Order, Place
from ltxspec.catalog.models import Model
from ltxspec.project.load import every_spec
from ltxspec.project.migrating.spec import PastRender, counted_orders, named_shots, spec_text
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.project import open_project
from ltxspec.spec.layout import format_spec

PRO = packaged_catalog().by_name["lightricks:2@0"]
FAST = packaged_catalog().by_name["lightricks:2@1"]
SIZE = {"width": 1920, "height": 1080, "duration": 8, "fps": 25}


def render(prompt: str = "A cat.", file: str = "log.jsonl", model: Model = PRO, **parameters: Any) -> PastRender:
    body = {"taskType": "videoInference", "model": model.air, "positivePrompt": prompt, **SIZE, **parameters}
    return PastRender(model, body, [Order(body, Place(file))])


def written(folder: Path, *renders: PastRender) -> str:
    named = named_shots(renders, counted_orders(order for each in renders for order in each.orders), "old")
    text = spec_text("past", "From a test.", named)
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "specs" / "past.yaml").write_text(text, "utf-8")
    return text


def bodies(folder: Path) -> list[dict[str, Any]]:
    specs = every_spec(open_project(folder, environ={}), {})
    assert specs.broken == {}
    return [dict(request.body) for request in specs.rendered["past"].requests]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=2, max_size=300))
@example("{{ city }} and {% if x %}\n{% endif %}\n{# no #} {{{ }}}")
@example("a: b # c\n  - d\n\n'e' \"f\" %g")
@example("rain " * 60)
@example("1e3")
@example("# two\n lines \n ")
@example("yes")
def test_every_prompt_comes_back_as_it_was_sent(tmp_path_factory: pytest.TempPathFactory, prompt: str) -> None:
    if len(prompt.strip()) < 2 or prompt.strip().startswith("<<<<<<<"):
        return  # no model takes it
    folder = tmp_path_factory.mktemp("past")
    text = written(folder, render(prompt.strip()))
    assert bodies(folder)[0]["positivePrompt"] == prompt.strip()
    assert format_spec(text, "past.yaml") == text


def test_what_most_shots_have_is_said_once_and_each_still_renders_to_its_own_request(tmp_path: Path) -> None:
    sound: dict[str, Any] = {"providerSettings": {"lightricks": {"generateAudio": True}}}
    renders = [
        render("One.", **sound),
        render("Two.", **sound),
        render("Three.", width=3840, height=2160, **sound),
        render("Four.", model=FAST, **sound),
    ]
    text = written(tmp_path, *renders)
    assert (text.count("1920"), text.count("generateAudio"), text.count("model: lightricks:2@0")) == (1, 1, 1)
    assert bodies(tmp_path) == [each.body for each in renders]


def test_mappings_that_differ_are_not_shared_because_a_shot_s_is_merged_into_that_of_its_spec(tmp_path: Path) -> None:
    image: dict[str, Any] = {"inputs": {"frameImages": [{"image": "https://a.example/b.jpg", "frame": "first"}]}}
    renders = [render("One.", **image), render("Two.", **image), render("Three.", inputs={})]
    written(tmp_path, *renders)
    assert [body.get("inputs") for body in bodies(tmp_path)] == [image["inputs"], image["inputs"], {}]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["old/Alley Night.request.json"], ["alley-night"]),
        (["old/alley/request.json", "old/pier/request.json"], ["alley", "pier"]),
        (["old/e8147fa8-025b-45f4-a1c3-55020aa1442d/request.json"], ["a-cat"]),
        (["old/log.jsonl"], ["a-cat"]),
        (["log.jsonl", "log.jsonl"], ["a-cat", "a-cat-2"]),
        (["7.json"], ["shot-7"]),
    ],
    ids=[
        "the file",
        "the folder",
        "ids are no names",
        "the folder that was given is no name",
        "words of the prompt",
        "a number",
    ],
)
def test_a_shot_is_named_after_its_file_or_the_words_of_its_prompt(files: list[str], names: list[str]) -> None:
    renders = [render(file=file) for file in files]
    alone = counted_orders(order for each in renders for order in each.orders)
    assert list(named_shots(renders, alone, "old")) == names


def test_what_a_spec_does_not_keep_is_known() -> None:
    signed = "https://b.s3.amazonaws.com/a.jpg?X-Amz-Signature=hush&X-Amz-Date=1"
    past = render(seed=7, inputs={"frameImages": [signed]})
    assert (past.unknown, past.is_signed) == (["seed"], True)
    assert past.parameters == {**SIZE, "inputs": {"frameImages": ["https://b.s3.amazonaws.com/a.jpg"]}}


@pytest.mark.parametrize(
    ("address", "may_tell"),
    [
        ("https://a.example/b.jpg", False),
        ("https://a.example/b.jpg?width=200", False),
        ("https://b.s3.amazonaws.com/a.jpg?X-Amz-Signature=s&X-Amz-Date=1", False),
        ("https://a.example/b.jpg?token=s3cret", True),
        ("https://me:s3cret@a.example/b.jpg", True),
    ],
)
def test_an_address_that_may_tell_a_secret_is_known(address: str, *, may_tell: bool) -> None:
    assert render(inputs={"frameImages": [address]}).may_tell is may_tell
