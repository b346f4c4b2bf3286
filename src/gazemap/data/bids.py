"""Recordings of eye trackers -> a data set of BIDS, with every sample: see `write_bids`."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gazemap.data.dataset import SetAside
from gazemap.data.importers import IMPORTERS
from gazemap.data.importers.pairing import image_files
from gazemap.data.importers.recorded import Recordings, recorded
from gazemap.errors import DataError, InputError, lookup
from gazemap.gaze.recordings.bids_writing import Shown, write_bids_run
from gazemap.gaze.recordings.recording import Recording
from gazemap.images.names import images_meant
from gazemap.images.reading import read_image
from gazemap.system.files import new_folder
from gazemap.system.progress import bar
from gazemap.types import Size

VERSION = "1.11.1"
_TAKEN = {"images", "screen", "screen_cm", "distance_cm"}  # options that all formats of recordings share
_NO_LABEL = re.compile("[^0-9A-Za-z]")
_NO_FILE = re.compile(r"[^0-9A-Za-z/_.-]")  # in names of stimuli
_NAME = "gazemap"
_README = """# {name}

Recordings of eyes while images were looked at, converted from {format} by gazemap.

`stimuli/` holds the images. `events.tsv` of each run says which one was shown, when, and where on the screen;
`physio.tsv.gz` holds the samples of each eye, and `physioevents.tsv.gz` the fixations that the tracker's own
software found.

