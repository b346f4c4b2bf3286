"""HDF5 files from elsewhere: only what is in the file itself, and no more than fits in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gazemap.errors import DataError
from gazemap.images.map_files import hdf5_names
from gazemap.system.extras import require

if TYPE_CHECKING:
    import h5py

MAX_VALUES = 2**28  # of one dataset: 2 GiB of doubles


class Hdf5:
    """An open HDF5 file; datasets that are linked from other files do not exist for it.

    Attributes:
        path: of the file, for messages.
        names: of its datasets, with their groups: "a/b".
    """

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path = path
        self.names = frozenset(hdf5_names(file))
        self._file = file

    def shape(self, name: str) -> tuple[int, ...]:
        """A dataset's shape, before it is read."""
        return tuple(self._dataset(name).shape)

    def dtype(self, name: str) -> np.dtype[Any]:
        """A dataset's type, before it is read."""
        found: np.dtype[Any] = self._dataset(name).dtype
        return found

    def is_text(self, name: str) -> bool:
        """Whether a dataset holds text."""
        import h5py

        return h5py.check_string_dtype(self.dtype(name)) is not None

    def array(self, name: str) -> NDArray[Any]:
        """A dataset's numbers, in its own type.

        Raises:
            DataError: there is none of that name (lists all), it holds something else or too much.
        """
        dataset = self._dataset(name)
        if dataset.dtype.kind not in "buif" or dataset.size is None:
            raise DataError(f"{self.path}: {name} must hold numbers, got {dataset.dtype}.")
        if dataset.size > MAX_VALUES:
            raise DataError(
                f"{self.path}: {name} must have at most {MAX_VALUES:,} numbers, got shape {dataset.shape}."
            )
        values: NDArray[Any] = dataset[()]
        return values

    def table(self, name: str, columns: Collection[str]) -> dict[str, NDArray[Any]]:
        """Those of some columns of a compound dataset that it has, as PyTables writes its tables.

        Args:
            name: of the dataset.
            columns: their names.

        Returns:
            (n,) each: numbers in their own type, or texts.

        Raises:
            DataError: as `array`, or a column holds neither numbers nor texts of a fixed length.
        """
        dataset = self._dataset(name)
        held = dataset.dtype.fields
        if held is None or dataset.ndim != 1:
            raise DataError(f"{self.path}: {name} must be a table, got {dataset.dtype}.")
        kinds = {column: held[column][0] for column in columns if column in held}
        for column, kind in kinds.items():
            if kind.kind not in "buifS" or kind.shape:
                raise DataError(f"{self.path}: {name} must hold numbers or text as {column}, got {kind}.")
        if len(dataset) * sum(kind.itemsize for kind in kinds.values()) > 8 * MAX_VALUES:
            raise DataError(f"{self.path}: {name} is too large, it has {len(dataset):,} rows. Split it.")
        if not kinds:
            return {}
        rows = dataset.fields([*kinds])[()]
        return {
            column: np.char.decode(rows[column], "utf-8", "replace") if kind.kind == "S" else rows[column]
            for column, kind in kinds.items()
        }

    def columns(self, name: str) -> list[str]:
        """The names of a compound dataset's columns; none of another."""
        return [*(self._dataset(name).dtype.names or ())]

    def cells(self, name: str) -> list[NDArray[Any]]:
        """The numbers in each cell of a MATLAB 7.3 cell array, which its columns come first.

        Raises:
            DataError: as `array`, or the dataset is no cell array.
        """
        import h5py

        dataset = self._dataset(name)
        if h5py.check_ref_dtype(dataset.dtype) is not h5py.Reference:
            raise DataError(f"{self.path}: {name} must be a cell array, got {dataset.dtype}.")
        names = [self._file[reference].name for reference in np.ravel(dataset[()])]
        if None in names:  # what a damaged reference leads to
            raise DataError(f"{self.path} is damaged: cells of {name} lead to nothing.")
        return [self.array(entry.lstrip("/")) for entry in names]

    def texts(self, name: str) -> list[str]:
        """A dataset's texts, in order.

        Raises:
            DataError: as `array`.
        """
        dataset = self._dataset(name)
        if not self.is_text(name) or dataset.size > MAX_VALUES:
            raise DataError(f"{self.path}: {name} must hold text, got {dataset.dtype}.")
        return [str(text) for text in np.ravel(dataset.asstr()[()])]

    def kind(self) -> str:
        """What the file's attribute "type" says, or nothing."""
        value = self._file.attrs.get("type", b"")
        return value.decode() if isinstance(value, bytes) else str(value)

    def _dataset(self, name: str) -> h5py.Dataset:
        if name not in self.names:
            known = ", ".join(sorted(self.names)[:20]) or "none"
            raise DataError(f"{self.path} has no dataset {name!r}; its datasets: {known}.")
        return self._file[name]


@contextmanager
def opened(path: Path) -> Iterator[Hdf5]:
    """Open a file for reading.

    Raises:
        DataError: it is missing or damaged, also where that shows only later.
        MissingPackageError: h5py is not installed.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    require("h5py", "Reading HDF5 files")
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield Hdf5(path, file)
    except DataError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:  # what h5py raises on damage
        raise DataError(f"{path} is damaged or no HDF5 file ({error}).") from error
