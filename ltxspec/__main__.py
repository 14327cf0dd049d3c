"""`python -m ltxspec` and the console script. Handles `--version` before heavy imports."""

import errno
import os
import stat
import sys

from ltxspec.version import __version__


def main() -> None:
    """Run the command line and exit with its exit code."""
    _prepare_streams()
    os.umask(os.umask(0o077) | stat.S_IWOTH)  # no file created here is world-writable
    if sys.argv[1:] == ["--version"]:
        return _leave(0, f"ltxspec {__version__}\n")
    if sys.platform == "win32":  # has no `flock`, which keeps two applies apart
        sys.stderr.write("error[platform]: ltxspec runs on Linux and macOS\nhint: on Windows, run it in WSL\n")
        return _leave(1)
    import gc

    gc.set_threshold(500_000)  # a command is short-lived; garbage collection would cost a quarter of its time
    from ltxspec.cli.main import run

    return _leave(run(sys.argv[1:]))


def _prepare_streams() -> None:
    """Replace missing standard streams (`>&-`), and let the others escape characters that they cannot write."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # open until the end
        else:
            stream.reconfigure(errors="backslashreplace")


def _leave(code: int, last_words: str = "") -> None:
    """End the process at once: no cleanup is needed."""
    try:
        sys.stdout.write(last_words)
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EIO):  # the reader closed the pipe, or the terminal is gone
            code = code or 1
            os.write(2, f"error[storage]: the output cannot be written: {error.strerror}\n".encode())
    os._exit(code)


if __name__ == "__main__":
    main()
