"""`python -m ltxspec` and the console script. Answers `--version` before anything heavy is imported."""

import sys

from ltxspec import __version__


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"ltxspec {__version__}\n")
        return
    from ltxspec.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
