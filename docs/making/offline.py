"""The site asks nothing of other hosts: what notebooks bring of it is left out, and the rest is reported."""

from __future__ import annotations

import logging
import re
from typing import Any

_DIAGRAMS = re.compile(r'<script type="module">(?:(?!</script>).)*mermaid.*?</script>', re.S)
_ASKED = re.compile(
    r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["']?(?:https?:)?//[^"'\s>]+"""
    r"""|import\(["']https?://[^"']+|@import[^;]*//[^;]+|url\(["']?(?:https?:)?//[^)]+""",
)
_log = logging.getLogger("mkdocs.hooks.offline")


def on_page_content(html: str, **_: object) -> str:
    """Leave out the script that draws diagrams in notebooks, of which none has any."""
    return _DIAGRAMS.sub("", html)


def on_post_page(output: str, page: Any, **_: object) -> str:  # noqa: ANN401 - a class of MkDocs
    """Warn, which ends a strict build, of what a browser would ask of another host."""
    for asked in foreign(output):
        _log.warning("%s asks another host: %s", page.file.src_uri, asked)
    return output


def foreign(html: str) -> list[str]:
    """What a page makes a browser fetch from another host."""
    return [found[0] for found in _ASKED.finditer(html)]
