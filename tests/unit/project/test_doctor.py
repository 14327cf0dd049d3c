from pathlib import Path

from ltxspec.project.doctor import WARNING, Row, check_setup
from ltxspec.project.project import open_project


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
