"""GitHub's published OpenAPI description, from the npm registry at test time: never part of this repository.

It is fetched once, by the ordinary client, and the operations that ltxspec uses are kept in pytest's cache. Where
npm or its registry cannot be reached, the tests that need it skip and say so; LTXSPEC_REQUIRE_OPENAPI makes them fail.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

PACKAGE = "@octokit/openapi@23.0.2"
DOCUMENT = "package/generated/api.github.com.json"
REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_OPENAPI"))  # read once, before any test cleans the environment
PATHS = (
    "/user",
    "/repos/{owner}/{repo}/pulls",
    "/repos/{owner}/{repo}/pulls/{pull_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/repos/{owner}/{repo}/collaborators/{username}/permission",
)


class Unreachable(Exception):
    """The description cannot be had, and why."""


def load(cache: Path) -> "Description":
    """The description, fetched when it is not in the cache yet. Raises Unreachable."""
    file = cache / f"{re.sub(r'[^a-z0-9.]+', '-', PACKAGE).strip('-')}.json"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            document = fetch(Path(folder))
            part = Path(folder) / "part.json"
            part.write_text(json.dumps(only_used(document)), "utf-8")
            part.replace(file)  # whole or not at all: several test processes may fetch at once
    return Description(json.loads(file.read_text("utf-8")))


def only_used(document: Any) -> Any:
    """The operations of `PATHS` and every component they need."""
    kept: dict[str, Any] = {"paths": {path: document["paths"][path] for path in PATHS}, "components": {}}
    waiting, done = [kept["paths"]], set()
    while waiting:
        for reference in re.findall(r'"#/components/([^"/]+)/([^"/]+)"', json.dumps(waiting.pop())):
            if reference not in done:
                done.add(reference)
                group, name = reference
                kept["components"].setdefault(group, {})[name] = document["components"][group][name]
                waiting.append(document["components"][group][name])
    return kept


def fetch(folder: Path) -> Any:
    npm = shutil.which("npm")
    if npm is None:
        raise Unreachable("npm is not installed")
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=180)
    except subprocess.TimeoutExpired:
        raise Unreachable("the npm registry does not answer") from None
    archive = next(folder.glob("*.tgz"), None)
    if done.returncode != 0 or archive is None:
        raise Unreachable(f"npm cannot fetch {PACKAGE} (exit {done.returncode})")
    with tarfile.open(archive) as files:
        member = files.extractfile(DOCUMENT)
        assert member is not None
        return json.load(member)


def load_or_skip(cache: Path) -> "Description":
    try:
        return load(cache)
    except Unreachable as reason:
        if REQUIRED:
            pytest.fail(f"LTXSPEC_REQUIRE_OPENAPI is set: {reason}")
        pytest.skip(f"needs GitHub's OpenAPI description: {reason}")  # not reachable offline; CI requires it


class Description:
    """Some operations of an OpenAPI 3.0 document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = as_json_schema(document)

    def operation(self, method: str, path: str) -> Mapping[str, Any]:
        """The one operation a request is for; fails when there is none."""
        found = [
            operations[method.lower()]
            for shape, operations in self._document["paths"].items()
            if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", shape), path)
        ]
        assert found, f"no operation for {method} {path}"
        assert len(found) == 1
        operation: Mapping[str, Any] = found[0]
        return operation

    def check_request(self, method: str, path: str, query: Mapping[str, str], body: Any) -> None:
        """Hold a request against the description: path, query and body."""
        operation = self.operation(method, path)
        parameters = [self.resolved(item) for item in operation.get("parameters", [])]
        known = {item["name"]: item["schema"] for item in parameters if item["in"] == "query"}
        for name, value in query.items():
            assert name in known, f"{method} {path} has no parameter `{name}`"
            typed = int(value) if known[name].get("type") == "integer" else value
            self.validate(typed, known[name])
        if "requestBody" not in operation:
            assert body is None, f"{method} {path} takes no body"
            return
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        self.validate(body, schema | {"additionalProperties": False})

    def check_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Hold a stand-in's answer against the description. It may leave fields out; it may not invent any."""
        responses = self.operation(method, path)["responses"]
        assert str(status) in responses, f"{method} {path} never answers {status}"
        content = self.resolved(responses[str(status)]).get("content")
        if content is None:
            assert body is None
            return
        self.validate(body, content["application/json"]["schema"])

    def resolved(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in item:
            found: Any = self._document
            for part in item["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            item = found
        return item

    def validate(self, value: Any, schema: Mapping[str, Any]) -> None:
        whole = {"components": self._document["components"], **schema}
        jsonschema.Draft202012Validator(whole).validate(value)


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema; no field of an answer must be there, and unknown ones are refused."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: as_json_schema(value) for key, value in node.items()}
    if isinstance(schema.get("required"), list) and not is_request_body(schema):
        del schema["required"]
    if isinstance(schema.get("properties"), dict) and not is_request_body(schema):
        schema.setdefault("additionalProperties", False)
    if isinstance(schema.get("oneOf"), list):
        schema["anyOf"] = schema.pop("oneOf")  # without required fields several may fit
    if schema.pop("nullable", False) is True:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return schema


def is_request_body(schema: Mapping[str, Any]) -> bool:
    """Whether this is what is sent: `{"body": text}`. There, what is required stays so."""
    return set(schema.get("properties", {})) == {"body"}
