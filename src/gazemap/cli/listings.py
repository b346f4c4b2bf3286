"""Lists of what there is: one line per entry, or all about the one that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gazemap.cli.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gazemap.data.download.catalogue import PublicSource
    from gazemap.data.importers.importer import Importer
    from gazemap.data.writing.items import Counts
    from gazemap.evaluation.overview import MetricsOverview
    from gazemap.models.overview import ModelsOverview
    from gazemap.reports.studies.recipes import RecipeList


def sources_parts(found: Mapping[str, PublicSource], *, whole: bool) -> list[str | Table]:
    """The public data sets; with `whole`, their files, too."""
    rows = [(name, source.license, f"{source.page} {source.note}".strip()) for name, source in found.items()]
    if not whole:
        more = "`gazemap data sources NAME` lists the files of one, with their checksums."
        return [Table(("name", "license", "page and note"), rows, lines=True), more]
    lines: list[str | Table] = []
    for (name, terms, page), source in zip(rows, found.values(), strict=True):
        files = {file.filename: file.checksum or "no checksum is published" for file in source.files}
        lines += [f"{name}: {page}", f"  license  {terms}", f"  format   {source.format}"]
        lines += [f"  file     {file}  {checksum}" for file, checksum in (files | {**source.members}).items()]
    return lines


def formats_parts(found: Mapping[str, Importer], *, whole: bool) -> list[str | Table]:
    """The formats; with `whole`, their options, too."""
    if not whole:
        rows = [
            (name, own.info.title, "\n".join(_sizes(own.editions)), "yes" if own.choices else "")
            for name, own in found.items()
        ]
        more = "`gazemap data formats NAME` lists the options of one."
        return [Table(("format", "what", "the complete set", "options"), rows, lines=True), more]
    lines: list[str | Table] = []
    for name, own in found.items():
        lines += [f"{name}: {own.info.title}", f"  license  {own.info.license}"]
        lines += [f"  set      {size}" for size in _sizes(own.editions)]
        lines += [f"  images   {own.stimuli}"] if own.stimuli else []
        lines += [f"  option   {option}: {option.meaning}" for option in own.explained]
        lines += [f"  note     {own.oddities}"] if own.oddities else []
    return lines


def _sizes(editions: Mapping[str, Counts]) -> list[str]:
    """How much each edition of a set holds, as far as that is published."""
    return [f"{edition}: {counts}" if edition else str(counts) for edition, counts in editions.items()]


def models_parts(found: ModelsOverview, *, whole: bool) -> list[str | Table]:
    """The models that come with gazemap and the networks to train; with `whole`, the models' cards."""
    if whole:
        return [model.card.rstrip() for model in found.models]
    rows = [
        (model.name, model.network, model.size, f"{model.megabytes:.1f}", model.trained_on)
        for model in found.models
    ]
    return [
        Table(("model", "network", "input", "MB", "trained on"), rows),
        f"{found.default} is the default. `gazemap models NAME` prints the card of one.",
        "",
        "Networks to train, see `gazemap recipes`:",
        *(f"  {network}" for network in found.networks),
    ]


def recipes_parts(found: RecipeList, *, whole: bool) -> list[str | Table]:
    """The recipes and sweeps; with `whole`, their files."""
    if whole:
        return [file.text.rstrip() for file in found.files]
    rows = [(file.name, file.kind, file.summary) for file in found.files]
    more = "`gazemap recipes NAME` prints one, with its source, command and expected scores."
    return [Table(("name", "kind", "what"), rows), more]


def metrics_parts(found: MetricsOverview, name: str | None = None) -> list[str | Table]:
    """The protocols and the metrics; of one that is named, all that it chooses."""
    metrics = [(metric, own["what"], own["better"]) for metric, own in found.metrics.items()]
    listed = Table(("metric", "what", "better"), metrics, lines=True)
    if name is None:
        protocols = [(protocol, own["summary"]) for protocol, own in found.protocols.items()]
        more = "`gazemap metrics NAME` says all of one protocol or metric."
        return [Table(("protocol", "what"), protocols, lines=True), listed, more]
    if name in found.metrics:
        return [*_described(name, found.metrics[name] | {"protocols": ", ".join(found.protocols)})]
    return [*_described(name, found.protocols[name]), listed]


def _described(title: str, values: Mapping[str, str]) -> list[str]:
    wide = max(map(len, values))
    return [title, *(f"  {label:<{wide}}  {value}" for label, value in values.items() if value)]
