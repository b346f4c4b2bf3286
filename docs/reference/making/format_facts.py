"""The page of a format, made from the table IMPORTERS and from what can be downloaded."""

from __future__ import annotations

import inspect
from functools import partial

from tables import facts, sentence, table

from gazemap.data.download.catalogue import SOURCES, PublicSource
from gazemap.data.importers import IMPORTERS
from gazemap.data.importers.importer import Importer
from gazemap.data.importers.stated import described, placed
from gazemap.data.importers.typed import Option, explained

NAMES = list(IMPORTERS)
_HOLDS = {
    "points": "points, as their authors recorded them",
    "pixels": "fixated pixels of maps, or dense maps",
    "images": "images alone",
}


def summary(name: str) -> str:
    """Its title, and how many images, observers and fixations the complete set has."""
    importer = IMPORTERS[name]
    texts = [importer.info.title, *map(str, importer.editions.values())]
    return " ".join(map(sentence, texts[:2]))


def _page(name: str) -> str:
    importer = IMPORTERS[name]
    parts = [
        f"{importer.info.title}.",
        _facts(importer),
        _sizes(importer),
        "## Get it\n",
        *[_download(own, source) for own, source in SOURCES.items() if source.format == name],
        _import(name),
        "## The files\n",
        _layout(importer),
        "What the import reads, and how its coordinates count:",
        _parts(importer.info.source),
        "## What to know before you trust it\n",
        _parts(importer.oddities),
        "## Options\n",
        _options(importer),
    ]
    return "\n\n".join(part for part in parts if part)


def _facts(importer: Importer) -> str:
    info = importer.info
    return facts(
        {
            "Paper to cite": info.citation,
            "License": info.license,
            "Home page": f"<{info.homepage}>" if info.homepage else "",
            "Task": info.task,
            "Seen for": f"{info.viewing_seconds:g} s" if info.viewing_seconds else "",
            "Images": importer.stimuli,
            "Holds": _HOLDS[importer.holds],
            "Its authors' blur": f"{info.sigma:g} pixels" if info.sigma else "",
            "Pixels per degree": f"{info.pixels_per_degree:g}" if info.pixels_per_degree else "",
        }
    )


def _parts(text: str) -> str:
    """A list of what stands with "; " between."""
    return "\n".join(f"- {sentence(part.strip())}" for part in text.split("; "))


def _sizes(importer: Importer) -> str:
    """What the complete set holds; an import notes what differs."""
    if not importer.editions:
        return ""
    rows = [
        (edition or "the set", *(f"{count:,}" if count is not None else "" for count in numbers))
        for edition, own in importer.editions.items()
        for numbers in [(own.images, own.observers, own.fixations)]
    ]
    return table(("complete", "images", "observers", "fixations"), rows)


def _download(name: str, source: PublicSource) -> str:
    files = ", ".join(f"`{file.filename}`" for file in source.files)
    told = sum(file.checksum is not None for file in source.files) + len(source.members)
    checked = (
        f"{told} published checksum{'s are' if told != 1 else ' is'} compared."
        if told
        else ("No checksum is published: the command prints that of each file.")
    )
    note = f" {sentence(source.note)}" if source.note else ""
    return (
        f"    gazemap data download {name} --out raw/{name}\n\n"
        f"It fetches {files}. {checked}{note} The terms and the files are on [their page]({source.page})."
    )


def _import(name: str) -> str:
    sources = [own for own, source in SOURCES.items() if source.format == name]
    folder = f"raw/{sources[0]}" if sources else "SOURCE"
    chosen = "".join(
        f" --option {key}={value}" for own in sources[:1] for key, value in SOURCES[own].options.items()
    )
    return f"    gazemap data import {folder} --format {name} --out gaze/{name}{chosen}"


def _layout(importer: Importer) -> str:
    read = importer.read.func if isinstance(importer.read, partial) else importer.read
    text = inspect.getdoc(read) or ""
    for section in ("\nArgs:", "\nRaises:"):
        text = text.partition(section)[0]
    return "\n\n".join(sentence(" ".join(part.split())) for part in text.strip().split("\n\n"))


def _options(importer: Importer) -> str:
    shared = {option.name for step in (placed, described) for option in explained(step)}
    own = [option for option in importer.explained if option.name not in shared]
    common = [option for option in importer.explained if option.name in shared]
    said = ["Each is given as `--option NAME=VALUE`."]
    if own:
        said.append(_table(own))
    if common:
        said.append("These are shared with other formats. The defaults are what the authors publish.")
        said.append(_table(common))
    if importer.without:
        said.append(
            "\n".join(
                f"- `{name}` is no option here: {sentence(why)}" for name, why in importer.without.items()
            )
        )
    return "\n\n".join(said)


def _table(options: list[Option]) -> str:
    rows = [
        (f"`{own.name}`", own.values.replace("|", ", "), own.default, sentence(own.meaning))
        for own in options
    ]
    return table(("option", "values", "default", "meaning"), rows)


MAKERS = {"page": _page}
