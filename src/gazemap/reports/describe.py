"""`gazemap describe`: how focused a map is, how cluttered its image, and where both stand among others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazemap.analysis.area_files import AreasLike, areas_of
from gazemap.analysis.area_shares import area_shares, share_notes
from gazemap.analysis.references import ReferenceSet, focus_of, of_model, percentile, references
from gazemap.errors import InputError
from gazemap.gaze.shapes import check_areas
from gazemap.images.clutter import subband_entropy
from gazemap.images.folds import ViewportLike
from gazemap.images.reading import read_image
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import load_predictor
from gazemap.system.notebooks import table
from gazemap.system.plain import plain

if TYPE_CHECKING:
    from gazemap.prediction.predictor import ModelLike

_MEANINGS = {
    "focus": "focus: by how many bits the map is less spread out than an even one. It does not say that "
    "people agree, understand or like what they see.",
    "clutter": "clutter: subband entropy (Rosenholtz et al. 2007), the bits that the image's detail takes. "
    "It does not say whether people find what they look for.",
    "area": "area: its share of attention among boxes of its size, all over the images of a set. It does not "
    "say that it is noticed, read or clicked, and places near the center get more anyway.",
}


@dataclass(frozen=True)
class Score:
    """A number, and where it stands.

    Attributes:
        kind: "focus", "clutter" or "area".
        name: what it is of.
        value: bits; of an area the share of attention.
        size: of an area, its share of the image.
        percentiles: reference set -> how many of it have less, in percent; None where there is no reference.
    """

    kind: str
    name: str
    value: float
    size: float | None
    percentiles: dict[str, float | None]


@dataclass(frozen=True)
class Description:
    """What `describe` returns.

    Attributes:
        image: the file.
        model: the name of the model.
        scores: of the map, of the image, of each area.
        sets: the reference sets, in sentences.
        remarks: what was assumed, and what there is no reference for, in sentences.
    """

    image: Path
    model: str
    scores: Sequence[Score]
    sets: dict[str, str]
    remarks: Sequence[str]

    @property
    def title(self) -> str:
        """What is described."""
        return f"{self.image.name}, predicted by {self.model}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        return ("", "value", *(f"more than of {name}" for name in self.sets))

    def cells(self) -> list[list[str]]:
        """The scores as texts."""
        return [
            [
                score.name,
                f"{score.value:.2f} bits"
                if score.size is None
                else f"{score.value:.1%} (size {score.size:.1%})",
                *(
                    "-" if (found := score.percentiles[name]) is None else f"{found:.0f} %"
                    for name in self.sets
                ),
            ]
            for score in self.scores
        ]

    def notes(self) -> list[str]:
        """What the sets are, what each score means and what not, and what was assumed."""
        kinds = dict.fromkeys(score.kind for score in self.scores)
        sets = [f"{name}: {about}." for name, about in self.sets.items()]
        return [*sets, *(_MEANINGS[kind] for kind in kinds), *self.remarks]

    def as_json(self) -> dict[str, Any]:
        """The scores with all digits, the sets, and what they do not mean."""
        values: dict[str, Any] = plain(asdict(self))
        return values | {"meanings": _MEANINGS}

    def _repr_html_(self) -> str:
        return table(self.title, [self.headings, *self.cells()], self.notes())


def describe(
    image: str | Path,
    *,
    areas: AreasLike | None = None,
    model: ModelLike = DEFAULT_MODEL,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
) -> Description:
    """How focused a map is and how cluttered its image, as percentiles of named sets of images.

    Args:
        image: the file.
        areas: whose shares of attention are compared with those of boxes of their size; see `read_areas`.
        model: a name, a run folder, a weights or ONNX file, or a model in memory. The sets are known for
            gazenet under free-viewing and web-page; for others there are values without percentiles.
        condition: the viewing condition by name.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out; there is no reference for that.
        viewport: what is seen at once, as for `predict`.

    Raises:
        InputError: areas of another form or outside of the image; an image that is predicted screen by
            screen, since the sets' images are seen at once.
        DataError: the image cannot be read.
        WeightsError: as `load_predictor`.
    """
    path = Path(image)
    named = [] if areas is None else areas_of(path, areas)
    pixels = read_image(path)
    check_areas(named, (pixels.shape[0], pixels.shape[1]))
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias
    )
    prediction = predict(path, model=predictor, viewport=viewport)
    if len(prediction.folds) > 1:
        raise InputError(
            f"{path.name} is longer than a screen, and the sets' images are seen at once. Give --viewport "
            "whole, or cut a screen out of it."
        )
    known = {one.name: one for one in of_model(predictor)}
    every = {one.name: one for one in references()}  # clutter depends on no model
    focus, clutter = focus_of(prediction), subband_entropy(pixels)
    rows = area_shares(prediction, named) if named else []
    scores = [
        Score("focus", "focus", focus, None, {n: _of(known.get(n), "focus", focus) for n in every}),
        Score("clutter", "clutter", clutter, None, {n: _of(every[n], "clutter", clutter) for n in every}),
        *(
            Score(
                "area",
                row.label,
                row.attention,
                row.size,
                {n: _share(known.get(n), row.attention, row.size) for n in every},
            )
            for row in rows
        ),
    ]
    sets = {name: f"{one.about}, {one.images}" for name, one in every.items()}
    remarks = _remarks(scores, predictor.name, bool(known))
    return Description(path, predictor.name, scores, sets, [*remarks, *share_notes(prediction, named, rows)])


def _of(reference: ReferenceSet | None, name: str, value: float) -> float | None:
    return None if reference is None else percentile(value, getattr(reference, name))


def _share(reference: ReferenceSet | None, attention: float, size: float) -> float | None:
    return None if reference is None else reference.share_percentile(attention, size)


def _remarks(scores: Sequence[Score], model: str, is_known: bool) -> list[str]:
    """What there is no reference for."""
    if not is_known:
        made_by = dict.fromkeys(f"{one.model} ({one.fingerprint})" for one in references())
        return [
            f"There is no reference for {model}: focus and areas have no percentiles. The sets are known for "
            f"{' and '.join(made_by)}."
        ]
    beyond = [score.name for score in scores if score.kind == "area" and None in score.percentiles.values()]
    if not beyond:
        return []
    sizes = sorted(references()[0].shares)
    return [
        f"There is no reference for areas of this size: {', '.join(beyond)}. It is known from "
        f"{sizes[0]:.1%} to {sizes[-1]:.0%} of the image."
    ]
