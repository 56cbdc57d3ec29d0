"""Bars: what was promised of a figure, beside what was measured, as lines of one table."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """How a figure is printed."""

    SECONDS = "s"
    BYTES = "B"


SCALES: Final = {
    Unit.SECONDS: ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")),
    Unit.BYTES: ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")),
}
HEADER: Final = ("task", "data", "Kerne", "against", "peer", "ratio", "bar", "verdict")


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise: `ours` against a peer's figure, or against a limit when `peer` is `None`.

    Against a peer, `peer / ours` must reach `least`; `None` there tells the ratio and promises
    nothing. Against a limit, `ours` may be `most`.
    """

    task: str
    on: str
    ours: float
    against: str
    peer: float | None = None
    least: float | None = None
    most: float | None = None
    unit: Unit = Unit.SECONDS

    @property
    def is_met(self) -> bool | None:
        """Whether the promise is kept; `None` where there is none."""
        if self.peer is not None and self.least is not None:
            return self.peer / self.ours >= self.least
        return None if self.most is None else self.ours <= self.most

    def cells(self) -> tuple[str, ...]:
        """Return the line of the table."""
        verdict = {True: "met", False: "MISSED", None: "-"}[self.is_met]
        theirs = "-" if self.peer is None else shown(self.peer, self.unit)
        ratio = "-" if self.peer is None else f"{self.peer / self.ours:.2f} x"
        promised = "-" if self.least is None else f">= {self.least:g} x"
        if self.most is not None:
            promised = f"<= {shown(self.most, self.unit)}"
        ours = shown(self.ours, self.unit)
        return (self.task, self.on, ours, self.against, theirs, ratio, promised, verdict)


def shown(figure: float, unit: Unit) -> str:
    """Return a figure with its unit, to three digits."""
    for size, name in SCALES[unit]:
        if abs(figure) >= size:
            return f"{figure / size:.3g} {name}"
    size, name = SCALES[unit][-1]
    return f"{figure / size:.3g} {name}"


def table(bars: Iterable[Bar]) -> str:
    """Return the bars as aligned lines under a header."""
    lines = [HEADER, *(bar.cells() for bar in bars)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
