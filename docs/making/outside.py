"""Pages of the site that stand outside of docs/, and links to files of the repository.

CHANGELOG.md and CONTRIBUTING.md are shown as they are. A link leads where it leads in the repository, so it
can be followed there, too. On the site, a link to a model's card leads to the model's page, and one to
another file that the site has not is text. A link to nothing stays, and the build reports it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from posixpath import dirname, normpath, relpath
from typing import Any

ROOT = Path(__file__).parents[2]
OUTSIDE = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
_CARDS, _MODELS = "src/gazemap/models/pretrained/", "reference/models/"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Any, config: Any) -> Any:  # noqa: ANN401 - classes of MkDocs, which only the site needs
    """Add the pages that stand outside."""
    from mkdocs.structure.files import File

    for file, uri in OUTSIDE.items():
        files.append(File.generated(config, uri, abs_src_path=os.fspath(ROOT / file)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:  # noqa: ANN401
    """Lead a page's links to where the site has their targets."""
    return with_links(markdown, page.file.src_uri)


def with_links(markdown: str, uri: str) -> str:
    """The page's text with its links as the site needs them.

    Args:
        markdown: its text.
        uri: of its file on the site, such as "how-to/compare.md".
    """
    own = next((file for file, name in OUTSIDE.items() if name == uri), f"docs/{uri}")

    def led(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        if ":" in target:
            return link[0]
        file = normpath(f"{dirname(own)}/{target}".lstrip("/"))
        place = _on_the_site(file)
        if place is None:
            return text if (ROOT / file).exists() else link[0]
        return f"[{text}]({relpath(place, dirname(uri) or '.')}{anchor})"

    return _LINK.sub(led, markdown)


def _on_the_site(file: str) -> str | None:
    """Where the site has a file of the repository."""
    if file in OUTSIDE:
        return OUTSIDE[file]
    if file.startswith(_CARDS):
        return _MODELS + file.removeprefix(_CARDS)
    return file.removeprefix("docs/") if file.startswith("docs/") else None
