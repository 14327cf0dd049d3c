"""The script that publishes pictures, with a store: addresses that a comment shows, and what goes after a merge."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest
from acceptance.ci.repos import Remote, run
from acceptance.ci.test_publish_previews import pictures, variables
from fake_forges import TOKEN, FakeGitHub, serving
from store_servers import StoreServer

from ltxspec.project.comments.pictures import read_pictures
from ltxspec.storage.store.bucket import Bucket


@pytest.fixture
def clone(tmp_path: Path, s3: StoreServer) -> Path:
    clone = Remote.make(tmp_path).clone("job")
    with (clone / "ltxspec.toml").open("a") as file:
        file.write(f'\n{s3.table}[previews]\nstore = "store"\n')
    return clone


def kept(store: StoreServer) -> int:
    return len(list(Bucket.at(store.url, store.endpoint, 5.0).list("previews")))


def test_pictures_are_sent_shown_and_deleted_after_the_merge(clone: Path, tmp_path: Path, s3: StoreServer) -> None:
    folder, out = pictures(tmp_path / "made", "alley"), tmp_path / "out"
    more = {"GITHUB_TOKEN": TOKEN, **s3.environment}
    with serving(FakeGitHub()) as api:
        run("publish-previews.sh", str(folder), str(out), cwd=clone, variables=variables(GITHUB_API_URL=api, **more))
    address = json.loads((out / "pictures.json").read_text())["night.alley"]
    assert read_pictures(tmp_path, "out/pictures.json", None) == {"night.alley": address}
    for url in (address, (out / "sheet").read_text().strip()):
        with urlopen(url) as answer:
            assert answer.read().startswith(b"\xff\xd8")
    assert kept(s3) == 2
    with serving(FakeGitHub(state="closed")) as api:
        run("publish-previews.sh", "--tidy", cwd=clone, variables=variables(GITHUB_API_URL=api, **more))
    assert kept(s3) == 0
