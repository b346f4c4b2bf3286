"""What makes scores: the protocol that is used, and the fingerprint of everything that they depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from gazemap.data.dataset import GazeDataset
from gazemap.evaluation.blurs import blurred_for
from gazemap.evaluation.ground_truths import with_metrics_of
from gazemap.evaluation.predictions import learned_from
from gazemap.evaluation.rows import Row
from gazemap.metrics import Protocol, get_metric, get_protocol
from gazemap.prediction.predictor import Predictor
from gazemap.system.fingerprint import fingerprint


def choose_protocol(protocol: str | Protocol, metrics: Sequence[str] | None, *, one_map: bool) -> Protocol:
    """The protocol that `evaluate` scores by, with the metrics and the one map for all that were asked for.

    Where no metrics are, those are left out whose package is not installed.

    Raises:
        InputError: no such protocol or metric.
    """
    chosen = get_protocol(protocol)
    for name in metrics or ():
        get_metric(name)  # refuses an unknown one before anything is scored
    if one_map and chosen.derives:
        chosen = replace(chosen, name=f"{chosen.name}-one-map", derives=False)
    own = tuple(name for name in chosen.metrics if get_metric(name).is_installed)
    return replace(chosen, metrics=tuple(metrics) if metrics else own)


def what_makes(
    rows: Mapping[str, Row],
    dataset: GazeDataset,
    split: str,
    protocol: str | Protocol,
    *,
    metrics: Sequence[str] | None = None,
    one_map: bool = False,
    seed: int = 0,
    unseen: bool = False,
    sigma: float | None = None,
    degrees: float | None = None,
) -> dict[str, Any]:
    """The fingerprint of what `evaluate` would return for the same arguments, its rows already open.

    The whole data set counts, since the center bias may be made of another split: its content, not its path.

    Raises:
        InputError: no such protocol or metric, or a blur for a protocol that has its own.
        DataError: an image or map cannot be read.
    """
    chosen = choose_protocol(protocol, metrics, one_map=one_map)
    with_metrics_of(chosen, dataset.split(split), asked=metrics is not None)  # refuses what needs points
    return fingerprint(
        dataset=dataset.fingerprint,
        split=split,
        protocol=asdict(chosen),
        one_map=one_map,
        seed=seed,
        unseen=unseen,
        blur=blurred_for(dataset, chosen, sigma=sigma, degrees=degrees)[1],
        learned_from={name: own and own.digest() for name, own in learned_from(rows).items()},
        rows={
            name: entry.fingerprint if isinstance(entry, Predictor) else entry.digest()
            for name, entry in rows.items()
        },
        engines={name: entry.engine for name, entry in rows.items() if isinstance(entry, Predictor)},
    )
