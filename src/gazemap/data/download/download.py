"""A public data set's files -> the folder that its importer reads, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gazemap.data.dataset import DatasetInfo
from gazemap.data.download.catalogue import SOURCES, PublicSource, RemoteFile
from gazemap.data.download.unpacking import ARCHIVES, unpack
from gazemap.data.importers import IMPORTERS
from gazemap.errors import DataError, GazemapError, lookup
from gazemap.system.extras import require
from gazemap.system.files import refuse_used
from gazemap.system.fingerprint import file_digest
from gazemap.system.locks import only_one_file
from gazemap.system.writing import check_writable, writing

if TYPE_CHECKING:
    from gazemap.data.download.fetching import Patience

_RECORD = ".download.json"  # in the folder of a whole download: its name, and digests


@dataclass(frozen=True)
class Download:
    """What `download_dataset` has downloaded, and how `import_dataset` reads it.

    Attributes:
        name: a key of `SOURCES`.
        folder: what the importer reads.
        digests: sha256 of the files that no checksum is published for, by name.
        format: the importer's name.
        options: of the import, where some are needed.
        info: the data set's license and citation.
    """

    name: str
    folder: Path
    digests: Mapping[str, str]
    format: str
    options: Mapping[str, str]
    info: DatasetInfo

    def as_json(self) -> dict[str, Any]:
        """Where the files are, how they are imported and under which terms, as JSON values."""
        return {
            "name": self.name,
            "folder": str(self.folder),
            "format": self.format,
            "options": dict(self.options),
            "license": self.info.license,
            "citation": self.info.citation,
            "digests": dict(self.digests),
        }


def download_dataset(
    name: str, out: str | Path, *, patience: Patience | None = None, progress: bool = False
) -> Download:
    """Get a public data set's files, check them, and unpack them for its importer.

    Until all is there, files are kept in the folder `out`.download. A file that was put there by hand
    is used, and a download that was stopped is resumed. What is whole in `out` is not downloaded again: the
    file .download.json there says what it is.

    Args:
        name: a key of `SOURCES`.
        out: a folder that does not exist yet, or is empty, or holds this download already.
        patience: how long to wait for a host; None is `Patience()`.
        progress: show bars.

    Raises:
        InputError: an unknown name.
        DataError: a host is gone or sends something else, or an archive is not to be trusted;
            says what to do by hand.
        OutputError: `out` holds something else, is in use by another process or cannot be written.
        MissingPackageError: requests is not installed.
    """
    require("requests", "Downloading data sets")
    source, out = lookup("public source", name, SOURCES), Path(out).absolute()
    work = out.with_name(f"{out.name}.download")
    with (
        only_one_file(out, f"downloading {name}"),
        writing(out, f"What was downloaded is kept in {work}."),
    ):
        digests = _whole(name, out)
        if digests is None:
            refuse_used(out)
            check_writable(out, folder=True)
            digests = _downloaded(name, source, out, work, patience, progress)
        shutil.rmtree(work, ignore_errors=True)
    return Download(name, out, digests, source.format, source.options, IMPORTERS[source.format].info)


def _whole(name: str, out: Path) -> dict[str, str] | None:
    """The digests of a download that is in a folder already; None where it is not."""
    try:
        record = json.loads((out / _RECORD).read_text(encoding="utf-8"))
        return dict(record["digests"]) if record["name"] == name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _downloaded(
    name: str, source: PublicSource, out: Path, work: Path, patience: Patience | None, progress: bool
) -> dict[str, str]:
    """Get all into `work`, then make it `out`; returns the digests of files without a checksum."""
    work.mkdir(parents=True, exist_ok=True)
    with _bars(progress) as bars:
        paths = [_get(source, file, work, patience, bars) for file in source.files]
    pairs = zip(source.files, paths, strict=True)
    digests = {path.name: file_digest(path).hex() for file, path in pairs if file.checksum is None}
    unpacked = _arrange(source, paths, work, progress)
    (unpacked / _RECORD).write_text(json.dumps({"name": name, "digests": digests}), encoding="utf-8")
    if out.exists():
        out.rmdir()
    unpacked.rename(out)
    return digests


def _bars(progress: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=not progress, transient=True)


def _get(
    source: PublicSource, file: RemoteFile, work: Path, patience: Patience | None, bars: Progress
) -> Path:
    """The file in `work`: what is there already, or else downloaded and checked."""
    from gazemap.data.download.fetching import fetch  # it imports requests

    path = work / file.filename
    if path.exists():
        if not _matches(path, file.checksum):
            raise DataError(
                f"{path} is not the data set's file, which has {file.checksum}. Remove or replace it."
            )
        return path
    part = path.with_name(f".{path.name}.part")
    task = bars.add_task(file.filename, total=None)
    try:
        fetch(
            file.address,
            part,
            patience=patience,
            report=lambda done, total: bars.update(task, completed=done, total=total),
        )
    except GazemapError as error:
        raise DataError(f"{error} {_by_hand(source, file, path)}") from error
    if not _matches(part, file.checksum):
        part.unlink()
        raise DataError(
            f"{file.address} sent another file than the one with {file.checksum}: it was damaged on its "
            f"way, or has changed. It was removed. {_by_hand(source, file, path)}"
        )
    part.replace(path)
    return path


def _matches(path: Path, checksum: str | None) -> bool:
    """Whether a file has this checksum, "md5:..." or "sha256:..."; any file where none is published."""
    if checksum is None:
        return True
    algorithm, _, expected = checksum.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == expected


def _by_hand(source: PublicSource, file: RemoteFile, path: Path) -> str:
    which = f", with {file.checksum}" if file.checksum else ""
    return (
        f"{source.note} To go on by hand: get that file{which} from {source.page} or its authors, save it as "
        f"{path} and run the same command again."
    ).lstrip()


def _arrange(source: PublicSource, paths: list[Path], work: Path, progress: bool) -> Path:
    """All files as the importer reads them, in a new folder in `work`."""
    folder = work / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    for file, path in zip(source.files, paths, strict=True):
        into = folder / file.into
        if path.name.endswith(ARCHIVES):
            unpack(path, into, strip=file.strip, progress=progress)
        else:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, into / path.name)
    for member, checksum in source.members.items():
        if not (folder / member).is_file() or not _matches(folder / member, checksum):
            raise DataError(
                f"{member} is missing in {paths[0]}, or is another file than the one with {checksum}: the "
                f"data set has changed. See {source.page}, or remove {work} and try again."
            )
    return folder
