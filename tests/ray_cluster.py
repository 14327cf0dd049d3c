"""A Ray cluster of two machines with one CPU each, on loopback, and the paid service for its shards.

Ray comes with the extra `ltxspec[ray]`; `make slow` installs it by hash. Where it is missing, its tests skip and say
so; LTXSPEC_REQUIRE_RAY makes them fail.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from sandboxes import catalog
from small_films import write_small_animatic

from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "key-of-the-cluster"
REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_RAY"))  # read once, before any test cleans the environment
_MEMORY = 80 * 2**20  # bytes for the objects of each machine, about the least that Ray takes


@dataclass(frozen=True)
class TwoMachines:
    """The cluster, and the service that its shards order from."""

    cluster: Any
    second: Any  # the machine that may be lost
    settings: Mapping[str, str]  # the environment of the machines
    url: str

    @property
    def environment(self) -> dict[str, Any]:
        """What a command needs to use them."""
        names = ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_TMPDIR")
        return {"RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": self.url, **{name: self.settings[name] for name in names}}

    @property
    def logs(self) -> list[Path]:
        """What Ray wrote."""
        return [path for path in Path(self.settings["RAY_TMPDIR"]).rglob("*") if path.is_file()]

    def charges(self) -> Counter[str]:
        """How often each task was charged."""
        ledger, headers = self.url.replace("/v1", "/sandbox/ledger"), {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(ledger, headers=headers, trust_env=False).json()["charges"]
        return Counter({row["taskUUID"]: row["count"] for row in rows})


def needs_ray() -> None:
    """Skip the test where Ray is missing."""
    if find_spec("ray") is None:
        reason = "needs the extra ltxspec[ray]: `make slow` installs it"
        if REQUIRED:
            pytest.fail(f"LTXSPEC_REQUIRE_RAY is set: {reason}")
        pytest.skip(reason)  # 285 MB that few need; CI requires it


@contextmanager
def two_machines(folder: Path, speed: float) -> Iterator[TwoMachines]:
    """Start both and the service; they are gone at the end of the block."""
    from ray.cluster_utils import Cluster

    settings = SandboxSettings(catalog(), SystemClock(), write_small_animatic, folder, speed=speed, api_key=KEY)
    short = TemporaryDirectory(prefix="ray-")  # paths of sockets are limited to some 100 characters
    with serving(settings) as url, pytest.MonkeyPatch.context() as patch, short as home:
        names = {
            "RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": url, "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": home,
            "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), str(Path(__file__).parents[1]))),
        }  # fmt: skip
        for name, value in names.items():
            patch.setenv(name, value)
        machine = {"num_cpus": 1, "object_store_memory": _MEMORY, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args=machine)
        try:
            del machine["include_dashboard"]
            second = cluster.add_node(**machine)
            cluster.wait_for_nodes()
            yield TwoMachines(
                cluster, second, {**names, "RAY_ADDRESS": f"127.0.0.1:{cluster.address.rpartition(':')[2]}"}, url
            )
        finally:
            cluster.shutdown()
