"""`python -m sitegen [FOLDER]`: builds the site into a folder, `build/site` if none is named. A warning is an error."""

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from sitegen.pages import ROOT, write_source


def main(arguments: list[str]) -> int:
    """Write the source, and let Sphinx make pages of it. Returns its exit code."""
    out = Path(arguments[0] if arguments else ROOT / "build" / "site").resolve()
    source, doctrees = out.parent / f"{out.name}-source", out.parent / f"{out.name}-doctrees"
    for folder in (out, source, doctrees):
        shutil.rmtree(folder, ignore_errors=True)
    write_source(source)
    configuration = str(ROOT / "docs" / "site")
    code = build_main(
        ["-q", "-W", "--keep-going", "-b", "html", "-c", configuration, "-d", str(doctrees), str(source), str(out)]
    )
    if code == 0:
        shutil.rmtree(source)
        shutil.rmtree(doctrees)
        sys.stdout.write(f"{out / 'index.html'}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
