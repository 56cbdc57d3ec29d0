"""What the reads of one genome show at one allele, as its file tells it."""

from dataclasses import dataclass

from kerne.interpretation.reading.reference_blocks import LEAST_DEPTH_READS, LEAST_QUALITY


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads at an allele; `None` for what the file does not tell.

    Parameters
    ----------
    depth
        All reads there; where only a callable region speaks, the least that it stands for.
    alternative
        Reads that show the allele.
    quality
        Genotype quality (phred).
    """

    depth: int | None = None
    alternative: int | None = None
    quality: int | None = None

    @property
    def share(self) -> float | None:
        """Share of the reads that show the allele; `None` when it is not known."""
        if self.alternative is None or not self.depth:
            return None
        return self.alternative / self.depth

    @property
    def is_deep(self) -> bool:
        """Whether depth is told and suffices to say that an allele is absent."""
        is_sure = self.quality is None or self.quality >= LEAST_QUALITY
        return self.depth is not None and self.depth >= LEAST_DEPTH_READS and is_sure

    def __str__(self) -> str:
        if self.depth is None:
            return "depth not told"
        if self.alternative is None:
            return f"{self.depth} reads or more"
        share = f" ({self.share:.0%})" if self.share else ""
        return f"{self.alternative} of {self.depth} reads{share}"


CALLABLE = Reads(depth=LEAST_DEPTH_READS)
"""What a callable region says of an allele that was not called in it."""
