"""A team's store: takes are sent after an apply, found from a fresh clone, checked, and never believed."""

import shutil
from pathlib import Path
from urllib.request import urlopen

import pytest
from acceptance.commands import ltxspec, write_spec
from gates import gate
from replacing import replace
from store_servers import StoreServer

from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.port import ObjectFacts

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots:\n  alley: {prompt: Rain.}\n"
CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'


def videos(project: Path) -> list[Path]:
    return sorted((project / ".ltxspec" / "archive").glob("??/*.mp4"))


def bucket(store: StoreServer) -> Bucket:
    return Bucket.at(store.url, store.endpoint, 5.0)


def stored(store: StoreServer) -> list[str]:
    return sorted(item.key.rpartition("/")[2] for item in bucket(store).list("sandbox/videos"))


def configure(project: Path, store: StoreServer) -> Path:
    (project / "ltxspec.toml").write_text(CONFIG + store.table)
    return project


def clone(project: Path) -> Path:
    """What another machine has: the files of git, and the sandbox's lockfiles, which stand for real ones."""
    other = project.with_name(f"{project.name}-clone")
    for name in ("specs", ".ltxspec/sandbox/lockfiles"):
        shutil.copytree(project / name, other / name)
    shutil.copy(project / "ltxspec.toml", other)
    return other


def damage(store: StoreServer, sha256: str, data: bytes) -> None:
    """Other bytes under a hash, as a stranger or a broken disk leaves them."""
    key = f"sandbox/videos/{sha256[:2]}/{sha256}"
    bucket(store).put(key, [data], ObjectFacts(sha256, len(data), "video/mp4"), replace=True)


