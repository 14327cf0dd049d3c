"""The YAML language server that editors run, driven over its standard input and output.

Its packages are pinned by hash in `tests/editor/package-lock.json`; `make slow` installs them from there with npm.
Where that was not possible, the tests skip and say so; LTXSPEC_REQUIRE_EDITOR makes them fail.
"""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / ".venv" / "editor"
REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_EDITOR"))  # read once, before any test cleans the environment
SERVER = "node_modules/yaml-language-server/bin/yaml-language-server"
SETTINGS = {
    "validate": True,
    "hover": True,
    "completion": True,
    "schemaStore": {"enable": False},  # nothing is fetched
    "kubernetesCRDStore": {"enable": False},
}
SILENCE = 60.0  # seconds after which a server that says nothing is ended
CURSOR = "|"  # where the cursor is in a text
CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
}


@dataclass(frozen=True)
class Offer:
    """One line of a completion list."""

    label: str
    text: str  # what is inserted
    about: str  # what is shown beside it


def started_or_skip() -> "LanguageServer":
    """A server; fails where one was promised and there is none."""
    node = shutil.which("node")
    if node is not None and (FOLDER / SERVER).exists():
        return LanguageServer(node, FOLDER)
    reason = (
        "needs node" if node is None else f"needs the packages of tests/editor in {FOLDER}: `make slow` installs them"
    )
    if REQUIRED:
        pytest.fail(f"LTXSPEC_REQUIRE_EDITOR is set: {reason}")
    pytest.skip(reason)  # neither node nor its packages are requirements of ltxspec; CI requires both


class LanguageServer:
    """One running server."""

    def __init__(self, node: str, folder: Path) -> None:
        """Start the server that npm has installed in a folder."""
        self._process = subprocess.Popen(
            [node, str(folder / SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._number = 0
        self._versions = 0
        self._told: dict[str, list[str]] = {}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": CAPABILITIES})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": {"yaml": SETTINGS}})

    def close(self) -> None:
        """End the server."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self._process.communicate(timeout=10)

    def completion(self, file: Path, text: str) -> list[Offer]:
        """What is offered at the cursor, in the order in which an editor lists it."""
        answer = self._at("textDocument/completion", file, text)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        items.sort(key=lambda item: item.get("sortText") or item["label"])
        return [
            Offer(item["label"], (item.get("textEdit") or {}).get("newText") or item.get("insertText", ""), words(item))
            for item in items
        ]

    def hover(self, file: Path, text: str) -> str:
        """What is shown above the word at the cursor."""
        answer = self._at("textDocument/hover", file, text)
        return "" if answer is None else str(answer["contents"]["value"])

    def problems(self, file: Path, text: str) -> list[str]:
        """What the editor marks: line, from 1, and message."""
        uri = self._open(file, text)
        while uri not in self._told:
            self._read()
        self._shut(uri)
        return self._told[uri]

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and wait for its answer."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message.get("result")

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _at(self, method: str, file: Path, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        lines = before.split("\n")
        uri = self._open(file, before + after)
        place = {"line": len(lines) - 1, "character": len(lines[-1])}
        answer = self.ask(method, {"textDocument": {"uri": uri}, "position": place})
        self._shut(uri)
        return answer

    def _open(self, file: Path, text: str) -> str:
        uri = file.with_name(f"{self._versions}-{file.name}").as_uri()  # new each time: no late answer is taken for it
        self._versions += 1
        document = {"uri": uri, "languageId": "yaml", "version": self._versions, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def _shut(self, uri: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        """The next message; what the server asks itself is answered."""
        timer = threading.Timer(SILENCE, self._process.kill)
        timer.start()
        try:
            body = self._next()
        finally:
            timer.cancel()
        assert body, "the language server has ended, or said nothing for too long"
        message: dict[str, Any] = json.loads(body)
        if "id" in message and "method" in message:
            self._send({"id": message["id"], "result": self._settings(message)})
        elif message.get("method") == "textDocument/publishDiagnostics":
            found = message["params"]
            marks = [f"{item['range']['start']['line'] + 1}: {item['message']}" for item in found["diagnostics"]]
            self._told[found["uri"]] = marks
        return message

    def _next(self) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        length = 0
        while (line := stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        return stdout.read(length)

    def _settings(self, message: dict[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        sections: Sequence[Any] = message["params"]["items"]
        return [SETTINGS if item.get("section") == "yaml" else {} for item in sections]


def words(item: dict[str, Any]) -> str:
    """The documentation of an offer."""
    about = item.get("documentation") or item.get("detail") or ""
    return str(about["value"] if isinstance(about, dict) else about)
