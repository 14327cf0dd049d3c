"""Whose configuration is used: one's own, and nobody else's without a word."""

import grp
import os
import pwd
from pathlib import Path
from types import SimpleNamespace

import pytest
from acceptance.repositories import git

from ltxspec.errors import StorageError
from ltxspec.storage import tracked
from ltxspec.storage.finding import CONFIG_NAME, find_config, read_config

STRANGER = 54321
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")


@pytest.fixture
def above(tmp_path: Path) -> Path:
    """A folder with a configuration, and a folder below it to stand in."""
    folder = tmp_path / "shared"
    (folder / "mine").mkdir(parents=True)
    (folder / CONFIG_NAME).write_text("# theirs\n")
    folder.chmod(0o755)
    (folder / CONFIG_NAME).chmod(0o644)
    return folder


def test_the_nearest_file_counts(above: Path) -> None:
    found = find_config(above / "mine")
    assert (found.file, found.data, found.remarks) == (above.resolve() / CONFIG_NAME, b"# theirs\n", ())
    (above / "mine" / CONFIG_NAME).write_text("")
    assert find_config(above / "mine").file == above.resolve() / "mine" / CONFIG_NAME


@pytest.mark.parametrize("repository", ["a folder", "a file"])
def test_the_search_ends_at_the_root_of_the_repository(above: Path, repository: str) -> None:
    git, deep = above / "mine" / ".git", above / "mine" / "specs"
    deep.mkdir()
    git.mkdir() if repository == "a folder" else git.write_text("gitdir: elsewhere\n")
    for start in (above / "mine", deep):
        found = find_config(start)
        assert found.file is None
        assert not [remark for remark in found.remarks if "is not used" in remark], "nothing above is looked at"
    (above / "mine" / CONFIG_NAME).write_text("")
    assert find_config(deep).file == (above / "mine").resolve() / CONFIG_NAME


@pytest.mark.parametrize(
    ("what", "mode", "doubt"),
    [
        (".", 0o777, "other users can write to its folder"),
        (".", 0o1777, "other users can write to its folder"),
        (CONFIG_NAME, 0o666, "other users can write to it"),
    ],
)
def test_what_others_may_write_is_not_used_and_that_is_said(above: Path, what: str, mode: int, doubt: str) -> None:
    (above / what).chmod(mode)
    found = find_config(above / "mine")
    assert found.file is None
    (remark,) = found.remarks
    place = (above / what).resolve()
    told = f"`{above.resolve() / CONFIG_NAME}` is not used: {doubt}; `chmod go-w {place}`; if you trust it"
    assert remark.startswith(told)
    assert "--config" in remark
    assert "ltxspec init" not in remark


