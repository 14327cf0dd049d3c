"""What `demo-team.sh` needs besides the commands of ltxspec: specs, buckets, a cluster, and the figures at the end.

demo_team.py specs FOLDER SPECS SHOTS      specs of so many shots each, a quarter of them in chains of five
demo_team.py bucket s3|azure PORT          an empty bucket `films` at moto, or container at azurite
demo_team.py cluster FILE                  a Ray cluster of two nodes; removes one when FILE.remove appears
demo_team.py azure-key                     the key of azurite's own account, which is published
demo_team.py keys PORT FOLDER              how many objects moto has below a folder
"""

import base64
import hashlib
import hmac
import http.client
import re
import sys
import time
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

BUCKET = "films"
ACCOUNT = "devstoreaccount1"  # azurite's own, with its published key
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
LINKS = 5  # shots of a chain
MODEL = "lightricks:ltx@2.5-fast"
PLACES = ("an empty quay", "a tiled courtyard", "the upper deck of a tram", "a market before it opens", "a dry dock")
LIGHTS = ("blue dawn", "hard noon sun", "sodium street lamps", "thin winter haze", "the last light of day")
TRIES = 300


def main(arguments: list[str]) -> int:
    """Do what is asked for."""
    match arguments:
        case ["specs", folder, specs, shots]:
            for number in range(1, int(specs) + 1):
                (Path(folder) / f"day-{number}.yaml").write_text(_spec(number, int(shots)), "utf-8")
        case ["bucket", "s3", port]:
            _ask(int(port), "PUT", f"/{BUCKET}", {})
        case ["bucket", "azure", port]:
            _ask(int(port), "PUT", f"/{ACCOUNT}/{BUCKET}?restype=container", _signed())
        case ["azure-key"]:
            sys.stdout.write(KEY)
        case ["cluster", file]:
            _cluster(Path(file))
        case ["keys", port, folder]:
            sys.stdout.write(f"{_count(int(port), folder)}\n")
        case _:
            sys.stderr.write(f"{__doc__}")
            return 64
    return 0


def _spec(number: int, shots: int) -> str:
    """A day of shooting: chains of five in its first quarter, then shots of their own."""
    lines = [
        "apiVersion: ltxspec/v1", "kind: RenderSpec", f"metadata: {{name: day-{number}}}", f"model: {MODEL}",
        "defaults: {width: 1280, height: 720, duration: 6, fps: 24}", "shots:",
    ]  # fmt: skip
    for shot in range(shots):
        place, light = PLACES[shot % len(PLACES)], LIGHTS[(shot // len(PLACES) + number) % len(LIGHTS)]
        lines.append(f"  take-{shot:03}:\n    prompt: Day {number}, set-up {shot}. {place.capitalize()} in {light}.")
        if shot < shots // 4 and shot % LINKS:
            lines.append(f"    inputs: {{frameImages: [{{shot: take-{shot - 1:03}, frame: last}}]}}")
    return "\n".join(lines) + "\n"


def _ask(port: int, method: str, path: str, headers: Mapping[str, str]) -> str:
    """One request to a server on this machine that may still be starting."""
    for attempt in range(TRIES):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError:
            if attempt == TRIES - 1:
                raise
            time.sleep(0.1)
            continue
        if answer.status >= http.client.MULTIPLE_CHOICES:
            sys.exit(f"demo-team: {method} {path}: {answer.status} {text}")
        return text
    raise AssertionError


def _signed() -> dict[str, str]:
    """What Azure asks of a request that makes a container."""
    date, version = formatdate(usegmt=True), "2021-08-06"
    signed = f"x-ms-date:{date}\nx-ms-version:{version}\n/{ACCOUNT}/{ACCOUNT}/{BUCKET}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), f"PUT{chr(10) * 12}{signed}".encode(), hashlib.sha256).digest()
    login = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    return {"x-ms-date": date, "x-ms-version": version, "Authorization": login, "Content-Length": "0"}


def _count(port: int, folder: str) -> int:
    found, after = 0, ""
    while True:
        keys = re.findall("<Key>([^<]*)</Key>", _ask(port, "GET", f"/{BUCKET}?list-type=2&prefix={folder}{after}", {}))
        found += len(keys)
        if not keys or len(keys) % 1000:
            return found
        after = f"&start-after={keys[-1]}"


def _cluster(file: Path) -> None:
    """Two nodes on this machine, until standard input ends; the second one goes when it is told to."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    second = cluster.add_node(num_cpus=1)
    file.write_text(cluster.address, "utf-8")
    leave = file.with_suffix(".remove")
    try:
        while not file.with_suffix(".end").exists():
            time.sleep(0.2)
            if second is not None and leave.exists():
                cluster.remove_node(second, allow_graceful=False)
                second = None
                leave.unlink()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
