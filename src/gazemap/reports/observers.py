"""How well the observers of a data set agree: a row for each, and a figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from gazemap.data.dataset import DatasetLike, as_dataset
from gazemap.data.selection import spread
from gazemap.errors import DataError
from gazemap.evaluation.agreement import Observer, known_observers
from gazemap.evaluation.blurs import blur_described, with_blur
from gazemap.system.notebooks import table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class ObserverTable:
    """The observers of a data set, those who agree least with the others first.

    Attributes:
        name: of the data set.
        rows: the observers; none where they are not known.
        images: on how many they were compared.
        blur: how their densities were made, in words.
    """

    name: str
    rows: tuple[Observer, ...]
    images: int
    blur: str

    headings = ("observer", "images", "fixations", "NSS", "AUC", "")

    def cells(self) -> list[list[str]]:
        """The table as texts, a list per observer; `headings` are its columns."""
        found = []
        for row in self.rows:
            means = ("-", "-")
            if row.agreement:
                means = f"{row.agreement.nss.mean():.3f}", f"{row.agreement.auc.mean():.3f}"
            flag = "agrees far less than the others" if row.is_outlying else ""
            found.append([row.name, f"{row.images:,}", f"{row.fixations:,}", *means, flag])
        return found

    def notes(self) -> list[str]:
        """What the numbers are, in sentences."""
        return [
            "NSS and AUC: how well the density of the other observers of an image predicts where this one "
            f"looked. Means over up to {self.images} images; {self.blur}."
        ]

    def plot(self) -> Figure:
        """Each observer's mean NSS and AUC with its 95 % interval over the images; outliers are red.

        Raises:
            DataError: fewer than two observers saw the same images.
        """
        from gazemap.reports.figures import gaze as figures

        compared = [(row, row.agreement) for row in self.rows if row.agreement]
        if len(compared) < 2:
            raise DataError(
                f"Of the observers of {self.name!r} no two are known to have seen the same image."
            )
        scores = {"NSS": [found.nss for _, found in compared], "AUC": [found.auc for _, found in compared]}
        odd = np.array([row.is_outlying for row, _ in compared])
        return figures.agreement([row.name for row, _ in compared], scores, odd)

    def __repr__(self) -> str:
        return f"<ObserverTable of {self.name}: {len(self.rows)} observers, {self.images} images>"

    def _repr_html_(self) -> str:
        return table(f"Observers of {self.name}", [self.headings, *self.cells()], self.notes())


def observers(
    dataset: DatasetLike, *, images: int = 100, seed: int = 0, progress: bool = False
) -> ObserverTable:
    """How much there is of each observer, and how well the others predict it; see `observer_agreement`.

    Args:
        dataset: a data set, or the folder of one. Its own blur is used, else one degree of visual angle, else
            the MIT benchmark's.
        images: on how many the observers are compared, spread over the set; all, where it has fewer.
        seed: chooses them.
        progress: show a bar.

    Raises:
        DataError: there is no data set.
    """
    opened = as_dataset(dataset)
    blurred = with_blur(opened)
    shared = [s for s in blurred if s.fixations and len(s.fixations.observers) > 1]
    compared = spread(shared, images, seed)
    with threadpool_limits(1, user_api="blas"):  # for products this small, threads only wait for each other
        rows = known_observers(blurred, blurred.with_samples(compared), progress=progress)
    return ObserverTable(opened.name, tuple(rows), len(compared), blur_described(opened))
