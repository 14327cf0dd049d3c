from decimal import Decimal

from replacing import replace

from ltxspec.plan.document import Source
from ltxspec.report.provenance import label_text, labelled_text, whence_text
from ltxspec.report.results.provenance import FoundLabel, FoundTake, Labelled, Whence
from ltxspec.report.terminal import Style

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAKE = FoundTake(
    address="night.alley", provider="runware", take=1, takes=2, result=1, current=False, retired=False,
    source=Source("specs/night.yaml", 7, 3), source_commit=None, lockfile="lockfiles/night.lock.json",
    lockfile_commit=None, recorded_in="a" * 40, checked_out="b" * 40, task_id="e8147fa8", fingerprint="v1:sha256:…",
    model="lightricks:2@0", prompt="Rain over a bridge", cost=Decimal("0.48"), submitted_at="2026-11-22T10:00:00Z",
    finished_at=None, file=".ltxspec/archive/ab/ab.mp4",
)  # fmt: skip
LABEL = FoundLabel(
    original="ab" * 32,
    intact=True,
    trusted=None,
    signer="Studio",
    stamped_at=None,
    digital_source_type=AI,
    problems=(),
)
FOUND = Whence(file="final.mp4", sha256="cd" * 32, label=None, takes=(TAKE,), unreadable=())


def test_a_take_is_shown_with_its_line_and_its_record() -> None:
    assert whence_text(FOUND, Style(width=80)) == (
        f"final.mp4  sha256 {'cd' * 32}\n"
        "\n"
        "night.alley  take 1 of 2, not current\n"
        "  spec      specs/night.yaml:7\n"
        "  model     lightricks:2@0 with runware, $0.48\n"
        "  task      e8147fa8, 2026-11-22T10:00:00Z\n"
        "  recorded  lockfiles/night.lock.json, since commit aaaaaaaaaaaa\n"
        "  archived  .ltxspec/archive/ab/ab.mp4\n"
        "  prompt    Rain over a bridge\n"
    )


def lines_of(**changes: object) -> dict[str, str]:
    """The facts of a take by their names; the head is that without one."""
    text = whence_text(replace(FOUND, takes=(replace(TAKE, **changes),)), Style(width=40))
    return {line[:12].strip(): line[12:] for line in text.splitlines()[3:]} | {"": text.splitlines()[2]}


def test_what_is_unknown_or_gone_is_said() -> None:
    gone = lines_of(retired=True, source=None, recorded_in=None, checked_out=None, file=None, cost=None, prompt=None)
    assert gone[""] == "night.alley  take 1 of 2, retired"
    assert gone["spec"] == "no spec of this project has the shot"
    assert (gone["recorded"], gone["archived"]) == ("lockfiles/night.lock.json", "not on this machine")
    assert gone["model"] == "lightricks:2@0 with runware, cost unknown"
    past = lines_of(source_commit="c" * 40, lockfile_commit="d" * 40, current=True, result=2, submitted_at=None)
    assert past[""] == "night.alley  take 1 of 2, result 2, current"
    assert past["spec"] == "specs/night.yaml:7 at commit cccccccccccc, gone since"
    assert past["recorded"] == "lockfiles/night.lock.json at commit dddddddddddd"
    assert past["task"] == "e8147fa8, imported"
    assert lines_of(recorded_in=None)["recorded"].endswith(", on top of commit bbbbbbbbbbbb")


def test_a_long_prompt_is_cut_in_a_terminal_only_and_nothing_is_executed() -> None:
    found = replace(FOUND, takes=(replace(TAKE, prompt="\x1b[31mrain " * 30),))
    shown, whole = (whence_text(found, Style(width=40, whole=is_whole)) for is_whole in (False, True))
    assert (shown.count("rain"), whole.count("rain")) == (8, 30)
    assert shown.rstrip().endswith("…")
    assert max(map(len, shown.splitlines()[8:])) <= 40
    assert "\x1b" not in whole


def test_a_label_says_who_made_it_or_that_it_is_not_valid() -> None:
    assert label_text(LABEL) == f"a labelled copy (trainedAlgorithmicMedia, signed by Studio) of sha256 {'ab' * 32}"
    broken = replace(LABEL, intact=False, problems=("assertion.bmffHash.mismatch",))
    text = whence_text(replace(FOUND, label=broken), Style(color=True))
    assert "whose label is not valid: assertion.bmffHash.mismatch" in text
    assert "\x1b[33ma copy of sha256 abababababab…" in text
    made = Labelled(address="night.alley", take=2, file="a.mp4", sha256="cd" * 32, label=replace(LABEL, signer=None))
    assert labelled_text(made) == "a.mp4: night.alley take 2, labelled as trainedAlgorithmicMedia, signed"
    stamped = replace(made, label=replace(LABEL, stamped_at="2026-11-30T02:30:11+00:00"))
    assert labelled_text(stamped).endswith(", signed by Studio at 2026-11-30T02:30:11+00:00")
