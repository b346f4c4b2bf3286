"""EyeLink: ASC files, as SR Research's edf2asc writes them of .edf files."""

from __future__ import annotations

from pathlib import Path

from gazemap.data.dataset import DatasetInfo
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.recorded import WITHOUT, Recordings, recorded
from gazemap.data.importers.tracker_tables import each_file
from gazemap.errors import DataError
from gazemap.gaze.recordings.eyelink import read_eyelink
from gazemap.gaze.recordings.messages import IMAGE, Wording

_INFO = DatasetInfo(
    name="eyelink",
    title="Recordings of an EyeLink and a folder of images",
    citation="of those who recorded them",
    license="as its source says",
    source=(
        "ASC files; x and y are indices of the screen's pixels, as GAZE_COORDS counts them; the image lies "
        "where its messages or options say; onsets count from the image's appearance"
    ),
)


def read(
    source: Path, *, image: str = IMAGE, start: str | None = None, stop: str | None = None
) -> Recordings:
    """An ASC file, or a folder of them, one per observer; they may be packed (.asc.gz).

    Messages say when a trial begins (TRIALID), which image it shows (!V IMGLOAD, as for Data Viewer), and
    when that appears (SYNCTIME). Options name other messages.

    Args:
        source: the file or folder; the names of the files are the observers'.
        image: how the messages start that name the images; a * in it stands for one word.
        start: how those start that say that the image appears; by default SYNCTIME, DISPLAY ON, IMAGE_ONSET
            and the like, or else when recording starts.
        stop: how those start that say that it is gone; by default BLANK_SCREEN, TRIAL_RESULT and the like, or
            else when recording ends.

    Raises:
        DataError: there is no such file.
    """
    wording = Wording(image, start, stop)
    return Recordings(_INFO, each_file(_files(source), lambda path: [read_eyelink(path, wording)]))


def _files(source: Path) -> list[Path]:
    if not source.is_dir():
        return [source]
    found = sorted(path for path in source.iterdir() if path.name.lower().endswith((".asc", ".asc.gz")))
    found = [path for path in found if not path.name.startswith(".")]
    if found:
        return found
    binary = sorted(path.name for path in source.iterdir() if path.suffix.lower() == ".edf")
    hint = f" Convert {binary[0]} and the like by edf2asc." if binary else ""
    raise DataError(f"{source} holds no EyeLink recording (*.asc).{hint} Give the folder that they lie in.")


EYELINK = Importer(
    read=read,
    then=recorded,
    info=_INFO,
    editions={},
    oddities=(
        "the tracker's own fixations are taken, or they are found in raw samples; of two eyes that with the "
        "smaller error at the last validation is taken; a fixation that began before the image appeared is "
        "left out; samples in blinks, and in the saccades around them, are lost; a file that is cut off is "
        "listed, and its last trial is left out"
    ),
    without=WITHOUT,
)
