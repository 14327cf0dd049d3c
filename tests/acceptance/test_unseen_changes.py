"""What a pull request could keep out of sight: each is either shown by the review of its commit, or an error there."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, Result, ltxspec
from acceptance.repositories import commit, git, read_lockfile, write_lockfile
from replacing import replace
from sharing import made_once
from unit.project.reviewed_projects import HEAD, edit, project, write

from ltxspec.lock.models import ShotRecord

MODEL = "schemas/models/lightricks-ltx-2-pro.json"
LOCKFILE = "lockfiles/night.lock.json"
SPEC = HEAD.replace("name: night", "name: unseen") + '  gate: {prompt: "A gate"}\n'


@pytest.fixture(scope="session")
def _bought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "four-shots", project)


@pytest.fixture
def films(_bought: Path, tmp_path: Path) -> Path:
    """Four shots, all bought and committed on `main`; the branch `feature` is checked out."""
    return shutil.copytree(_bought, tmp_path / "films", symlinks=True)


def configure(folder: Path, table: str, line: str) -> None:
    """Put a line into a table of the configuration."""
    text = (folder / "ltxspec.toml").read_text("utf-8")
    text = (
        text.replace(f"[{table}]\n", f"[{table}]\n{line}\n") if f"[{table}]" in text else f"{text}[{table}]\n{line}\n"
    )
    write(folder, "ltxspec.toml", text)


def delete(folder: Path) -> None:
    (folder / LOCKFILE).unlink()


BLINDS = {
    "provider of the configuration": (lambda root: configure(root, "provider", 'name = "sandbox"'), (), {}),
    "provider of the environment": (lambda _: None, (), {"LTXSPEC_PROVIDER": "sandbox"}),
    "provider of the command line": (lambda _: None, ("--provider", "sandbox"), {}),
    "another folder": (lambda root: configure(root, "project", 'lockfiles = "other"'), (), {}),
    "no configuration": (lambda root: (root / "ltxspec.toml").unlink(), (), {}),
}


@pytest.mark.parametrize(("blind", "more", "environment"), BLINDS.values(), ids=BLINDS)
def test_a_deleted_record_is_reported_whatever_the_head_configures(
    films: Path, blind: Callable[[Path], None], more: tuple[str, ...], environment: dict[str, str]
) -> None:
    delete(films)
    blind(films)
    commit(films, "nothing to see")
    lost = ltxspec("lock", "verify", "--base", "main", *more, cwd=films, check=1, **environment)
    assert lost.err.count(") is missing") == 4
    for revisions in (("main",), ("main", "feature")):
        found = ltxspec("diff", *revisions, "--format", "json", *more, cwd=films, check=None, **environment).json
        assert len(found["lost"]) == 4
        assert "tasks-lost" in [item["code"] for item in found["refusals"]]


def test_a_report_of_a_deleted_record_is_commented_with_the_sandbox_as_provider(films: Path) -> None:
    delete(films)
    configure(films, "provider", 'name = "sandbox"')
    commit(films, "nothing to see")
    write(films, "report.json", ltxspec("diff", "main", "feature", "--format", "json", cwd=films, check=None).out)
    head = git(films, "rev-parse", "feature").stdout.strip()
    told = ltxspec("comment", "--report", "report.json", "--head", head, "--dry-run", cwd=films).out
    assert "4 paid tasks are missing at the head" in told


@pytest.mark.parametrize("base_folder", ["lockfiles", "paid"])
def test_a_forged_record_is_reported_with_the_sandbox_as_provider(films: Path, base_folder: str) -> None:
    if base_folder != "lockfiles":
        (films / "lockfiles").rename(films / base_folder)
        configure(films, "project", f'lockfiles = "{base_folder}"')
        commit(films, "moved")
        git(films, "branch", "--force", "main")
    configure(films, "provider", 'name = "sandbox"')
    path = films / base_folder / "night.lock.json"
    path.write_text(path.read_text("utf-8").replace('"0.48"', '"0.01"'), "utf-8")
    commit(films, "cheap")
    assert "night.lock.json" in ltxspec("lock", "verify", "--base", "main", cwd=films, check=1).err
    found = ltxspec("diff", "main", "feature", "--format", "json", cwd=films, check=None).json
    assert {"record-altered"} <= {item["code"] for item in found["refusals"]}
    assert len(found["altered"]) == 4


def test_lockfiles_that_stay_where_nothing_looks_for_them_are_no_record(films: Path) -> None:
    """With the folder moved and the files left behind, everything would be bought again."""
    configure(films, "project", 'lockfiles = "other"')
    commit(films, "moved, without the files")
    found = ltxspec("lock", "verify", "--base", "main", cwd=films, check=1)
    assert "is recorded only in the earlier lockfile folder, but the configuration now says `other`" in found.err
    (films / "lockfiles").rename(films / "other")
    assert "verified" in ltxspec("lock", "verify", "--base", "main", cwd=films).out


def test_a_paid_lockfile_that_says_it_is_the_sandbox_s_is_damage(films: Path) -> None:
    write(films, LOCKFILE, (films / LOCKFILE).read_text("utf-8").replace('"runware"', '"sandbox"'))
    configure(films, "provider", 'name = "sandbox"')
    commit(films, "as if it were nothing")
    assert "night.lock.json" in ltxspec("lock", "verify", "--base", "main", cwd=films, check=1).err
    found = ltxspec("diff", "main", "feature", "--format", "json", cwd=films, check=None).json
    assert [item["code"] for item in found["diagnostics"] if item["severity"] == "error"] == ["lockfile"]


def test_an_altered_request_cannot_be_excused_by_a_model_file_of_the_head(films: Path) -> None:
    """Which parameters are only recorded is what the base says."""
    text = (REPOSITORY / MODEL).read_text("utf-8").replace("lightricks:2@0", "maker:9@9")
    model = text.replace('"lightricks-ltx-2-pro"', '"own"')
    write(films, "schemas/models/own.json", model)
    lock = read_lockfile(films)
    (take,) = lock.shots["alley"].takes
    for fps in (25, 50):
        altered = replace(take, model="maker:9@9", request={**take.request, "fps": fps})
        write_lockfile(films, replace(lock, shots={"alley": ShotRecord(take.task_id, (altered,))}))
        if fps == 25:
            commit(films, "bought with a model of its own")
    document = json.loads(model)
    document["x-ltxspec"]["recorded"].append("fps")
    write(films, "schemas/models/own.json", json.dumps(document))
    assert "request.fps: 25 → 50" in ltxspec("lock", "verify", "--base", "feature", cwd=films, check=1).err


def moved_specs(root: Path) -> None:
    (root / "specs").rename(root / "data")
    (root / "specs").symlink_to("data")


def linked_spec(root: Path) -> None:
    write(root, "data/notes.yaml", SPEC)
    (root / "specs" / "sub").mkdir()
    (root / "specs" / "sub" / "a.yaml").symlink_to("../../data/notes.yaml")


def linked_start(root: Path) -> None:
    write(root, "data/notes.yaml", SPEC)
    (root / "specs" / "more").symlink_to("../data")
    configure(root, "project", 'specs = ["specs", "specs/more"]')


def below_a_link(root: Path) -> None:
    write(root, "data/inner/notes.yaml", SPEC)
    (root / "more").symlink_to("data")
    configure(root, "project", 'specs = ["specs", "more/inner"]')


def named_below_a_link(root: Path) -> None:
    write(root, "data/notes.yaml", SPEC)
    (root / "more").symlink_to("data")
    configure(root, "project", 'specs = ["specs", "more/notes.yaml"]')


def submodule(root: Path, place: str) -> None:
    other = root.parent / "library"
    other.mkdir()
    git(other, "init", "--quiet")
    write(other, "a.yaml", SPEC)
    commit(other, "library")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", "../library", place)


def linked_models(root: Path) -> None:
    write(root, "data/m/lightricks-ltx-2-pro.json", (REPOSITORY / MODEL).read_text("utf-8"))
    (root / "schemas").mkdir()
    (root / "schemas" / "models").symlink_to("../data/m")


def linked_schemas(root: Path) -> None:
    write(root, "data/models/lightricks-ltx-2-pro.json", (REPOSITORY / MODEL).read_text("utf-8"))
    (root / "schemas").symlink_to("data")


def linked_model(root: Path) -> None:
    write(root, "data/m.json", (REPOSITORY / MODEL).read_text("utf-8"))
    (root / "schemas" / "models").mkdir(parents=True)
    (root / MODEL).symlink_to("../../data/m.json")


def linked_lockfile(root: Path) -> None:
    (root / "data").mkdir()
    (root / LOCKFILE).rename(root / "data" / "night.json")
    (root / LOCKFILE).symlink_to("../data/night.json")


def linked_lockfiles(root: Path) -> None:
    (root / "lockfiles").rename(root / "data")
    (root / "lockfiles").symlink_to("data")


def linked_configuration(root: Path) -> None:
    (root / "ltxspec.toml").rename(root / "data.toml")
    (root / "ltxspec.toml").symlink_to("data.toml")


LINKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a folder of specs": (moved_specs, "specs"),
    "a start": (linked_start, "specs/more"),
    "a folder above a start": (below_a_link, "more/inner"),
    "a spec named below a link": (named_below_a_link, "more/notes.yaml"),
    "a submodule among specs": (lambda root: submodule(root, "specs/library"), "specs/library"),
    "a folder of models": (linked_models, "schemas/models"),
    "a folder above the models": (linked_schemas, "schemas/models"),
    "a model": (linked_model, MODEL),
    "a lockfile": (linked_lockfile, LOCKFILE),
    "a folder of lockfiles": (linked_lockfiles, "lockfiles"),
    "the configuration": (linked_configuration, "ltxspec.toml"),
}


def refused(films: Path, *arguments: str) -> Result:
    """The review of the commit, which shows an error or is one."""
    result = ltxspec("diff", "main", "feature", *arguments, cwd=films, check=None)
    assert result.code not in (0, 2, 70) or "Not ready" in result.out
    return result


@pytest.mark.parametrize(("link", "place"), LINKS.values(), ids=LINKS)
def test_a_link_that_a_checkout_follows_is_an_error_in_a_commit(
    films: Path, link: Callable[[Path], None], place: str
) -> None:
    link(films)
    commit(films, "links")
    result = refused(films)
    said = " ".join((result.out + result.err).split())
    assert f"`{place}`" in said
    assert "is a link" in said or "a submodule" in said
    assert "commit the file itself" in said or "copy the file into the project" in said


def test_a_spec_that_is_a_link_to_a_file_of_the_project_is_reviewed_as_a_checkout_would_plan_it(films: Path) -> None:
    linked_spec(films)
    commit(films, "links")
    committed, tree = (ltxspec("diff", "main", *head, cwd=films, check=None).out for head in (["feature"], []))
    assert "specs/sub/a.yaml" in committed
    assert committed.splitlines()[1:] == tree.splitlines()[1:]  # the first line names the sides


def test_a_project_that_becomes_a_link_is_an_error_in_a_commit(tmp_path: Path, films: Path) -> None:
    outer = tmp_path / "studio"
    outer.mkdir()
    films.rename(outer / "films")
    (outer / "films" / ".git").rename(outer / ".git")
    commit(outer, "a folder of its own")
    git(outer, "branch", "--force", "main")
    (outer / "films").rename(outer / "other")
    (outer / "films").symlink_to("other")
    commit(outer, "linked")
    git(outer, "checkout", "--quiet", "main")
    result = ltxspec("diff", "main", "feature", cwd=outer / "films", check=1)
    assert "`films` is a link" in result.err


ATTRIBUTES = {
    "specs/night.yaml": "working-tree-encoding=ASCII//TRANSLIT",
    "specs/prompts/pier.j2": "ident",
    "specs/data/rows.csv": "filter=anything",
    "ltxspec.toml": "working-tree-encoding=UTF-16LE-BOM",
    MODEL: "ident",
    LOCKFILE: "filter=git-crypt",
}


def attributes(root: Path, name: str, text: str) -> None:
    """Commit attributes, and leave what they are of as it is in git."""
    write(root, name, text)
    git(root, "add", name)
    git(root, "commit", "--quiet", "--message=attributes")


@pytest.mark.parametrize(("path", "attribute"), ATTRIBUTES.items(), ids=ATTRIBUTES)
def test_a_file_that_a_checkout_would_change_is_an_error_in_a_commit(films: Path, path: str, attribute: str) -> None:
    write(films, MODEL, (REPOSITORY / MODEL).read_text("utf-8"))
    commit(films, "files")
    attributes(films, ".gitattributes", f"{path} {attribute}\n")
    result = refused(films)
    said = " ".join((result.out + result.err).split())
    assert f"`{path.removeprefix('specs/')}`" in said or f"`{path}`" in said
    assert f"`{attribute.partition('=')[0]}" in said
    assert ".gitattributes" in said


def test_a_spec_that_only_a_checkout_would_make_one_is_an_error(films: Path) -> None:
    """U+FF1A becomes a colon."""
    write(films, "specs/data/notes.yaml", SPEC.replace("apiVersion:", "apiVersion\uff1a", 1))
    commit(films, "notes")
    attributes(films, "specs/.gitattributes", "data/*.yaml working-tree-encoding=ASCII//TRANSLIT\n")
    assert "`specs/data/notes.yaml`" in refused(films).err


def test_attributes_above_the_project_count_as_well(tmp_path: Path, films: Path) -> None:
    outer = tmp_path / "studio"
    outer.mkdir()
    films.rename(outer / "films")
    (outer / "films" / ".git").rename(outer / ".git")
    commit(outer, "a folder of its own")
    git(outer, "branch", "--force", "main")
    attributes(outer, ".gitattributes", "[attr]quiet working-tree-encoding=UTF-16\nfilms/**/*.yaml quiet\n")
    assert "`specs/night.yaml`" in refused(outer / "films").err


def test_line_ends_and_attributes_of_other_files_do_not_matter(films: Path) -> None:
    write(films, ".gitattributes", "* text=auto eol=crlf\n*.lock.json merge=ltxspec diff=ltxspec\n*.md ident\n")
    commit(films, "attributes")
    assert "No changes" in ltxspec("diff", "main", "feature", cwd=films).out


HIDDEN = {
    "an include": "{prompt: \"{% include '.git/config' %}\"}",
    "a prompt file": "{prompt: {file: .env}}",
    "an image": "{prompt: A gate, inputs: {frameImages: [{image: .env}]}}",
    "a table": "{prompt: A gate, forEach: {file: .secrets/rows.csv, key: sku}}",
    "a link": "{prompt: {file: prompts/innocent.j2}}",
}


@pytest.mark.parametrize("shot", HIDDEN.values(), ids=HIDDEN)
def test_hidden_files_are_in_no_order(films: Path, shot: str) -> None:
    canary = "canary-token"
    write(films, ".env", canary)
    write(films, ".secrets/rows.csv", f"sku\n{canary}\n")
    (films / "specs" / "prompts" / "innocent.j2").symlink_to("../../.env")
    git(films, "config", "http.extraheader", canary)
    edit(films, "specs/night.yaml", "shots:\n", f"shots:\n  gate: {shot}\n")
    for arguments in (("validate",), ("plan", "--format", "json"), ("render",), ("diff",)):
        result = ltxspec(*arguments, cwd=films, check=None)
        assert canary not in result.out + result.err
        assert "begins with a dot" in result.out + result.err
    assert ltxspec("validate", cwd=films, check=None).code != 0
    commit(films, "hidden")
    found = refused(films)
    assert canary not in found.out
