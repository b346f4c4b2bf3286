"""`gazemap predict`: images file by file, a manifest shard by shard, a video picture by picture."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gazemap.analysis.area_files import AreasLike
from gazemap.errors import InputError
from gazemap.images.folds import ViewportLike
from gazemap.images.video.clip import ENDINGS
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.cluster.stores import is_address
from gazemap.prediction.files.outcome import Outcome
from gazemap.prediction.files.outputs import DEFAULT_OUTPUTS
from gazemap.prediction.files.predict_files import predict_files

if TYPE_CHECKING:
    from gazemap.analysis.video.outcome import VideoOutcome
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
    frames_per_second: float | None = None,
    smoothing: float | None = None,
    areas: AreasLike | None = None,
    density: str | None = None,
    workers: int | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    cluster: str | None = None,
    progress: bool = False,
) -> Outcome | ShardsOutcome | VideoOutcome:
    """Predict a manifest, see `predict_manifest`; a video, see `predict_video`; else see `predict_files`.

    Args:
        sources: one manifest, whose name ends in .parquet; one video, by its ending or, of a .gif, where
            `frames_per_second` is given; or what `predict_files` takes.
        out: the folder for the results; of a manifest also an address.
        model: a name or a path.
        write: of images and videos, what is written; by default `DEFAULT_OUTPUTS`, and of videos the overlay.
        condition: one that the model keeps by name.
        engine: what computes the network.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves out where people look anyway.
        viewport: what is seen at once; not of videos.
        frames_per_second: of a video, like the two below; None: 5.
        smoothing: the time constant, in seconds; None: 0.5.
        areas: for a table over time.
        density: of a manifest, like the four below.
        workers: processes.
        shard: a part of the work.
        retry_failed: failed images alone.
        cluster: where workers run, if not here.
        progress: show a bar.

    Raises:
        InputError: an option of another kind; or as the function that is called.
    """
    computed: dict[str, Any] = {"model": model, "condition": condition, "engine": engine, "device": device}
    computed |= {"center_bias": center_bias, "progress": progress}
    of_manifest = {"--density": density, "--workers": workers, "--shard": shard, "--cluster": cluster}
    of_manifest["--retry-failed"] = retry_failed or None
    of_video = {"--frames-per-second": frames_per_second, "--smoothing": smoothing, "--areas": areas}
    if any(source.lower().endswith(".parquet") for source in sources):
        _only("manifest", sources, of_video | {"--write": write})
        from gazemap.prediction.cluster.predict_manifest import predict_manifest

        return predict_manifest(
            sources[0],
            out,
            viewport=viewport,
            density=density or "float16",
            workers=workers,
            shard=shard,
            retry_failed=retry_failed,
            cluster=cluster,
            **computed,
        )
    _refuse_addresses(sources, os.fspath(out))
    endings = (*ENDINGS, ".gif") if frames_per_second is not None else ENDINGS
    if any(source.lower().endswith(endings) for source in sources):
        _only("video", sources, of_manifest | {"--viewport": viewport})
        from gazemap.analysis.video.predict_video import FRAMES_PER_SECOND, SMOOTHING, predict_video

        return predict_video(
            sources[0],
            out,
            frames_per_second=FRAMES_PER_SECOND if frames_per_second is None else frames_per_second,
            smoothing=SMOOTHING if smoothing is None else smoothing,
            areas=areas,
            write=write,
            **computed,
        )
    _refuse(of_manifest, "is for manifests. Make one: gazemap manifest SOURCE --out manifest.parquet.")
    _refuse(of_video, f"is for videos ({', '.join(ENDINGS)}). For areas of an image: gazemap areas IMAGE.")
    chosen = DEFAULT_OUTPUTS if write is None else write
    return predict_files(sources, out, write=chosen, viewport=viewport, **computed)


def _only(kind: str, sources: Sequence[str], others: Mapping[str, object]) -> None:
    """Refuse more than one source, and what is not for it."""
    if len(sources) > 1:
        raise InputError(f"One {kind} is predicted at a time, got {len(sources)} sources.")
    _refuse(others, f"is not for a {kind}. `gazemap predict --help` says what is.")


def _refuse(options: Mapping[str, object], why: str) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise InputError(f"{', '.join(given)} {why}")


def _refuse_addresses(sources: Sequence[str], out: str) -> None:
    """Images and videos lie on this machine, and so do their pictures."""
    for source in filter(is_address, sources):
        raise InputError(
            f"{source} is an address. List its images first: gazemap manifest {source} --out "
            "manifest.parquet. Then predict the manifest."
        )
    if is_address(out):
        raise InputError(
            f"Only what is made of a manifest goes to an address, got {out}. Name a folder of this machine, "
            "or make one: gazemap manifest SOURCE --out manifest.parquet."
        )
