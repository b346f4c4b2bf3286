"""The notes of one release, out of CHANGELOG.md.

python .github/release_notes.py 0.2.0
"""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """What stands below the heading of a version, up to the next one.

    Raises:
        SystemExit: the changelog has no such heading, or nothing below it.
    """
    sections = re.split(r"^## \[?([^\]\s]+)\]?.*$", changelog, flags=re.M)
    found = dict(zip(sections[1::2], sections[2::2], strict=True))
    text = found.get(version, "").strip()
    if not text:
        raise SystemExit(f"CHANGELOG.md has no notes on {version}; it has {', '.join(found)}.")
    return text + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Name the version: python .github/release_notes.py 0.2.0")
    print(notes(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]), end="")
