"""BIDS: recordings of eyes in a data set of the Brain Imaging Data Structure, with its stimuli."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gazemap.data.dataset import DatasetInfo, SetAside
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.writing.frames import Origin
from gazemap.errors import DataError
from gazemap.gaze.recordings.bids import eye_files, read_bids
from gazemap.gaze.recordings.bids_files import entities, read_table
from gazemap.gaze.recordings.recording import Recording

_INFO = DatasetInfo(
    name="bids",
    title="Recordings of eyes in BIDS and their stimuli",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "BIDS 1.11; x and y are pixels of the screen from the corner that ScreenOrigin says; the image lies "
        "where events.tsv or options say; onsets count from the image's appearance"
    ),
)


def read(source: Path, *, image: str | None = None, origin: Origin | None = None) -> Recordings:
    """A data set of BIDS: its *_physio.tsv.gz of PhysioType eyetrack, with their events.tsv and JSON files.

    Rows of events.tsv that name an image are trials; the images lie in the folder `stimuli`. Fixations are
    those of physioevents.tsv.gz, or are found in the samples.

    Args:
        source: the data set's folder.
        image: the column of events.tsv that names the images; by default stim_file.
        origin: where x and y count from, where ScreenOrigin is ["center", "center"], which leaves open
            whether y goes up: center, y down; center-up, y up; or top or bottom, its left corners.

    Raises:
        DataError: there is no recording of eyes.
    """
    if not source.is_dir():
        raise DataError(f"{source} is no folder. Give the folder of the BIDS data set.")
    files = eye_files(source)
    if not files:
        raise DataError(
            f"{source} holds no eye tracking of BIDS: no *_physio.tsv.gz whose JSON says that its PhysioType "
            "is eyetrack. Give the data set's own folder."
        )
    return Recordings(_INFO, _each(source, files, image, origin), images=Path("stimuli"))


def _each(
    root: Path, files: list[list[Path]], image: str | None, origin: Origin | None
) -> Iterator[Recording | SetAside]:
    observers = _observers(root)
    for eyes in files:
        label = entities(eyes[0]).get("sub", "")
        try:
            yield read_bids(root, eyes, observers.get(label) or label, image, origin)
        except DataError as error:
            yield SetAside(item=eyes[0].relative_to(root).as_posix(), reason=str(error))


def _observers(root: Path) -> Mapping[str, str]:
    """The observers' own names by the label of each subject, where participants.tsv has a column for them."""
    path = root / "participants.tsv"
    if not path.exists():
        return {}
    table = read_table(path, None, numbers=(), texts=("participant_id", "observer"))
    if table.keys() != {"participant_id", "observer"}:
        return {}
    rows = zip(table["participant_id"].tolist(), table["observer"].tolist(), strict=True)
    return {label.removeprefix("sub-"): name for label, name in rows}


BIDS = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "fixations of physioevents.tsv.gz are taken where there are some, or they are found in the samples; "
        "where the file does not say where a fixation was, it is the mean of its samples; a timestamp "
        "without a unit is told by SamplingFrequency; positions count from the upper left corner where "
        "ScreenOrigin says nothing; of two eyes that with the smaller "
        "AverageCalibrationError is taken, or else the first; a fixation that began before the image "
        "appeared is left out"
    ),
    without=WITHOUT,
)
