"""Sources of any number of images -> predictions: a manifest shard by shard, all else file by file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gazemap.errors import InputError
from gazemap.images.folds import ViewportLike
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.files.outcome import Outcome
from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS
from gazemap.prediction.files.predict_files import predict_files

if TYPE_CHECKING:
    from gazemap.prediction.cluster.predict_manifest import ShardsOutcome


def predict_sources(
    sources: Sequence[str],
    out: str | os.PathLike[str],
    *,
    model: str = DEFAULT_MODEL,
    write: Sequence[str] | None = None,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
    density: str | None = None,
    workers: int | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    cluster: str | None = None,
    progress: bool = False,
) -> Outcome | ShardsOutcome:
    """Predict a manifest, see `predict_manifest`, or image files, see `predict_files`.

    Args:
        sources: one manifest, whose name ends in .parquet; or what `predict_files` takes.
        out: the folder for the results.
        model: a name or a path.
        write: of image files, what is written; by default `DEFAULT_OUTPUTS`.
        condition: one that the model keeps by name.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        viewport: what is seen at once.
        density: of a manifest, like the four below.
        workers: processes.
        shard: a part of the work.
        retry_failed: failed images alone.
        cluster: where workers run, if not here.
        progress: show a bar.

    Raises:
        InputError: an option of the other kind; or as the function that is called.
    """
    computed: dict[str, Any] = {"model": model, "condition": condition, "engine": engine, "device": device}
    computed |= {"center_bias": center_bias, "viewport": viewport, "progress": progress}
    only_manifest = {"--density": density, "--workers": workers, "--shard": shard, "--cluster": cluster}
    given = [name for name, value in only_manifest.items() if value is not None]
    given += ["--retry-failed"] * retry_failed
    if not any(source.lower().endswith(".parquet") for source in sources):
        if given:
            raise InputError(
                f"{', '.join(given)} is for manifests. Make one: gazemap manifest SOURCE --out "
                "manifest.parquet."
            )
        return predict_files(sources, out, write=DEFAULT_OUTPUTS if write is None else write, **computed)
    if len(sources) > 1:
        raise InputError(f"One manifest is predicted at a time, got {len(sources)} sources.")
    if write is not None:
        raise InputError(
            "--write is for image files. Of a manifest, a row per image is written: see --density."
        )
    from gazemap.prediction.cluster.predict_manifest import predict_manifest

    return predict_manifest(
        sources[0],
        out,
        density=density or "float16",
        workers=workers,
        shard=shard,
        retry_failed=retry_failed,
        cluster=cluster,
        **computed,
    )
