"""JUnit's XML of a check, which every CI service shows: a suite per image, a case per requirement."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from gazemap.analysis.checked_images import CheckedImages
from gazemap.system.plain import shown

_NEVER = str.maketrans({0xFFFE: "?", 0xFFFF: "?"})  # signs that XML cannot hold, beside those of `shown`


def junit_xml(found: CheckedImages) -> str:
    """The report; what was assumed or is missing stands in its last suite as output.

    The form is that of the Ant task, as GitLab, Jenkins and reporters of GitHub read it.
    """
    failures = sum(not row.is_met for row in found.rows)
    root = ElementTree.Element(
        "testsuites", name="gazemap check", tests=str(len(found.rows)), failures=str(failures), errors="0"
    )
    for image, group in groupby(found.rows, key=lambda row: row.image):
        rows = [*group]
        failed = str(sum(not row.is_met for row in rows))
        suite = ElementTree.SubElement(
            root, "testsuite", name=_text(image), tests=str(len(rows)), failures=failed, errors="0"
        )
        for row in rows:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_text(image), name=_text(str(row.requirement))
            )
            if not row.is_met:
                failure = ElementTree.SubElement(case, "failure", message=_text(row.reason), type="not met")
                failure.text = _text(f"{row.reason} How near: {row.how_near}.")
    suites = root.findall("testsuite")
    if suites:
        output = ElementTree.SubElement(suites[-1], "system-out")
        output.text = _text("\n".join([found.title, *found.notes()]))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _text(text: str) -> str:
    return shown(text).translate(_NEVER)
