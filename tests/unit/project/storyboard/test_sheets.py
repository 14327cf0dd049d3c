import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from storyboards import Films, review, screened, shot, take, varied

from ltxspec.project.storyboard.media import ReviewMedia
from ltxspec.project.storyboard.sheets import file_name, sheet_of, sheets_of, unlettered
from ltxspec.review.models import ShotKind


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return Films(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> ReviewMedia:
    films = Films(tmp_path_factory.mktemp("films"))
    return screened(films, varied(films), films.folder)


def size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return image.size


def test_one_sheet_holds_every_shot(found: ReviewMedia) -> None:
    width, height = size(sheet_of(found))
    one = size(sheet_of(ReviewMedia(review(found.review.shots[0]), found.footage[:1])))
    assert width == one[0]
    assert height > 3 * one[1]


def test_each_shot_with_a_video_has_a_picture_of_its_own(found: ReviewMedia) -> None:
    pictures = list(sheets_of(found))
    assert [address for address, _, _ in pictures] == ["night.alley", "night.tower", "night.temple", "day.gone"]
    assert len({name for _, name, _ in pictures}) == 4
    assert {size(png)[0] for _, _, png in pictures} == {2 * 480 + 28 + 2 * 24}


def test_names_stay_readable() -> None:
    assert re.fullmatch(r"night\.weather-rain-dusk-[0-9a-f]{8}\.png", file_name("night.weather[rain,dusk]"))


@given(st.text(max_size=200))
def test_names_are_safe_for_every_file_system(address: str) -> None:
    name = file_name(address)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.png", name) is not None
    assert Path(name).name == name


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_addresses_have_different_names(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) is (one == other)


def test_names_that_no_font_can_draw_are_said(films: Films) -> None:
    odd = [shot(f"a\ue123{number}", ShotKind.RENDERED, None, take(number, "a", films.make("A"))) for number in (1, 2)]
    (said,) = unlettered(screened(films, review(*odd), films.folder))
    assert said.startswith("no font here has every character of `night.a")
    assert "and 1 more; pictures show those by their code" in said
    assert unlettered(screened(films, review(), films.folder)) == []