Please add who recorded the data, how, and under which license they may be used.
"""


@dataclass(frozen=True)
class WrittenBids:
    """What `write_bids` has written.

    Attributes:
        folder: the new data set.
        recordings: how many it holds.
        samples: of all eyes together.
        images: in stimuli/.
        set_aside: what could not be written, and why.
        renamed: images whose names BIDS does not allow, and their new names.
    """

    folder: Path
    recordings: int
    samples: int
    images: int
    set_aside: tuple[SetAside, ...]
    renamed: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        aside = [entry.model_dump() for entry in self.set_aside]
        return {**asdict(self), "folder": str(self.folder), "set_aside": aside}

    def notes(self) -> list[str]:
        """What was written, in sentences."""
        counts = f"{self.recordings:,} recordings, {self.samples:,} samples and {self.images:,} images"
        renamed = [f"{old} is {new} there: BIDS allows no such name." for old, new in self.renamed.items()]
        aside = [f"Left out: {entry.item}: {entry.reason}" for entry in self.set_aside]
        return [f"{self.folder}: {counts}, in BIDS {VERSION}.", *renamed, *aside]


def write_bids(
    source: str | Path,
    out: str | Path,
    *,
    format: str,
    options: Mapping[str, Any] | None = None,
    task: str = "free viewing",
    progress: bool = False,
) -> WrittenBids:
    """Write recordings of eye trackers, with the images that were seen, as a data set of BIDS.

    Every sample, trial and fixation of the tracker comes back to the last bit where the data set is
    imported by the format `bids`. Pupil sizes and the tracker's other messages are not written.

    Args:
        source: the recording, or the folder of recordings.
        out: a new folder.
        format: of the recordings: a key of `IMPORTERS` that reads recordings.
        options: of the format, and images, screen, screen_cm and distance_cm; the last two must be known.
        task: what the observers were asked to do.
        progress: show a bar.

    Raises:
        InputError: no format of recordings, or an option that cannot be used.
        DataError: no recording can be written; says why.
        OutputError: `out` is in use or cannot be written; nothing is left under its name.
    """
    source, label = Path(source), _NO_LABEL.sub("", task)
    if not label:
        raise InputError(f"The name of the task must have a letter or a digit, got {task!r}.")
    recordings, shared = _opened(source, format, options or {})
    files = image_files(source, shared.pop("images", None) or recordings.images)
    named = _named(source, files)
    with new_folder(Path(out)) as folder:
        sizes = {
            image_id: _copied(files[image_id], folder / "stimuli" / file) for image_id, file in named.items()
        }
        images = {image_id: (file, sizes[image_id]) for image_id, file in named.items()}
        each = bar(recordings.each, f"Writing {source.name}", progress=progress)
        written = _written(folder, each, images, shared, task, label)
        if not written.recordings:
            reasons = "; ".join(entry.reason for entry in written.set_aside[:3])
            raise DataError(f"{source} has no recording that can be written. {reasons}")
        _describe(folder, source.name.partition(".")[0], format)
    old = {image_id: f"{image_id}{files[image_id].suffix}" for image_id in named}
    renamed = {old[image_id]: file for image_id, file in named.items() if old[image_id] != file}
    return replace(written, folder=Path(out), renamed=renamed)


def _opened(source: Path, format: str, options: Mapping[str, Any]) -> tuple[Recordings, dict[str, Any]]:
    """The recordings, and those options that all formats of recordings share."""
    reading = {name: importer for name, importer in IMPORTERS.items() if importer.then is recorded}
    if format in IMPORTERS and format not in reading:
        raise InputError(f"{format} is no format of recordings; those are {', '.join(reading)}.")
    importer = lookup("format of recordings", format, reading)
    own, shared, *others = importer.checked(options)
    if wrong := sorted({*shared, *(key for part in others for key in part)} - _TAKEN):
        raise InputError(
            f"{wrong[0]} says nothing of samples, which alone are written here. Give it to "
            f"`gazemap data import`; here are {', '.join(sorted(_TAKEN))} and the format's own options."
        )
    if not source.exists():
        raise DataError(f"There is no file or folder {source}. Give the path of the recordings.")
    found: Recordings = importer.read(source, **own)
    return found, shared


def _named(source: Path, files: Mapping[str, Path]) -> dict[str, str]:
    """The name in stimuli/ of each image."""
    named = {image_id: _NO_FILE.sub("_", f"{image_id}{path.suffix}") for image_id, path in files.items()}
    repeated = [file for file, count in Counter(named.values()).items() if count > 1]
    if repeated:
        clash = [
            f"{image_id}{files[image_id].suffix}" for image_id, file in named.items() if file == repeated[0]
        ]
        raise DataError(
            f"{source}: {' and '.join(clash)} would both be {repeated[0]}, since names in BIDS have letters, "
            "digits, _, . and - alone. Rename one of them, there and in the recordings."
        )
    return named


def _copied(source: Path, target: Path) -> Size:
    """Copy an image; its size (H, W)."""
    height, width = read_image(source).shape[:2]
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return height, width


def _written(
    folder: Path,
    each: Iterable[Recording | SetAside],
    images: Mapping[str, tuple[str, Size]],
    stated: Mapping[str, Any],
    task: str,
    label: str,
) -> WrittenBids:
    subjects: dict[str, str] = {}  # by observer
    runs: Counter[str] = Counter()
    samples, aside = 0, []
    for found in each:
        if isinstance(found, SetAside):
            aside.append(found)
            continue
        subject = subjects.get(found.observer) or _label(found.observer, {*subjects.values()})
        place = folder / f"sub-{subject}" / "beh"
        place.mkdir(parents=True, exist_ok=True)
        prefix = f"sub-{subject}_task-{label}_run-{runs[subject] + 1}"
        try:
            recording = replace(found.on(stated.get("screen")), **stated)
            samples += write_bids_run(place, prefix, task, recording, _shown(found, images), generated=_NAME)
        except DataError as error:
            aside.append(SetAside(item=found.name, reason=str(error)))
            continue
        subjects[found.observer] = subject
        runs[subject] += 1
        aside += [SetAside(item=found.name, reason=fault) for fault in found.faults]
    for unused in {*folder.glob("sub-*")} - {folder / f"sub-{subject}" for subject in runs if runs[subject]}:
        shutil.rmtree(unused)
    rows = [f"sub-{subject}\t{' '.join(observer.split())}" for observer, subject in subjects.items()]
    table = "\n".join(["participant_id\tobserver", *rows, ""])
    (folder / "participants.tsv").write_text(table, encoding="utf-8")
    return WrittenBids(folder, runs.total(), samples, len(images), tuple(aside), {})


def _label(observer: str, taken: set[str]) -> str:
    """A subject's label, of letters and digits alone, that no other has, whatever its case."""
    plain, used = _NO_LABEL.sub("", observer) or "observer", {label.casefold() for label in taken}
    numbered = (f"{plain}x{number}" for number in range(2, len(taken) + 3))
    return next(label for label in (plain, *numbered) if label.casefold() not in used)


def _shown(recording: Recording, images: Mapping[str, tuple[str, Size]]) -> Shown:
    """The file and size of each image that a recording names, where it is among them."""
    names, ids = [*dict.fromkeys(trial.image for trial in recording.trials)], [*images]
    meant = images_meant(names, ids)
    return {name: images[ids[index]] for name, index in zip(names, meant, strict=True) if index >= 0}


def _describe(folder: Path, name: str, format: str) -> None:
    made = {"Name": _NAME, "Version": version(_NAME), "Description": f"from {format}"}
    contents = {
        "dataset_description.json": {
            "Name": name,
            "BIDSVersion": VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [made],
        },
        "participants.json": {"observer": {"Description": "the observer's name in the recordings"}},
    }
    for file, content in contents.items():
        (folder / file).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_README.format(name=name, format=format), encoding="utf-8")
