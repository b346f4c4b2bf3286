"""A public data set's files -> the folder that its importer reads, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pooch
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gazemap.data.download.catalogue import SOURCES, PublicSource, RemoteFile
from gazemap.data.download.fetching import Patience, Report, fetch
from gazemap.data.download.unpacking import ARCHIVES, unpack
from gazemap.data.importers import IMPORTERS
from gazemap.errors import DataError, GazemapError, OutputError, check_name


@dataclass(frozen=True)
class Download:
    """What `download_dataset` has brought.

    Attributes:
        name: a key of `SOURCES`.
        folder: what the importer reads.
        digests: sha256 of the files that no checksum is published for, by name.
    """

    name: str
    folder: Path
    digests: Mapping[str, str]

    def __str__(self) -> str:
        source = SOURCES[self.name]
        format = source.format or self.name
        info = IMPORTERS[format].info
        lines = [
            f"{self.name} is in {self.folder}.",
            f"License: {info.license}.",
            f"Cite {info.citation}",
        ]
        lines += [
            f"No checksum is published for {name}; it has sha256 {digest}."
            for name, digest in self.digests.items()
        ]
        command = f"gazemap data import {format} {self.folder} gaze/{self.name}"
        command += f" --option {source.option}" if source.option else ""
        return "\n".join([*lines, f"Next: {command}"])


def download_dataset(
    name: str, out: str | Path, *, patience: Patience | None = None, progress: bool = False
) -> Download:
    """Get a public data set's files, check them, and unpack them for its importer.

    Until all is there, files lie in the folder `out`.download. A file that was put there by hand
    is used, and a download that was stopped goes on.

    Args:
        name: a key of `SOURCES`.
        out: a folder that does not exist yet, or is empty.
        patience: how long to wait for a host; None is `Patience()`.
        progress: show bars.

    Raises:
        InputError: an unknown name.
        DataError: a host is gone or sends something else, or an archive is not to be trusted;
            says what to do by hand.
        OutputError: `out` is in use or cannot be written.
    """
    check_name("public source", name, SOURCES)
    source, out = SOURCES[name], Path(out).absolute()
    work = out.with_name(f"{out.name}.download")
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise OutputError(f"{out} exists already. Choose another folder, or remove it first.")
        work.mkdir(parents=True, exist_ok=True)
        with _bars(progress) as bars:
            paths = [_get(source, file, work, patience, bars) for file in source.files]
        pairs = zip(source.files, paths, strict=True)
        digests = {path.name: pooch.file_hash(path) for file, path in pairs if file.checksum is None}
        unpacked = _arrange(source, paths, work, progress)
        if out.exists():
            out.rmdir()
        unpacked.rename(out)
        shutil.rmtree(work)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror or error}. Free space or choose a folder that you "
            f"may write to. What has come is kept in {work}."
        ) from error
    return Download(name, out, digests)


def _bars(progress: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=not progress, transient=True)


def _get(
    source: PublicSource, file: RemoteFile, work: Path, patience: Patience | None, bars: Progress
) -> Path:
    """The file in `work`: what is there already, or else downloaded and checked."""
    path = work / file.filename
    if path.exists():
        if not pooch.hashes.hash_matches(path, file.checksum):
            raise DataError(f"{path} is another file: it must have {file.checksum}. Remove or replace it.")
        return path
    task = bars.add_task(file.filename, total=None)
    try:
        _retrieve(file, path, patience, lambda done, total: bars.update(task, completed=done, total=total))
    except GazemapError as error:
        raise DataError(f"{error} {_by_hand(source, file, path)}") from error
    except ValueError as error:  # pooch's word for a wrong checksum
        raise DataError(
            f"{file.address} has sent another file than the one that has {file.checksum}: damaged on its "
            f"way, or changed since. It was removed. {_by_hand(source, file, path)}"
        ) from error
    return path


def _retrieve(file: RemoteFile, path: Path, patience: Patience | None, report: Report) -> None:
    part = path.with_name(f".{path.name}.part")

    def download(address: str, output: str, _: object) -> None:
        fetch(address, part, patience=patience, report=report)
        part.replace(output)

    pooch.get_logger().setLevel("WARNING")  # its notes are for those who write registries
    pooch.retrieve(file.address, file.checksum, path.name, path.parent, downloader=download)


def _by_hand(source: PublicSource, file: RemoteFile, path: Path) -> str:
    which = f", with {file.checksum}" if file.checksum else ""
    return (
        f"{source.note} To go on by hand: get that file{which} by way of {source.page} or from its authors, "
        f"put it at {path} and run the same command again."
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
        if not (folder / member).is_file() or not pooch.hashes.hash_matches(folder / member, checksum):
            raise DataError(
                f"{member} is missing in {paths[0]}, or is another file than the one that has {checksum}: "
                f"the data set has changed. See {source.page}, or remove {work} and try again."
            )
    return folder