def test_what_a_group_may_write_is_not_used_unless_it_is_the_users_own(
    above: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    above.chmod(0o775)
    group = above.stat().st_gid
    monkeypatch.setattr(os, "getegid", lambda: group)
    monkeypatch.setattr(os, "geteuid", lambda: above.stat().st_uid if above.stat().st_uid == group else group)
    assert find_config(above / "mine").file is not None
    monkeypatch.setattr(os, "getegid", lambda: group + 1)
    assert find_config(above / "mine").file is None


def test_the_search_ends_where_others_may_write_also_without_a_file_there(above: Path) -> None:
    (above / "mine").chmod(0o777)
    (above / "mine" / "deep").mkdir()
    assert find_config(above / "mine" / "deep").file is None


def test_a_file_above_a_folder_that_others_may_write_is_not_passed_over_in_silence(above: Path) -> None:
    mine, deep = above / "mine", above / "mine" / "deep"
    deep.mkdir()
    mine.chmod(0o777)
    (remark,) = find_config(deep).remarks
    assert remark.startswith(
        f"`{above.resolve() / CONFIG_NAME}` is not used: other users can write to `{mine.resolve()}` below it; "
        f"`chmod go-w {mine.resolve()}`; if you trust it"
    )
    (above / ".git").mkdir()
    with pytest.raises(StorageError, match="is not used: other users can write to") as caught:
        find_config(deep)
    assert "--config" in str(caught.value.hint)
    (mine / ".git").mkdir()
    assert find_config(deep).file is None
    assert any("is not used" in remark for remark in find_config(deep).remarks), "anybody can have put a .git there"


def test_above_the_root_of_the_repository_nothing_is_looked_for_in_folders_of_others(above: Path) -> None:
    (above / ".git").mkdir()
    (above / CONFIG_NAME).rename(above.parent / CONFIG_NAME)
    (above / "mine" / "deep").mkdir()
    (above / "mine").chmod(0o777)
    assert find_config(above / "mine" / "deep").remarks == ()


@pytest.mark.parametrize("start", [".", "mine"])
def test_a_link_into_a_folder_that_others_may_write_leads_to_what_they_want(above: Path, start: str) -> None:
    (above / "shared").mkdir()
    (above / CONFIG_NAME).rename(above / "shared" / "settings.toml")
    (above / CONFIG_NAME).symlink_to("shared/settings.toml")
    assert find_config(above / start).remarks == ()
    (above / "shared").chmod(0o777)
    found = find_config(above / start)
    (remark,) = found.remarks
    assert f"other users can write to `{above.resolve() / 'shared'}`" in remark
    assert (found.file is not None) is (start == "."), "where one stands it is one's own choice"


def test_in_ones_own_repository_a_file_that_cannot_be_believed_is_an_error_because_it_may_hold_the_budget(
    above: Path,
) -> None:
    (above / ".git").mkdir()
    (above / CONFIG_NAME).chmod(0o666)
    with pytest.raises(StorageError, match="is not used: other users can write to it") as caught:
        find_config(above / "mine")
    assert "--config" in str(caught.value.hint)


def test_where_one_stands_the_file_is_used_and_what_is_odd_is_said(above: Path) -> None:
    above.chmod(0o777)
    used = f"`{above.resolve() / CONFIG_NAME}` is used, because you work in its folder; but"
    assert find_config(above).remarks == (f"{used} other users can write to its folder",)
    above.chmod(0o755)
    (above / CONFIG_NAME).chmod(0o666)
    found = find_config(above)
    assert found.file == above.resolve() / CONFIG_NAME
    assert found.remarks == (f"{used} other users can write to it",)


@as_root
@pytest.mark.parametrize(("what", "doubt"), [(".", "its folder belongs to"), (CONFIG_NAME, "it belongs to")])
def test_what_belongs_to_somebody_else_is_not_used(above: Path, what: str, doubt: str) -> None:
    os.chown(above / what, STRANGER, STRANGER)
    found = find_config(above / "mine")
    assert found.file is None
    assert f"is not used: {doubt} another user ({STRANGER})" in found.remarks[0]


@as_root
def test_a_checkout_of_another_user_works_as_in_containers_and_that_is_said(above: Path) -> None:
    for place in (above, above / CONFIG_NAME, above / "mine"):
        os.chown(place, STRANGER, STRANGER)
    (above / ".git").mkdir()
    for start in (above, above / "mine"):
        found = find_config(start)
        assert found.file == above.resolve() / CONFIG_NAME
        assert found.remarks == (f"`{found.file}` belongs to user {STRANGER}, like the folder you work in",)


@as_root
def test_where_one_stands_a_strangers_file_is_used_only_if_no_stranger_can_have_put_it_there(above: Path) -> None:
    os.chown(above / CONFIG_NAME, STRANGER, STRANGER)
    assert "is used, because you work in its folder" in find_config(above).remarks[0]
    above.chmod(0o1777)
    with pytest.raises(StorageError, match="is not used: it belongs to another user"):
        find_config(above)


def make(file: Path, kind: str) -> None:
    file.unlink(missing_ok=True)
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a folder":
        file.mkdir()
    elif kind == "too large":
        file.write_bytes(b"#" * (2**20 + 1))
    else:
        file.symlink_to({"a link to nowhere": "nowhere", "a link to a device": "/dev/zero"}.get(kind, "../outside"))


KINDS = ["a pipe", "a folder", "too large", "a link to nowhere", "a link to a device", "a link that leads out"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [".", "mine"])
def test_a_file_that_is_there_and_cannot_be_read_is_an_error(above: Path, kind: str, start: str) -> None:
    (above.parent / "outside").write_text("[budget]\n")
    make(above / CONFIG_NAME, kind)
    with pytest.raises(StorageError):
        find_config(above / start)


@pytest.mark.parametrize("kind", KINDS[:5])
def test_a_file_that_was_named_and_cannot_be_read_is_an_error(above: Path, kind: str) -> None:
    make(above / CONFIG_NAME, kind)
    with pytest.raises(StorageError):
        read_config(above / CONFIG_NAME)


def test_a_link_within_the_project_is_followed_and_the_root_stays_where_the_link_is(above: Path) -> None:
    (above / "mine" / "settings.toml").write_text("# mine\n")
    (above / CONFIG_NAME).unlink()
    (above / CONFIG_NAME).symlink_to("mine/settings.toml")
    found = find_config(above)
    assert (found.file, found.data) == (above.resolve() / CONFIG_NAME, b"# mine\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_error(above: Path) -> None:
    (above / CONFIG_NAME).chmod(0)
    with pytest.raises(StorageError, match="Permission denied"):
        find_config(above / "mine")


def test_a_configuration_that_git_tracks_and_that_is_gone_is_an_error_with_its_cure(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / CONFIG_NAME).write_text("[budget]\nper_apply = 5\n")
    (tmp_path / "sub").mkdir()
    git(tmp_path, "add", "--all")
    (tmp_path / CONFIG_NAME).unlink()
    for start in (tmp_path, tmp_path / "sub"):
        with pytest.raises(StorageError, match="is missing, but git tracks it") as caught:
            find_config(start)
        assert "`git checkout -- ltxspec.toml`" in (caught.value.hint or "")
        assert "`git rm ltxspec.toml`" in (caught.value.hint or "")
    git(tmp_path, "rm", "--quiet", "--cached", CONFIG_NAME)
    assert find_config(tmp_path).file is None


def test_a_nearer_configuration_that_is_gone_is_missed_before_one_further_up_is_used(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for folder in (tmp_path, tmp_path / "film"):
        folder.mkdir(exist_ok=True)
        (folder / CONFIG_NAME).write_text("")
    git(tmp_path, "add", "--all")
    (tmp_path / "film" / CONFIG_NAME).unlink()
    with pytest.raises(StorageError, match=r"`film/ltxspec\.toml` is missing"):
        find_config(tmp_path / "film")


def test_where_git_cannot_tell_whether_there_should_be_a_configuration_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("git is not installed", hint="install it")

    git(tmp_path, "init", "--quiet")
    monkeypatch.setattr(tracked, "run_git", fail)
    (remark,) = find_config(tmp_path).remarks
    assert "git cannot tell whether there should be one: git is not installed; install it" in remark


@pytest.mark.parametrize(("name", "members", "private"), [
    ("maker", [], True), ("maker", ["maker"], True), ("maker", ["maker", "guest"], False), ("film", [], False),
])  # fmt: skip
def test_the_group_that_is_made_for_each_user_is_no_stranger(
    above: Path, monkeypatch: pytest.MonkeyPatch, name: str, members: list[str], private: bool
) -> None:
    """Its number need not be the user's: then it has the user's name. Whoever was added to it is a stranger."""
    above.chmod(0o775)
    monkeypatch.setattr(os, "geteuid", lambda: above.stat().st_gid + 1)
    monkeypatch.setattr(os, "getegid", lambda: above.stat().st_gid)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="maker"))
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name=name, gr_mem=members))
    found = find_config(above / "mine")
    assert (found.file is not None) is private
