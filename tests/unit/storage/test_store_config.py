from pathlib import Path

import pytest

from ltxspec.errors import Problems
from ltxspec.storage.config import parse_config
from ltxspec.storage.store_config import StoreConfig


def parsed(text: str) -> tuple[StoreConfig, list[tuple[str, str | None]]]:
    problems = Problems()
    config = parse_config(f"[store]\n{text}".encode(), Path("/p/ltxspec.toml"), "ltxspec.toml", problems)
    return config.store, [(item.message, item.hint) for item in problems.diagnostics]


@pytest.mark.parametrize(
    "url", ["s3://bucket/pre.fix/x_1", "gs://bucket", "az://container/a", "file:///mnt/films", "memory://test"]
)
def test_these_are_addresses_of_stores(url: str) -> None:
    assert parsed(f"url = '{url}'") == (StoreConfig(url=url), [])


def test_every_key_has_its_default_and_can_be_set() -> None:
    assert parsed("") == (StoreConfig(), [])
    text = "url = 's3://b'\nendpoint = 'https://s.example'\nfree = true\ntimeout = 5\nlink_life = 60\ndirect = false"
    assert parsed(text) == (StoreConfig("s3://b", "https://s.example", True, 5.0, 60, direct=False), [])  # noqa: FBT003  # in order


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("bucket/prefix", "names no kind of store that is known"),
        ("ftp://bucket", "names no kind of store that is known"),
        ("s3://key:secret@bucket", "must not have a user, a query or a fragment"),
        ("az://container?sig=secret", "must not have a user, a query or a fragment"),
        ("s3:///prefix", "does not name a bucket"),
        ("s3://bucket/a b", "has a prefix with other characters"),
        ("s3://bucket/../x", "has a prefix with other characters"),
        ("file://films", "must name a folder from the root"),
        ("s3://[", "is not an address"),
    ],
)
def test_other_addresses_are_errors_that_say_why(url: str, words: str) -> None:
    ((message, hint),) = parsed(f"url = '{url}'")[1]
    assert message.startswith("`url` in [store] ")
    assert words in message
    assert hint is not None
    assert "s3://bucket/prefix" in hint


def test_an_endpoint_is_for_stores_that_have_one_and_holds_no_secret() -> None:
    ((message, _),) = parsed("url = 'gs://b'\nendpoint = 'https://s.example'")[1]
    assert message == "`endpoint` in [store] is only for stores of `s3://` and `az://`"
    ((message, hint),) = parsed("url = 's3://b'\nendpoint = 'https://a:b@s.example'")[1]
    assert "without user" in message
    assert hint is not None
    assert "the environment" in hint


@pytest.mark.parametrize("url", ["file:///films", "memory://films"])
def test_only_a_store_that_signs_addresses_is_written_by_the_provider(url: str) -> None:
    ((message, _),) = parsed(f"url = '{url}'\ndirect = true")[1]
    assert message.startswith("`direct` in [store] needs a store of")
    assert parsed(f"url = '{url}'\ndirect = false")[1] == []


def test_credentials_do_not_belong_in_the_file() -> None:
    ((message, hint),) = parsed("url = 's3://b'\nsecret_access_key = 'x'")[1]
    assert message == "unknown key `secret_access_key` in [store]"
    assert hint is not None
    assert hint.startswith("credentials come from the environment")


def test_leases_may_be_kept_by_a_git_remote_and_last_for_some_time() -> None:
    assert parsed("leases = 'origin'\nlease_life = 3") == (StoreConfig(leases="origin", lease_life=3), [])
    for wrong in ("--upload-pack=x", "https://a.example/b", "a b", "-x"):
        ((message, hint),) = parsed(f"leases = '{wrong}'")[1]
        assert (message, hint) == ("`leases` in [store] is the name of a git remote", 'such as "origin"')
    for seconds in (2, 3601):
        ((message, _),) = parsed(f"lease_life = {seconds}")[1]
        assert "`lease_life` in [store]" in message
