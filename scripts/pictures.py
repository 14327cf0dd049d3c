"""Draws docs/plan.svg and docs/apply.svg: what a terminal of 92 columns shows, in the project of docs/tutorial.md.

usage: .venv/bin/python scripts/pictures.py [FOLDER]        (default: docs)

The commands are real, and the paid service is the sandbox on a port of this machine. Nothing leaves it.
"""

import fcntl
import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, LINES = 92, 60
KEY = "demo-key"
SPEC = re.compile(r"cat > specs/harbour.yaml <<'END'\n(.*?)^END$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)")  # to files, which a picture cannot open
CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|([\r\n])|([^\x1b\r\n]+)")

# rich's own has the address of a web font, which a page on disk or on a forge does not load.
SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: ui-sans-serif, system-ui, sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main(arguments: list[str]) -> None:
    """Draw both pictures into a folder."""
    out = Path(arguments[0] if arguments else ROOT / "docs")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "harbour"
        commands = os.environ.get("LTXSPEC_BIN", str(Path(sys.executable).parent))  # whose `ltxspec`: this checkout's
        environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
        environment |= {"TERM": "xterm-256color", "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}
        for name in ("CI", "COLUMNS", "NO_COLOR"):
            environment.pop(name, None)
        run(["ltxspec", "init", "-q", str(project), "--name", "harbour", "--ci", "none"], Path(folder), environment)
        spec = project / "specs" / "harbour.yaml"
        match = SPEC.search((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
        assert match is not None, "docs/tutorial.md has no spec"  # noqa: S101  # a script for whoever writes that page
        spec.write_text(match[1], "utf-8")
        service = ["ltxspec", "sandbox", "serve", "--port", "0", "--speed", "100", "--key", KEY, "--state", "service"]
        with subprocess.Popen(service, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as served:  # noqa: S603  # our own command
            try:
                assert served.stdout is not None  # noqa: S101  # asked for above
                environment["RUNWARE_BASE_URL"] = served.stdout.readline().split(": ", 1)[1].strip()
                apply = run(["ltxspec", "apply", "--max-cost", "5"], project, environment, typed="yes\n")
            finally:
                served.terminate()
        spec.write_text(spec.read_text("utf-8").replace("just after sunset", "at first light"), "utf-8")
        plan = run(["ltxspec", "plan"], project, environment)
    (out / "apply.svg").write_text(drawn("ltxspec apply --max-cost 5", apply), "utf-8")
    (out / "plan.svg").write_text(drawn("ltxspec plan", plan), "utf-8")


def run(command: list[str], folder: Path, environment: dict[str, str], typed: str = "") -> str:
    """Everything that a command writes to a terminal; `typed` is typed when it asks."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    written = b""
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:  # noqa: S603  # our own command
        os.close(theirs)
        while process.poll() is None or select.select([ours], [], [], 0)[0]:
            try:
                written += os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if typed and written.endswith(b": "):
                os.write(ours, typed.encode())
                typed = ""
    os.close(ours)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}\n{written.decode()}")
    return written.decode()


def drawn(command: str, written: str) -> str:
    """The screen after a command, as SVG."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi("\n".join([f"\x1b[1;36m$\x1b[0m {command}", *screen(written)])))
    return console.export_svg(title="harbour", code_format=SVG, unique_id=command.split()[1])


def screen(written: str) -> list[str]:
    """The lines that are left on a screen, with their colours: what was erased or written over is gone."""
    lines, row = [""], 0
    for codes, kind, control, text in CONTROL.findall(LINK.sub("", written)):
        if text:
            lines[row] += text
        elif kind == "m":
            lines[row] += f"\x1b[{codes}m"
        elif kind == "K":  # erase the line; nothing here writes over a line that it did not erase
            lines[row] = ""
        elif kind == "A":
            row -= int(codes or 1)
        elif control == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
    while lines and not re.sub(r"\x1b\[[\d;]*m", "", lines[-1]).strip():
        lines.pop()
    return lines


if __name__ == "__main__":
    main(sys.argv[1:])
