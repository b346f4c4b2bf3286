"""What the build of the site adds to docs/reference: whatever a table of gazemap already says.

A page holds marks such as `<!-- made: facts -->`; what a maker says of the page's subject takes their place.
In mkdocs.yml, a folder such as `reference/metrics/` stands for its pages, in the order of the table. An entry
of a table that has no page is an error of the build. Formats have no written pages: theirs are made whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import format_facts
import formulas
import metric_facts
import model_facts
import protocol_facts

_FOLDER = "reference"
_MARK = re.compile(r"<!-- made: (\w+) -->")


class Kind(NamedTuple):
    """A folder of pages: one per name, and the index.

    Attributes:
        names: of the pages, in order: the keys of a table.
        makers: a mark -> what it says of a page's subject, as Markdown.
        summaries: a sentence for each page, for the index.
        written: whether each page is a file; else its whole text is made.
    """

    names: list[str]
    makers: Mapping[str, Callable[[str], str]]
    summaries: Callable[[str], str]
    written: bool = True


KINDS = {
    "metrics": Kind(metric_facts.NAMES, metric_facts.MAKERS, metric_facts.summary),
    "models": Kind(model_facts.NAMES, model_facts.MAKERS, model_facts.summary),
    "formats": Kind(format_facts.NAMES, format_facts.MAKERS, format_facts.summary, written=False),
    "protocols": Kind(protocol_facts.NAMES, protocol_facts.MAKERS, protocol_facts.summary),
}


def filled(uri: str, markdown: str) -> str:
    """A page's text with its marks replaced and its formulas drawn.

    Args:
        uri: of the page's file in docs, such as "reference/metrics/nss.md".
        markdown: its text.

    Raises:
        KeyError: an unknown mark.
    """
    *above, file = uri.split("/")
    kind = KINDS.get(above[-1]) if above[:1] == [_FOLDER] else None
    if kind is not None:
        makers, name = kind.makers, file.removesuffix(".md")
        markdown = _MARK.sub(
            lambda mark: _index(kind) if mark[1] == "index" else makers[mark[1]](name), markdown
        )
    return formulas.with_formulas(markdown)


def _index(kind: Kind) -> str:
    rows = [f"| [`{name}`]({name}.md) | {kind.summaries(name)} |" for name in kind.names]
    return "\n".join(["| name | what it is |", "|---|---|", *rows])


def pages_of(folder: str, docs: Path) -> list[str]:
    """The pages of a kind in the order of the site: the index, its table's, then others in the folder."""
    written = sorted(path.stem for path in (docs / _FOLDER / folder).glob("*.md"))
    ordered = dict.fromkeys(["index", *KINDS[folder].names, *written])
    return [f"{_FOLDER}/{folder}/{name}.md" for name in ordered]


def on_config(config: Any) -> Any:  # noqa: ANN401 - classes of MkDocs, which only the site needs
    """Put the pages of each kind into the navigation."""
    config.nav = _with_pages(config.nav, Path(config.docs_dir))
    return config


def _with_pages(nav: Any, docs: Path) -> Any:  # noqa: ANN401
    if isinstance(nav, dict):
        return {title: _with_pages(below, docs) for title, below in nav.items()}
    if isinstance(nav, list):
        return [_with_pages(entry, docs) for entry in nav]
    folder = str(nav).removeprefix(f"{_FOLDER}/").removesuffix("/")
    return pages_of(folder, docs) if str(nav).endswith("/") and folder in KINDS else nav


def on_files(files: Any, config: Any) -> Any:  # noqa: ANN401
    """Add the pages that are made whole."""
    from mkdocs.structure.files import File

    for folder, kind in KINDS.items():
        for name in [] if kind.written else kind.names:
            uri = f"{_FOLDER}/{folder}/{name}.md"
            files.append(File.generated(config, uri, content=f"# `{name}`\n\n<!-- made: page -->\n"))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:  # noqa: ANN401
    """Fill in a page."""
    return filled(page.file.src_uri, markdown)
