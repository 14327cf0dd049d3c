"""Global options and environment variables: the folder to work in, and the output style."""

import os
import sys
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ltxspec.errors import Diagnostic
    from ltxspec.formats import Record
    from ltxspec.project.plan import ProjectPlan
    from ltxspec.project.project import ProjectContext
    from ltxspec.report.terminal import Style

_DEFAULT_WIDTH = 100


class Diagnosed(Protocol):
    """A result with warnings and errors, such as a plan."""

    @property
    def diagnostics(self) -> "Sequence[Diagnostic]":
        """The warnings and errors."""
        ...


@dataclass(frozen=True, slots=True)
class Session:
    """Global options, as given."""

    directory: str = "."
    config: str | None = None
    no_color: bool = False
    verbose: int = 0
    quiet: bool = False

    @property
    def folder(self) -> "Path":
        """The folder to work in. Paths on the command line are relative to it."""
        from pathlib import Path

        return Path(self.directory).absolute()

    def as_seen(self, file: str) -> str:
        """A path on the command line as it leads to the same file from where the user stands, also with `-C`."""
        from pathlib import Path

        return file if self.directory == "." else str(Path(self.directory) / file)

    def open_project(
        self, provider: str | None = None, warn: "Callable[[str], None] | None" = None
    ) -> "ProjectContext":
        """The project to work on. Warnings, and with `-v` the effective settings, go to standard error.

        Args:
            provider: `--provider`, as given.
            warn: shows warnings; None: in this call's own way, each once.
        """
        from ltxspec.cli.links import paths_are_relative_to
        from ltxspec.project.project import open_project

        warn = warn or warning_once()
        project = replace(open_project(self.directory, provider, config=self.config, warn=warn), on_wait=_note)
        paths_are_relative_to(project.root)
        if self.quiet:
            project = replace(project, warn=_ignore, on_wait=_ignore)
        if self.verbose:
            _show_settings(project)
        return project

    def open_with_specs(self, paths: "Sequence[str]", provider: str | None = None) -> "ProjectContext":
        """The project to work on, with the spec from standard input if `-` is among the paths."""
        from ltxspec.project.spec_files import with_typed_spec

        return with_typed_spec(self.open_project(provider), paths, _read_stdin)

    def show_plan(
        self, planned: "ProjectPlan", output_format: str, *, is_summary: bool = False, only_line: bool = False
    ) -> None:
        """Write the plan to standard output; its warnings to standard error, unless the output is for programs.

        Args:
            planned: the plan.
            output_format: one of `PLAN_FORMATS`.
            is_summary: whether shots with the same cause are one line.
            only_line: whether only the last line is shown, because the reader has seen the plan.
        """
        from ltxspec.cli.log_groups import MOST_LINES, log_group
        from ltxspec.report.plan.formats import PLAN_FORMATS
        from ltxspec.report.plan.rows import Detail

        if output_format != "json":
            self.show_diagnostics(planned)
        detail = Detail.SUMMARY if is_summary else Detail.ALL if self.verbose else Detail.USUAL
        detail = Detail.LINE if self.quiet or only_line else detail
        text = PLAN_FORMATS[output_format](planned.plan, planned.options, self.style(), detail)
        body, gap, last = text.rpartition("\n\n") if output_format == "text" else ("", "", text)
        with log_group(sys.stdout, "plan", "The plan, shot by shot", is_long=body.count("\n") > MOST_LINES):
            sys.stdout.write(f"{body}{gap[:1]}")
        sys.stdout.write(f"{gap[1:]}{last}")

    def show_diagnostics(self, planned: "Diagnosed") -> None:
        """Write warnings and errors to standard error, also if little else is wanted: they cost money."""
        from ltxspec.report.diagnostics import format_diagnostics

        if planned.diagnostics:
            sys.stderr.write(format_diagnostics(planned.diagnostics, self.style(sys.stderr)))

    def answer(self, result: "Record") -> None:
        """Write the document of a command to standard output."""
        from ltxspec.report.results.base import result_json

        sys.stdout.write(result_json(result) + "\n")

    def hint(self, text: str | None) -> None:
        """Write a hint, if there is one, to standard error."""
        if text:
            _note(f"hint: {text}")

    def linked(self, place: "Path | str") -> str:
        """A path, from the working directory, or a web address, as a link where standard output shows links."""
        from pathlib import Path

        text = str(place)
        return self.style().link(text, text if text.startswith("http") else str(Path(text).absolute()))

    def style(self, stream: IO[str] | None = None) -> "Style":
        """The style for a stream (stdout by default)."""
        return style_for(stream or sys.stdout, no_color=self.no_color)


def _read_stdin(most: int) -> bytes:
    return sys.stdin.buffer.read(most)


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warning_once() -> "Callable[[str], None]":
    """Shows warnings, each once."""
    return _once(_warn)


def _once(say: "Callable[[str], None]") -> "Callable[[str], None]":
    """Says each text once: several parts of a command may find the same."""
    said: set[str] = set()

    def new(text: str) -> None:
        if text not in said:
            said.add(text)
            say(text)

    return new


def _ignore(_: str) -> None:
    """Show nothing: `--quiet`."""


def _warn(text: str) -> None:
    from ltxspec.redaction import redact_secrets

    sys.stderr.write(f"warning: {redact_secrets(text)}\n")


def _show_settings(project: "ProjectContext") -> None:
    """`-v`: the effective settings and locations."""
    from ltxspec.redaction import redact_secrets

    rows = {
        "project": project.root,
        "config": project.config.file or "none, defaults",
        "provider": project.provider,
        "lockfiles": project.lockfiles,
        "models": ", ".join(model.air for model in project.catalog.models),
    }
    sys.stderr.write("".join(f"{name + ':':<10} {redact_secrets(str(value))}\n" for name, value in rows.items()))


def style_for(stream: IO[str], *, no_color: bool = False) -> "Style":
    """Colours and width for a stream; respects `--no-color`, NO_COLOR, FORCE_COLOR, TERM=dumb and non-terminals."""
    from ltxspec.cli.links import links_for
    from ltxspec.report.terminal import Style

    is_terminal, links = stream.isatty(), links_for(stream, no_color=no_color)
    return Style(_wants_color(stream, no_color=no_color), _width(stream), whole=not is_terminal, links=links)


def is_interactive(stream: IO[str]) -> bool:
    """Whether a person is watching: the stream is a terminal, and this is not a CI job."""
    return stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def _wants_color(stream: IO[str], *, no_color: bool) -> bool:
    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _width(stream: IO[str]) -> int:
    if (columns := os.environ.get("COLUMNS", "")).isdecimal():
        return max(int(columns), 40)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, 40)
    except (OSError, ValueError):
        return _DEFAULT_WIDTH
