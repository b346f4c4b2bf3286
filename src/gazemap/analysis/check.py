"""`gazemap check`: areas of images must get the attention that is required, for CI and for agents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gazemap.analysis.area_files import AreasLike, area_files, areas_of
from gazemap.analysis.area_shares import AreaShare, area_shares, share_notes
from gazemap.analysis.check_baseline import Baseline, check_maker, maker_of, read_baseline
from gazemap.analysis.checked_areas import TOLERANCE, CheckedRequirement, check_requirements
from gazemap.analysis.checked_images import CheckedImages
from gazemap.analysis.designs import largest_parts
from gazemap.analysis.junit import junit_xml
from gazemap.analysis.requirements import Requirement, parse_requirement
from gazemap.errors import InputError, check_name
from gazemap.gaze.shapes import Area, check_areas, groups_of
from gazemap.images.folds import ViewportLike, folds_of, parse_viewport
from gazemap.images.reading import read_size
from gazemap.models.files import DEFAULT_MODEL
from gazemap.prediction.predict import predict
from gazemap.prediction.predictor import ModelLike, load_predictor
from gazemap.system.files import refuse_source, write_text
from gazemap.system.progress import bar
from gazemap.system.writing import check_writable


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked of one image.

    Attributes:
        image: its file.
        areas: of it.
        groups: the names of its groups.
        requirements: of its areas and groups.
        before: name -> share in the baseline, of those whose drop is asked for.
    """

    image: Path
    areas: Sequence[Area]
    groups: Sequence[str]
    requirements: Sequence[Requirement]
    before: Mapping[str, float]


def check(
    images: str | Path | Sequence[str | Path],
    *,
    areas: AreasLike,
    require: Sequence[str | Requirement] = (),
    baseline: str | Path | None = None,
    tolerance: float = TOLERANCE,
    save_baseline: str | Path | None = None,
    junit: str | Path | None = None,
    model: ModelLike = DEFAULT_MODEL,
    condition: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    center_bias: bool = True,
    viewport: ViewportLike = None,
    progress: bool = False,
) -> CheckedImages:
    """Whether areas of images get the attention that is required, or what they had in a baseline.

    All that can be wrong with files, names and requirements is refused before the model is loaded.

    Args:
        images: image files, whose names must differ.
        areas: of all images alike, or of images by their names; see `read_areas`.
        require: what must be true of areas and groups, as `parse_requirement` reads it; of every image that
            has an area of that name.
        baseline: a file that `save_baseline` made. Every area that it has of these images must not have lost
            more than the tolerance of its share, unless `require` says what its drop may be.
        tolerance: the part of itself that a share may be off by, for noise of the model.
        save_baseline: a .json file for the shares as they are now.
        junit: a .xml file for the report, in the form of JUnit.
        model: a name, a run folder, a weights or ONNX file, or a model in memory; see `load_predictor`.
        condition: the viewing condition by name, such as "web-page"; as in `load_predictor`.
        engine: "auto" or one of `ENGINES`; see `load_predictor`.
        device: "auto", "cpu" or "cuda".
        center_bias: False leaves the model's own center bias out, for images that are parts of others.
        viewport: what is seen at once, as for `predict`.
        progress: show a bar.

    Raises:
        InputError: nothing is required, a requirement that cannot be read or is of an area that no image has,
            areas of another form, of no image or outside of theirs, a baseline that cannot be read, has other
            areas or is another model's, or the name of a file that cannot be written.
        DataError: an image is missing or damaged.
        WeightsError: there is no such model, see `load_predictor`.
        OutputError: a file cannot be written.
    """
    files = [Path(image) for image in ([images] if isinstance(images, str | Path) else images)]
    required = [parse_requirement(own) if isinstance(own, str) else own for own in require]
    saved, reported = (Path(file) if file else None for file in (save_baseline, junit))
    before = Path(baseline) if baseline else None
    _refuse_useless(files, required, before, saved)
    if not 0 <= tolerance < 1:
        raise InputError(f"The tolerance must be at least 0 and below 1, as in 0.15, got {tolerance:g}.")
    _refuse_files(saved, reported, [*files, *area_files(areas), *([before] if before else [])])
    seen, known = parse_viewport(viewport), read_baseline(before) if before else None
    named = {image: areas_of(image, areas) for image in files}
    asked, remarks = _asked(named, required, known, before, tolerance)
    for image in files:
        size = read_size(image)
        check_areas(named[image], size)
        folds_of(size, seen)  # refuses a viewport that gives too many
    predictor = load_predictor(
        model, condition=condition, engine=engine, device=device, center_bias=center_bias
    )
    maker = maker_of(predictor, seen)
    if known and before:
        remarks += check_maker(before, known, maker)
    rows: list[CheckedRequirement] = []
    shares: dict[str, dict[str, float]] = {}
    for entry in bar(asked, "Checking", progress=progress):
        prediction = predict(entry.image, model=predictor, viewport=seen)
        found = area_shares(prediction, entry.areas)
        rows += check_requirements(
            entry.image.name,
            entry.requirements,
            found,
            groups=entry.groups,
            before=entry.before,
            tolerance=tolerance,
        )
        shares[entry.image.name] = _shares(found)
        start = f"{entry.image.name}: " if len(files) > 1 else ""
        remarks += [f"{start}{note}" for note in share_notes(prediction, entry.areas, found)]
    result = CheckedImages(files, predictor.name, tolerance, rows, remarks, before, saved, reported)
    if saved:
        Baseline(maker, shares).write(saved)
    if reported:
        write_text(reported, junit_xml(result))
    return result