def test_a_take_is_sent_after_an_apply_and_every_clone_finds_it_by_its_hash(cloud: StoreServer, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    write_spec(configure(project, cloud), SPEC)
    ltxspec("apply", cwd=project)
    (video,) = videos(project)
    assert stored(cloud) == [video.stem]
    again = ltxspec("archive", "push", "--format", "json", cwd=project).json
    assert (again["sent"], again["present"], again["failed"]) == (0, 1, 0)
    other = clone(project)
    ltxspec("frame", "night.alley", "--at", "first", "-o", "a.png", cwd=other)
    assert [path.read_bytes() for path in videos(other)] == [video.read_bytes()]
    link = ltxspec("output", "night.alley", "--url", cwd=other).out.strip()
    with urlopen(link) as answer:
        assert answer.read() == video.read_bytes()
    assert ltxspec("output", "night.alley", "--url", "--format", "json", cwd=other).json["outputs"][0]["link"]
    assert ltxspec("archive", "verify", "--store", cwd=other).out == "1 video verified, 0 damaged or missing.\n"
    assert ltxspec("archive", "verify", "--deep", cwd=other).out == "1 video verified, 0 damaged or missing.\n"


def test_push_sends_what_is_missing_and_pull_brings_it_back(s3: StoreServer, rendered: Path) -> None:
    configure(rendered, s3)
    for arguments in (("push", "--dry-run"), ("push",)):
        said = ltxspec("archive", *arguments, cwd=rendered)
        assert said.out.startswith("2 videos ")
        assert said.out.endswith(", 0 there already, 0 failed.\n")
        assert len(stored(s3)) == (0 if "--dry-run" in arguments else 2)
        assert ("/2] night.alley take 1: sent (" in said.err) is ("--dry-run" not in arguments)
    other = clone(rendered)
    assert "night.alley: would be fetched\n" in ltxspec("archive", "pull", "--dry-run", cwd=other).err
    assert videos(other) == []
    shutil.rmtree(rendered)  # and with it what the sandbox had
    pulled = ltxspec("archive", "pull", "--format", "json", cwd=other).json
    assert (pulled["fetched"], pulled["fromStore"], pulled["missing"]) == (2, 2, 0)
    assert [video.stem for video in videos(other)] == stored(s3)
    assert (other / "renders" / "sandbox" / "night" / "alley.mp4").exists()


@pytest.mark.parametrize("wrong", [b"other bytes", None], ids=["another size", "the same size"])
def test_a_damaged_object_is_found_refused_and_replaced(wrong: bytes | None, s3: StoreServer, rendered: Path) -> None:
    configure(rendered, s3)
    ltxspec("archive", "push", cwd=rendered)
    first = videos(rendered)[0]
    damage(s3, first.stem, wrong or b"x" * first.stat().st_size)
    checked = ltxspec("archive", "verify", "--deep", cwd=rendered, check=3)
    assert checked.out.endswith("1 video verified, 1 damaged or missing.\n")
    if wrong is not None:
        assert "bytes, not" in ltxspec("archive", "verify", "--store", cwd=rendered, check=3).out
    other = clone(rendered)
    shutil.copytree(rendered / ".ltxspec" / "sandbox", other / ".ltxspec" / "sandbox", dirs_exist_ok=True)
    pulled = ltxspec("archive", "pull", cwd=other)
    assert "is damaged: its hash is another one" in pulled.err
    assert pulled.out == "2 fetched, 0 missing.\n", "the provider still has it"
    assert [path.read_bytes() for path in videos(other)] == [path.read_bytes() for path in videos(rendered)]
    assert list((other / ".ltxspec" / "archive" / "partial").iterdir()) == []
    if wrong is not None:
        assert "sent again: the one in the store was damaged" in ltxspec("archive", "push", cwd=rendered).err
        assert ltxspec("archive", "verify", "--deep", cwd=rendered).out.startswith("2 videos verified")


def test_a_store_that_is_away_loses_and_repeats_nothing(s3: StoreServer, tmp_path: Path) -> None:
    project = write_spec(tmp_path, SPEC).parents[1]
    with gate(s3.port, refused=b"/sandbox/videos/") as broken:
        configure(project, replace(s3, port=broken.port))
        away = ltxspec("apply", cwd=project, check=3)
    assert "1 video recorded and archived here, but not in the store yet: the store `s3://" in away.err
    assert "1 video not in the store yet (`ltxspec archive push`)" in away.out
    (video,) = videos(project)
    again = ltxspec("apply", cwd=project)
    assert "0 to render" in again.out + again.err or "nothing" in (again.out + again.err).lower()
    configure(project, s3)
    assert ltxspec("archive", "push", cwd=project).out.startswith("1 video sent (")
    assert stored(s3) == [video.stem]


def test_what_an_earlier_run_could_not_send_is_sent_by_the_next_one(s3: StoreServer, tmp_path: Path) -> None:
    project = write_spec(tmp_path, SPEC).parents[1]
    with gate(s3.port, refused=b"/sandbox/videos/") as broken:
        configure(project, replace(s3, port=broken.port))
        ltxspec("apply", cwd=project, check=3)
    configure(project, s3)
    ltxspec("apply", "--retake", "night.alley", cwd=project)
    assert stored(s3) == [video.stem for video in videos(project)]
    assert len(videos(project)) == 2


def test_rescue_saves_what_only_the_provider_has(s3: StoreServer, rendered: Path) -> None:
    configure(rendered, s3)
    first, second = videos(rendered)
    ltxspec("archive", "push", cwd=rendered)
    bucket(s3).delete([f"sandbox/videos/{first.stem[:2]}/{first.stem}"])
    first.unlink()
    second.unlink()
    assert (
        ltxspec("archive", "rescue", "--dry-run", cwd=rendered).out == "0 rescued, 1 at the provider alone, 0 sent.\n"
    )
    assert ltxspec("archive", "rescue", cwd=rendered).out == "1 rescued, 0 at the provider alone, 1 sent.\n"
    assert videos(rendered) == [first], "the other one is safe in the store"
    assert stored(s3) == sorted([first.stem, second.stem])


def test_the_store_of_another_project_is_not_written_to(s3: StoreServer, rendered: Path) -> None:
    configure(rendered, s3)
    bucket(s3).put("ltxspec.json", [b'{"project": "other"}'], ObjectFacts("", 20, "application/json"))
    said = ltxspec("archive", "push", cwd=rendered, check=4)
    assert "belongs to the project `other`" in said.err
    assert stored(s3) == []


def test_without_a_store_nothing_changes(rendered: Path) -> None:
    assert "there is no store" in ltxspec("archive", "push", cwd=rendered, check=4).err
    assert ltxspec("archive", "rescue", cwd=rendered).out == "0 rescued, 0 at the provider alone, 0 sent.\n"
    (rendered / "ltxspec.toml").write_text(f'{CONFIG}[store]\nurl = "s3://bucket/prefix"\n')
    assert "the sandbox's videos are not stored" in ltxspec("archive", "push", cwd=rendered, check=4).err
