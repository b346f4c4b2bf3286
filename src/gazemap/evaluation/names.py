"""The names of files of scores, which are made and found by one rule.

    scores-osie-d7148977-val-exact.parquet          of the model in this folder: `gazemap evaluate`
    ours-scores-osie-d7148977-val-exact.parquet     of a file in this folder: `gazemap evaluate ours.hdf5`
    report-scores-osie-d7148977-val-exact.parquet   of several models: `gazemap report`, `reproduce`

The eight digits are the start of the data set's digest, which tells data sets of the same name apart.
"""

from __future__ import annotations

import re
from pathlib import Path

from gazemap.data.dataset import GazeDataset

REPORT = "report"  # its tables have the mean training map, too


def scores_file(folder: Path, dataset: GazeDataset, split: str, protocol: str, of: str = "") -> Path:
    """Where the scores of a split by a protocol are kept.

    Args:
        folder: of the run, or the one that holds several runs.
        dataset: its name and the start of its digest are part of the file's name.
        split: the images.
        protocol: the protocol's name, as in `Scores.protocol`.
        of: whose scores they are, where the folder does not say so.

    Raises:
        DataError: an image or map of the data set cannot be read; see `GazeDataset.fingerprint`.
    """
    digest = dataset.fingerprint.rsplit(" ", 1)[1][:8]
    words = [*([of] if of else []), "scores", dataset.name, digest, split, protocol]
    return folder / f"{'-'.join(map(plain_word, words))}.parquet"


def scores_file_beside(source: Path, name: str, dataset: GazeDataset, split: str, protocol: str) -> Path:
    """Where the scores of a model or of stored maps are kept: in its own folder, or next to its file.

    Args:
        source: a run folder, a folder of maps, a file of either, or a shipped model's name.
        name: of the row; the file's name begins with it where the folder is not the row's own.
        dataset: as for `scores_file`, and so are the rest.
        split: the images.
        protocol: the protocol's name.
    """
    folder, of = (source, "") if source.is_dir() else (source.parent, name)
    return scores_file(folder, dataset, split, protocol, of)


def scores_files(folder: Path, split: str, protocol: str) -> list[Path]:
    """The files in a folder that `scores_file` named: of the folder's own model, or else those of others."""
    pattern = f"scores-*-{'[0-9a-f]' * 8}-{plain_word(split)}-{plain_word(protocol)}.parquet"
    return sorted(folder.glob(pattern)) or sorted(folder.glob(f"*-{pattern}"))


def plain_word(word: str) -> str:
    """A name as a part of a file's: without what separates folders, or would have to be quoted."""
    return re.sub(r"[^\w.-]+", "-", word)
