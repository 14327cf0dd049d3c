from pathlib import Path

import pytest

from ltxspec.errors import Refused, StorageError
from ltxspec.storage.store.opening import open_store
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.storage.store_config import StoreConfig


def test_without_an_address_there_is_no_store() -> None:
    assert open_store(StoreConfig(), {}) is None


def test_a_folder_is_made_and_memory_is_shared_by_name(tmp_path: Path) -> None:
    config = StoreConfig(url=(tmp_path / "a" / "b c").as_uri().replace("%20", "_"))
    with pytest.raises(StorageError, match="does not exist"):
        open_store(config, {})
    assert list(tmp_path.iterdir()) == [], "a cloned repository makes no folders for who only reads"
    store = open_store(config, {}, create=True)
    assert store is not None
    assert store.put("key", [b"data"], ObjectFacts("0" * 64, 4, "video/mp4"))
    assert (tmp_path / "a" / "b_c" / "key").read_bytes() == b"data"
    first, again, other = (open_store(StoreConfig(url=f"memory://{name}"), {}) for name in ("one", "one", "two"))
    assert first is again
    assert first is not other


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made: Not a directory"):
        open_store(StoreConfig(url=(tmp_path / "file" / "b").as_uri()), {}, create=True)


@pytest.mark.parametrize("url", ["s3://bucket/prefix", "az://container"])
def test_nothing_is_sent_to_another_machine_over_plain_http_unasked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "studio")
    config = StoreConfig(url=url, endpoint="http://store.example")
    with pytest.raises(Refused, match=r"not sent to `store\.example` over plain http") as caught:
        open_store(config, {})
    assert caught.value.code == "insecure-service"
    assert open_store(config, {"LTXSPEC_STORE_ALLOW_HTTP": "1", "LTXSPEC_STORE_ENDPOINT": config.endpoint or ""})


def test_a_cloned_repository_does_not_choose_who_gets_a_token_of_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "studio")
    config = StoreConfig(url="az://container", endpoint="https://store.example")
    with pytest.raises(Refused, match=r"which only `\[store\] endpoint` in `ltxspec\.toml` names") as caught:
        open_store(config, {})
    assert caught.value.hint is not None
    assert "LTXSPEC_STORE_ENDPOINT=https://store.example" in caught.value.hint
    assert open_store(config, {"LTXSPEC_STORE_ENDPOINT": "https://store.example"}) is not None
    assert open_store(StoreConfig(url="s3://bucket", endpoint="https://store.example"), {}) is not None


def test_settings_that_the_library_refuses_are_an_error_without_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "studio")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "not/base64!")
    with pytest.raises(StorageError) as caught:
        open_store(StoreConfig(url="az://container"), {})
    assert "not/base64" not in caught.value.line
