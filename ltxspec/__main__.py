"""`python -m ltxspec` and the console script. Answers `--version` before anything heavy is imported."""

import os
import sys

from ltxspec import __version__


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"ltxspec {__version__}\n")
        return
    import gc

    gc.set_threshold(500_000)  # a command lives shortly; tracing its objects again and again costs a quarter of its time
    from ltxspec.cli.main import run

    _leave(run(sys.argv[1:]))


def _leave(code: int) -> None:
    """End the process at once: nothing is left to tidy up, so no time is spent on it."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # the reader of our output has seen enough, or the terminal is gone
        pass
    os._exit(code)


if __name__ == "__main__":
    main()
