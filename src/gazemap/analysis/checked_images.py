"""What `gazemap check` found: each requirement, what is predicted, whether it is met, and how nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazemap.analysis.checked_areas import CheckedRequirement
from gazemap.system.notebooks import table
from gazemap.system.plain import plain

_TOLD = 20  # remarks, each in a line


@dataclass(frozen=True, eq=False)
class CheckedImages:
    """Images whose areas were checked.

    Attributes:
        images: their files.
        model: the name of the model.
        tolerance: the part of itself that a share may be off by, for noise of the model.
        rows: image by image, a row per requirement.
        remarks: what was assumed, is missing or overlaps, in sentences.
        baseline: the file that drops were measured against, if there was one.
        save_baseline: the file that the shares were written to, if one was asked for.
        junit: the report's file, if one was asked for.
    """

    images: Sequence[Path]
    model: str
    tolerance: float
    rows: Sequence[CheckedRequirement]
    remarks: Sequence[str]
    baseline: Path | None = None
    save_baseline: Path | None = None
    junit: Path | None = None

    @property
    def is_met(self) -> bool:
        """Whether all that is required is met."""
        return all(row.is_met for row in self.rows)

    @property
    def title(self) -> str:
        """What was checked, and by which model."""
        several = len(self.images)
        name = self.images[0].name if several == 1 else f"{several} images"
        return f"{name}, predicted by {self.model}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `cells`."""
        return (*(("image",) if len(self.images) > 1 else ()), "area", "required", "is", "met", "how near")

    def cells(self) -> list[list[str]]:
        """The table as texts, a list per requirement; `headings` are its columns."""
        return [
            [
                *([row.image] if len(self.images) > 1 else []),
                row.requirement.area,
                row.requirement.what,
                row.requirement.shown(row.found),
                "yes" if row.is_met else "NO",
                row.how_near,
            ]
            for row in self.rows
        ]

    def notes(self) -> list[str]:
        """How many are met, which are not and why, what was assumed or is missing, and what was written."""
        several = len(self.images) > 1
        failed = [row for row in self.rows if not row.is_met]
        lines = (
            [f"{len(self.rows) - len(failed)} of {len(self.rows)} requirements are met."] if self.rows else []
        )
        lines += [f"Not met: {f'{row.image}: ' if several else ''}{row.reason}" for row in failed]
        if any(row.is_close for row in self.rows):
            lines.append(
                f"Within noise: a share that is {self.tolerance:.0%} higher or lower would change the answer."
            )
        lines += self.remarks[:_TOLD]
        if len(self.remarks) > _TOLD:
            lines.append(f"... and {len(self.remarks) - _TOLD} more remarks.")
        written = {"Baseline": self.save_baseline, "JUnit report": self.junit}
        return lines + [f"{name}: {path}" for name, path in written.items() if path]

    def as_json(self) -> dict[str, Any]:
        """Whether all is met, every requirement with all digits, and what it was checked by."""
        requirements = [
            {
                "image": row.image,
                "area": row.requirement.area,
                "required": row.requirement.what,
                "quantity": row.requirement.quantity,
                "seconds": row.requirement.seconds,
                "comparison": row.requirement.comparison,
                "value": row.requirement.value,
                "found": row.found,
                "margin": row.requirement.margin(row.found),
                "is_met": row.is_met,
                "is_close": row.is_close,
                "attention": row.area.attention,
                "before": row.before,
                "fold": row.area.fold,
                "reason": row.reason,
            }
            for row in self.rows
        ]
        about = {
            "is_met": self.is_met,
            "images": self.images,
            "model": self.model,
            "tolerance": self.tolerance,
        }
        files = {"baseline": self.baseline, "save_baseline": self.save_baseline, "junit": self.junit}
        values: dict[str, Any] = plain(
            about | {"requirements": requirements, "notes": list(self.remarks)} | files
        )
        return values

    def __repr__(self) -> str:
        met = sum(row.is_met for row in self.rows)
        return f"<CheckedImages: {self.title}, {met} of {len(self.rows)} requirements met>"

    def _repr_html_(self) -> str:
        return table(self.title, [self.headings, *self.cells()], self.notes())
