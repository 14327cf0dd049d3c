"""What was written of a timeline, as a document."""

from ltxspec.report.results.timelines import Export, ExportedShot
from ltxspec.report.timeline.models import Timeline
from ltxspec.timecode import rate_text


def exported(timeline: Timeline, kind: str, file: str, media: str | None) -> Export:
    """What was written."""
    return Export(
        file=file,
        kind=kind,
        media=media,
        fps=rate_text(timeline.rate),
        frames=timeline.frames,
        seconds=round(float(timeline.frames / timeline.rate), 3),
        shots=tuple(
            ExportedShot(
                address=str(cut.address),
                state=cut.state.value,
                about=cut.why,
                take=None if cut.take is None else cut.take.number,
                name=None if cut.take is None else cut.take.file,
                file=None if cut.take is None else cut.take.place,
                start=timeline.at(cut.start),
                end=timeline.at(cut.end),
                frames=cut.frames,
            )
            for cut in timeline.cuts
        ),
        missing=tuple(str(cut.address) for cut in timeline.missing),
    )
