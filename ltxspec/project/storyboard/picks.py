"""What a page says about a pick, which is what `ltxspec pick` says."""

from ltxspec.project.pick import Picked, aftermath
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.report.takes import remark_text


def warnings_of(project: ProjectContext, picked: Picked) -> list[str]:
    """Why a pick may not be what is meant, in sentences: the next apply undoes it, or people decided against the take.

    Args:
        project: the project.
        picked: the take that is in use now.
    """
    lines = aftermath(project, picked).splitlines()
    said = [_sentence(line.partition(": ")[2]) for line in lines]
    decided = remarks_of(project).by_task.get(picked.task)
    if decided is not None and decided.is_against:
        said.append(f"Take {picked.number} is decided against: {remark_text(decided)}.")
    return said


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
