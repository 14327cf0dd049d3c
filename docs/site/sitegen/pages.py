"""The source of the site: the pages of `docs/`, generated reference, and a navigation over all of them."""

import re
import shutil
from pathlib import Path

from ltxspec.cli.main import COMMANDS
from sitegen.commands import command_page, commands_page
from sitegen.formats import format_page, formats_table, schema_names
from sitegen.models import model_page, model_slugs, models_page
from sitegen.python_api import python_page

ROOT = Path(__file__).resolve().parents[3]

# section -> its pages, in reading order. Pages that do not exist are passed over; others of `docs/` come under "More".
SECTIONS = {
    "Tutorial": ("tutorial", "first-session"),
    "How-to": (
        "migration",
        "specs", "chains", "many-shots", "cost-control", "policy", "review", "ci", "teams", "rehearsal", "watch",
        "editing", "provenance", "python",
    ),
    "Reference": (
        "reference/commands", "reference/spec", "reference/models", "reference/lockfile", "reference/events",
        "reference/formats", "reference/python", "errors", "configuration", "models", "commands", "platforms",
    ),
    "Explanation": (
        "fingerprints", "pay-once", "recovery", "threat-model", "reliability", "security", "performance",
        "provider",
    ),
}  # fmt: skip
_LAST = ("contributing", "changelog")
_PAGES_OF_THEIR_OWN = frozenset({"spec", "lockfile", "events"})  # formats that are more than the answer of a command
_PICTURES = frozenset({".png", ".svg", ".jpg"})
_PAGES_OUTSIDE = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}  # what stands for them on the site
_OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./([^)#\s]+)(#[^)\s]*)?\)")


def write_source(folder: Path) -> None:
    """Write everything that Sphinx reads into an empty folder."""
    docs = ROOT / "docs"
    for path in sorted(path for path in docs.rglob("*") if path.is_file() and docs / "site" not in path.parents):
        target = folder / path.relative_to(docs)
        if path.suffix == ".md":
            _write(target, _inside(path.read_text("utf-8"), folder))
        elif path.suffix in _PICTURES:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    _write(folder / "changelog.md", (ROOT / "CHANGELOG.md").read_text("utf-8").replace("](docs/", "]("))
    _write_reference(folder / "reference")
    index = (ROOT / "docs" / "site" / "index.md").read_text("utf-8")
    _write(folder / "index.md", f"{index}\n{_navigation(folder)}")


def _inside(text: str, folder: Path) -> str:
    """Links to files of the repository that are no pages lead to copies of them; folders are only named."""

    def copied(match: re.Match[str]) -> str:
        words, name = match[1], match[2]
        if name in _PAGES_OUTSIDE:
            return f"[{words}]({_PAGES_OUTSIDE[name]}{match[3] or ''})"
        if (ROOT / name).is_dir():
            return words
        target = folder / "files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
        return f"[{words}](files/{name})"

    return _OUTSIDE.sub(copied, text)


def _write_reference(folder: Path) -> None:
    schemas = ROOT / "schemas"
    _write(folder / "commands.md", commands_page() + _toctree("", [f"commands/{name}" for name in COMMANDS]))
    for name in COMMANDS:
        _write(folder / "commands" / f"{name}.md", command_page(name))
    _write(folder / "models.md", models_page() + _toctree("", [f"models/{slug}" for slug in model_slugs()]))
    for slug in model_slugs():
        _write(folder / "models" / f"{slug}.md", model_page(slug))
    _write(folder / "spec.md", format_page(schemas, "spec", "Spec", _ABOUT_SPEC))
    _write(folder / "lockfile.md", format_page(schemas, "lockfile", "Lockfile"))
    _write(folder / "events.md", format_page(schemas, "events", "Events"))
    others = [name for name in schema_names(schemas) if name not in _PAGES_OF_THEIR_OWN]
    listed = "\n".join(formats_table(schemas, others))
    _write(folder / "formats.md", _ABOUT_FORMATS + listed)
    for name in others:
        page = format_page(schemas, name, f"JSON: {name}")
        _write(folder / "formats" / f"{name}.md", f"{_NOT_LISTED}{page}\nOne of the [JSON documents](../formats.md).\n")
    _write(folder / "python.md", python_page())


# Forty entries more would double the time of a build, which writes the whole navigation into every page.
_NOT_LISTED = "---\norphan: true\n---\n\n"
_ABOUT_SPEC = (
    "The keys of a spec file. [Writing specs](../specs.md) explains how they work together. Every other key of a shot "
    "is a request parameter of its [model](models.md), under the provider's own name."
)
_ABOUT_FORMATS = (
    "# JSON documents\n\nWhat commands answer with `--format json`, and files that ltxspec writes. Each has a JSON "
    "Schema. [Commands in shells and scripts](../commands.md#json) says which command answers with which.\n"
)


def _navigation(folder: Path) -> str:
    """One list for each section; what no section names is listed under "More"."""
    written = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md"))
    there = {name for name in written if not name.startswith(("reference/", "files/"))}
    listed = {page for pages in SECTIONS.values() for page in pages}
    sections = {
        title: [page for page in pages if (folder / f"{page}.md").exists()] for title, pages in SECTIONS.items()
    }
    sections["More"] = [*sorted(there - listed - {"index", *_LAST}), *_LAST]
    return "".join(_toctree(title, pages) for title, pages in sections.items())


def _toctree(caption: str, pages: list[str]) -> str:
    head = ["```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else []), ""]
    return "\n".join(["", *head, *pages, "```", ""])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
