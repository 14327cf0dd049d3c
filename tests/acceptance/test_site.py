"""The documentation site: complete, readable from disk, and with nothing of the machine that built it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urldefrag

import pytest
from acceptance.commands import REPOSITORY
from sites import documentation


@dataclass(frozen=True)
class Page:
    """What one page links to, what it loads, and where others may link to in it."""

    text: str
    links: frozenset[str]
    loaded: frozenset[str]
    anchors: frozenset[str]


def read(path: Path) -> Page:
    text = path.read_text("utf-8")
    return Page(
        text,
        frozenset(re.findall(r'<a\b[^>]*? href="([^"]*)"', text)),
        frozenset(re.findall(r'<(?:script|img|link|iframe|video|source)\b[^>]*? (?:src|href)="([^"]*)"', text)),
        frozenset({"", *re.findall(r'<[^>]*? id="([^"]*)"', text)}),
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return documentation(tmp_path_factory)


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[str, Page]:
    """By their place in the site."""
    return {path.relative_to(site).as_posix(): read(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_the_docs_and_every_command_model_and_format_has_a_page(site: Path) -> None:
    from ltxspec.cli.main import COMMANDS
    from ltxspec.project.packaged_models import packaged_catalog

    formats = {path.parent.name for path in (REPOSITORY / "schemas").glob("*/v1.json")}
    expected = {f"{path.stem}.html" for path in (REPOSITORY / "docs").glob("*.md")}
    expected |= {f"reference/commands/{name}.html" for name in COMMANDS}
    expected |= {f"reference/models/{model.slug}.html" for model in packaged_catalog().models}
    expected |= {f"reference/formats/{name}.html" for name in formats - {"spec", "lockfile", "events"}}
    expected |= {f"reference/{name}.html" for name in ("spec", "lockfile", "events", "python")}
    assert {name for name in expected if not (site / name).is_file()} == set()


def targets(name: str, page: Page) -> Iterator[tuple[str, str]]:
    """The files of the site that a page links to, and the places in them."""
    for link in page.links:
        if not re.match(r"[a-z]+:", link):
            address, anchor = urldefrag(unquote(unescape(link)))
            yield normpath(f"{dirname(name)}/{address}").lstrip("/") if address else name, anchor


def test_every_page_can_be_reached_from_the_first_one(pages: Mapping[str, Page]) -> None:
    reached: set[str] = set()
    waiting = {"index.html"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= {target for target, _ in targets(name, pages[name]) if target in pages} - reached
    assert pages.keys() - reached <= {"genindex.html", "py-modindex.html", "search.html"}


def test_no_link_within_the_site_leads_nowhere(site: Path, pages: Mapping[str, Page]) -> None:
    broken = {
        (name, target, anchor)
        for name, page in pages.items()
        for target, anchor in targets(name, page)
        if (anchor not in pages[target].anchors if target in pages else not (site / target).exists())
    }
    assert broken == set()


def test_nothing_is_loaded_from_the_network(site: Path, pages: Mapping[str, Page]) -> None:
    foreign = {address for page in pages.values() for address in page.loaded if re.match(r"[a-z]+:|//", address)}
    assert foreign - {address for address in foreign if address.startswith("data:")} == set()
    styles = [path.read_text("utf-8") for path in (site / "_static").rglob("*.css")]
    assert [found for text in styles for found in re.findall(r"url\(['\"]?(?:https?:)?//[^)]*\)|@import", text)] == []


def test_the_site_says_nothing_of_the_machine_that_built_it(pages: Mapping[str, Page]) -> None:
    private = {str(REPOSITORY), sys.prefix, str(Path.home()), os.environ["PATH"]} - {"/", "/root"}
    assert {(name, word) for name, page in pages.items() for word in private if word in page.text} == set()
    assert {name for name, page in pages.items() if "environ(" in page.text} == set()


def test_every_price_of_a_model_is_on_its_page(site: Path) -> None:
    from ltxspec.catalog.pricing import price_rows
    from ltxspec.project.packaged_models import packaged_catalog
    from ltxspec.values import dollars

    for model in packaged_catalog().models:
        text = (site / "reference" / "models" / f"{model.slug}.html").read_text("utf-8")
        assert {row.usd_per_second for row in price_rows(model) if dollars(row.usd_per_second) not in text} == set()


def small(folder: Path) -> dict[str, str]:
    """An environment whose `ltxspec` makes small videos."""
    from small_films import small_command

    small_command(folder)
    return {**os.environ, "LTXSPEC_BIN": str(folder)}


def test_the_recorded_session_is_what_its_commands_do(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / "first_session.py"), "--check", str(tmp_path)],
        env=small(tmp_path_factory.mktemp("bin")),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pictures_of_a_terminal_show_what_it_shows(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / "pictures.py"), str(tmp_path)],
        env=small(tmp_path_factory.mktemp("bin")),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("plan.svg", "apply.svg"):  # in any order: renders end in theirs
        now, kept = (words_of(folder / name) for folder in (tmp_path, REPOSITORY / "docs"))
        assert now == kept


def words_of(picture: Path) -> list[str]:
    return sorted(re.findall(r">([^<>\s][^<>]*)</text>", picture.read_text("utf-8")))
