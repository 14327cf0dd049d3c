"""`ltxspec doctor`: is everything here that a run needs?"""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.project import Project


@click.command("doctor", epilog="Examples: `ltxspec doctor`, `ltxspec doctor --provider sandbox`.")
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, provider: str | None, form: str) -> int:
    """Check Python, configuration, specs, lockfiles, git, the video codecs and the API key. Sends nothing."""
    import orjson

    from ltxspec import __version__

    project = session.open_project(provider)
    rows = [
        ("ltxspec", True, f"{__version__} on Python {sys.version.split()[0]}"),
        ("project", True, f"{project.root} ({'ltxspec.toml' if project.config.file else 'no ltxspec.toml, defaults'})"),
        ("provider", True, project.provider),
        _key(project.provider),
        _git(project.root),
        _codecs(),
        _specs(project),
        _lockfiles(project),
        _writable(project.local.parent),
    ]
    if form == "json":
        document = [{"check": name, "ok": ok, "detail": detail} for name, ok, detail in rows]
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    else:
        for name, ok, detail in rows:
            click.echo(f"{'ok ' if ok else 'BAD'}  {name:<10} {detail}")
    return 0 if all(ok for _, ok, _ in rows) else 1


def _key(provider: str) -> tuple[str, bool, str]:
    if provider == "sandbox":
        return "key", True, "not needed by the sandbox"
    present = bool(os.environ.get("RUNWARE_API_KEY"))
    return (
        "key",
        present,
        "RUNWARE_API_KEY is set" if present else "RUNWARE_API_KEY is not set; apply needs it, the sandbox does not",
    )


def _git(root: Path) -> tuple[str, bool, str]:
    from ltxspec.errors import StorageError
    from ltxspec.project.git_drivers import has_drivers

    if shutil.which("git") is None:
        return "git", False, "not installed: review needs it"
    words = {
        None: "found; this is no repository",
        True: "found; lockfiles are merged by ltxspec",
        False: "found; `ltxspec init` sets up the merge of lockfiles in this clone",
    }
    try:
        return "git", True, words[has_drivers(root)]
    except StorageError as error:
        return "git", False, error.line


def _codecs() -> tuple[str, bool, str]:
    import av

    missing = [name for name in ("libx264", "aac", "libvpx-vp9", "libopus") if name not in av.codecs_available]
    return "video", not missing, "all codecs found" if not missing else f"PyAV lacks {', '.join(missing)}"


def _specs(project: "Project") -> tuple[str, bool, str]:
    from ltxspec.errors import LtxspecError, Problems
    from ltxspec.project.load import render_specs
    from ltxspec.report.wording import counted

    problems = Problems()
    try:
        specs = render_specs(project, (), problems=problems)
    except LtxspecError as error:
        return "specs", False, error.line
    if problems.errors:
        return "specs", False, f"{counted(len(problems.errors), 'error')}; see `ltxspec validate`"
    shots = sum(len(spec.requests) for spec in specs)
    return "specs", True, f"{counted(len(specs), 'spec')}, {counted(shots, 'shot')}"


def _lockfiles(project: "Project") -> tuple[str, bool, str]:
    from ltxspec.project.lock_verify import verified_names, verify_lockfiles

    problems = verify_lockfiles(project)
    if problems:
        return "lockfiles", False, problems[0]
    return "lockfiles", True, f"{len(verified_names(project))} verified"


def _writable(folder: os.PathLike[str]) -> tuple[str, bool, str]:
    ok = os.access(folder, os.W_OK)
    return "disk", ok, "the project can be written" if ok else f"`{folder}` cannot be written: nothing can be recorded"