def _refuse_useless(
    files: Sequence[Path], required: Sequence[Requirement], baseline: Path | None, saved: Path | None
) -> None:
    """Refuse a check that would say nothing, or whose answers could not be told apart."""
    if not files:
        raise InputError("There is no image to check. Give one or several image files.")
    repeated = [name for name, count in Counter(file.name for file in files).items() if count > 1]
    if repeated:
        raise InputError(
            f"Several images are named {', '.join(repeated)}: areas and baselines know images by their "
            "names. Check them one call each."
        )
    if not required and not baseline and not saved:
        raise InputError(
            'Nothing is required. Say what must be true of areas, as in --require "cta>=0.08", give a '
            "--baseline, or make one with --save-baseline."
        )
    drops = [str(own) for own in required if own.quantity == "drop"]
    if drops and not baseline:
        raise InputError(f"{drops[0]}: a drop is measured against a baseline. Give it with --baseline.")


def _refuse_files(saved: Path | None, reported: Path | None, sources: Sequence[Path]) -> None:
    """Refuse files that cannot be written, before the work."""
    for file, suffix, what in ((saved, ".json", "a baseline"), (reported, ".xml", "a JUnit report")):
        if file is None:
            continue
        refuse_source(file, *sources)
        if file.suffix.lower() != suffix:
            raise InputError(f"The name of {what} must end in {suffix}, got {file}.")
        check_writable(file)


def _asked(
    named: Mapping[Path, Sequence[Area]],
    required: Sequence[Requirement],
    baseline: Baseline | None,
    file: Path | None,
    tolerance: float,
) -> tuple[list[_Asked], list[str]]:
    """What is asked of each image, and what is not asked, in sentences.

    Raises:
        InputError: a requirement of an area that no image has, or a baseline's area that its image lacks.
    """
    groups = {image: [group.name for group in groups_of(own)] for image, own in named.items()}
    names = {image: [area.name for area in own] + groups[image] for image, own in named.items()}
    every = [name for own in names.values() for name in own]
    for own in required:
        check_name("area", own.area, {*every}, hint="The names are those of --areas.")
    asked, remarks = [], []
    for image, areas in named.items():
        chosen = [own for own in required if own.area in names[image]]
        lacking = dict.fromkeys(own.area for own in required if own.area not in names[image])
        if lacking:
            remarks.append(f"{image.name} has no area {', '.join(lacking)}: nothing is required of it there.")
        before: Mapping[str, float] = {}
        if baseline is not None:
            before = baseline.shares.get(image.name, {})
            remarks += _not_compared(image, before, names[image], chosen, file)
            stated = {own.area for own in chosen if own.quantity == "drop"}
            chosen += [
                Requirement(name, "drop", "<=", tolerance)
                for name in names[image]
                if name in before and name not in stated
            ]
        asked.append(_Asked(image, areas, groups[image], chosen, before))
    if baseline is not None and not any(own.requirements for own in asked):
        raise InputError(f"{file} has none of {', '.join(image.name for image in named)}. Make it anew.")
    return asked, remarks


def _not_compared(
    image: Path,
    before: Mapping[str, float],
    names: Sequence[str],
    chosen: Sequence[Requirement],
    file: Path | None,
) -> list[str]:
    """What the baseline lacks, in sentences.

    Raises:
        InputError: it has areas that the image has no more, or lacks one whose drop is asked for.
    """
    lost = [name for name in before if name not in names]
    if lost:
        raise InputError(
            f"{file} has of {image.name} the areas {', '.join(lost)}, which --areas has not. Give them, or "
            "make the baseline anew with --save-baseline."
        )
    unknown = [own.area for own in chosen if own.quantity == "drop" and own.area not in before]
    if unknown:
        raise InputError(f"{file} has no area {', '.join(unknown)} of {image.name}. Make it anew.")
    if not before:
        return [f"{file} has no image {image.name}: nothing is compared."]
    new = [name for name in names if name not in before]
    return [f"{file} has no area {', '.join(new)} of {image.name}: nothing is compared."] if new else []


def _shares(rows: Sequence[AreaShare]) -> dict[str, float]:
    return {name: row.attention for name, row in largest_parts(rows).items()}
