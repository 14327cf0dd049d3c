import json
import os
from pathlib import Path

import pytest

from ltxspec.cli.main import run
from ltxspec.project.doctor.checkup import WARNING, Row, check_setup
from ltxspec.project.project import open_project
from ltxspec.project.webhook import calls_of
from ltxspec.storage.clone import this_clone


def rows(folder: Path, provider: str = "sandbox", **environ: str) -> dict[str, Row]:
    return {row[0]: row for row in check_setup(open_project(folder, provider, environ=environ))}


def test_every_check_says_what_was_found(tmp_path: Path) -> None:
    found = rows(tmp_path)
    assert all(detail for _, _, detail in found.values())
    assert found["key"][1:] == (True, "not needed by the sandbox")
    assert found["specs"][1] is False


def test_the_paid_service_needs_a_key(tmp_path: Path) -> None:
    assert rows(tmp_path, "runware")["key"][1] is False
    assert rows(tmp_path, "runware", RUNWARE_API_KEY="key")["key"][1] is True


def test_an_address_that_is_not_safe_is_no_good_service(tmp_path: Path) -> None:
    found = rows(tmp_path, "runware", RUNWARE_API_KEY="key", RUNWARE_BASE_URL="http://far.example/v1")
    assert found["service"][1] is False


def test_a_repository_without_the_merge_driver_is_a_warning(tmp_path: Path) -> None:
    from acceptance.repositories import git

    git(tmp_path, "init", "--quiet")
    assert rows(tmp_path)["git"][1] is WARNING


def test_limits_and_deliveries_in_force_are_shown(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text(
        '[budget]\nper_apply = 5\n[delivery]\nwebhookURL = "https://hook.example/a?token=hush"\n'
    )
    found = rows(tmp_path)
    assert found["budget"][2] == "$5.00 for one apply"
    assert found["delivery"][2] == "calls to hook.example"


def test_where_machines_share_and_agree_is_shown(tmp_path: Path) -> None:
    assert rows(tmp_path)["store"] == ("store", True, "none: everything is on this machine")
    url = (tmp_path / "shared").as_uri()
    (tmp_path / "ltxspec.toml").write_text(f'[store]\nurl = "{url}"\nleases = "origin"\n')
    assert rows(tmp_path)["store"][1:] == (True, "not for the sandbox, unless `[store] free = true`")
    found = rows(tmp_path, "runware")["store"]
    assert (found[1], "mount it" in found[2]) == (WARNING, True)
    (tmp_path / "shared").mkdir()
    assert rows(tmp_path, "runware")["store"][2] == f"{url} with videos and claims, leases in git at `origin`"
    (tmp_path / "ltxspec.toml").write_text(f'[store]\nurl = "{url}"\n')
    assert rows(tmp_path, "runware")["store"][2] == f"{url} with videos and claims and leases"
    clone = this_clone(tmp_path / ".ltxspec" / "clone", "ltxspec apply").id
    assert rows(tmp_path, "runware")["store"][2].endswith(f"and leases, this is clone {clone}")
    (tmp_path / "ltxspec.toml").write_text('[store]\nurl = "s3://films"\nendpoint = "http://far.example"\n')
    found = rows(tmp_path, "runware", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="hush")["store"]
    assert found[1] is False
    assert "hush" not in found[2]


def test_a_webhook_and_a_store_that_the_service_writes_are_shown(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text('[store]\nurl = "s3://films"\n[webhook]\nurl = "https://calls.example/x"\n')
    secret = "abcdefgh-0123456"
    assert rows(tmp_path, "runware", LTXSPEC_WEBHOOK_SECRET=secret)["delivery"][2] == (
        "videos into s3://films, calls to calls.example, which nothing receives here (`ltxspec listen`)"
    )
    calls_of(open_project(tmp_path, "runware", environ={})).beat()
    found = rows(tmp_path, "runware", LTXSPEC_WEBHOOK_SECRET=secret)
    assert found["delivery"][2].endswith("calls to calls.example, received here")
    assert secret not in str(found)
    assert "no calls, because" in rows(tmp_path, "runware")["delivery"][2]
    assert rows(tmp_path, "runware", LTXSPEC_WEBHOOK_SECRET="weak")["delivery"][1] is False
    assert rows(tmp_path, "sandbox")["delivery"][2] == "nothing set"


@pytest.mark.parametrize("address", ["ftp://x", "not a url", "https://"])
def test_an_address_that_apply_refuses_is_no_good_service(tmp_path: Path, address: str) -> None:
    for environ in ({"RUNWARE_BASE_URL": address}, {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": "key"}):
        assert rows(tmp_path, "runware", **environ)["service"][1] is False


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines", "   "])
def test_a_key_that_apply_refuses_is_no_good_key(tmp_path: Path, key: str) -> None:
    name, ok, detail = rows(tmp_path, "runware", RUNWARE_API_KEY=key)["key"]
    assert (name, ok) == ("key", False)
    assert key.strip() == "" or key not in detail


@pytest.mark.parametrize("kind", ["a link to nowhere", "a pipe"])
def test_a_lockfile_that_cannot_be_read_is_a_row_among_the_others(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "lockfiles" / "night.lock.json"
    place.parent.mkdir()
    os.mkfifo(place) if kind == "a pipe" else place.symlink_to("nowhere")
    found = rows(tmp_path)
    assert found["lockfiles"][1] is False
    assert "night.lock.json" in found["lockfiles"][2]
    assert found["disk"][1] is True


def test_without_a_repository_there_is_a_warning(tmp_path: Path) -> None:
    assert rows(tmp_path)["git"][1] is WARNING


@pytest.mark.parametrize(
    ("text", "told"), [("[budget\n", "ltxspec.toml:1"), ("[nosuch]\n[other]\n", "unknown table"), (None, "cannot read")]
)
def test_a_configuration_that_cannot_be_read_is_a_row_among_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, told: str
) -> None:
    place = tmp_path / "ltxspec.toml"
    place.symlink_to("nowhere") if text is None else place.write_text(text)
    assert run(["-C", str(tmp_path), "doctor"]) == 1
    out = capsys.readouterr().out
    assert "BAD  project" in out
    assert told in out
    assert "ok   video" in out
    assert run(["-C", str(tmp_path), "doctor", "--format", "json"]) == 1
    assert {k: v for k, v in json.loads(capsys.readouterr().out)["checks"][0].items() if k != "detail"} == {
        "check": "ltxspec",
        "ok": True,
    }
