"""Runs commands in a process where every socket to a network is an error. Run as a script.

    python offline.py '[["plan"], ["show"]]'

Prints the exit code of each command, and what each of them reached for, as JSON. Sockets between processes of this
machine are no network: event loops wake themselves with one.
"""

import contextlib
import io
import json
import socket
import sys
from typing import Any

LOCAL = getattr(socket, "AF_UNIX", None)
reached: list[str] = []


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: what Python itself reports, whoever asks for it."""
    is_network = event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto")
    if (is_network and getattr(arguments[0], "family", None) != LOCAL) or (
        event == "socket.__new__" and arguments[1] != LOCAL
    ):
        reached.append(f"{event} {arguments[-1]}")
        raise OSError(f"no network here: {event}")


def main(commands: list[list[str]]) -> list[Any]:
    from ltxspec.cli.main import run

    done: list[Any] = []
    for command in commands:
        reached.clear()
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(command)
        err.seek(0)
        done.append([command, code, list(reached), err.read()])
    return done


if __name__ == "__main__":
    sys.addaudithook(refuse)
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
