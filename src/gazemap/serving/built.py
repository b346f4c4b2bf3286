"""The built page: one form for all, which a server shows and `site` makes into static files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from gazemap.errors import MissingPackageError

PAGE = Path(str(resources.files("gazemap.serving") / "page"))


def built_page() -> Path:
    """The folder of the built page: index.html and what it needs.

    Raises:
        MissingPackageError: this is a checkout in which it was not built.
    """
    if not (PAGE / "index.html").is_file():
        raise MissingPackageError(
            "The page is not built in this checkout. Build it with `make page`, which needs Node.js 20 or "
            "later; `pip install gazemap` brings it built."
        )
    return PAGE
