"""What bcftools makes of a file: alleles split and normalised, and its own counts of them.

References
----------
Danecek P et al., 2021, doi:10.1093/gigascience/giab008. `norm -m-any` splits, `norm -f` shifts,
`view -S` counts anew among some samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pysam.bcftools

from adversary.naive import Call, Counts, Key, haplotypes_of, normal, said_of

_EACH: Final = "%CHROM\t%POS\t%REF\t%ALT[\t%GT:%DP:%GQ:%AD]\n"
_COUNTS: Final = (
    '%CHROM\t%POS\t%REF\t%ALT\t%AC\t%AN\t%N_PASS(GT="AA")\t%N_PASS(GT="het")\t%N_PASS(GT="A")\n'
)


@dataclass(frozen=True, slots=True)
class Split:
    """A file that bcftools has split, one record an allele."""

    path: Path
    samples: tuple[str, ...]

    def calls(self) -> dict[Key, list[list[Call]]]:
        """Return what each sample says of each allele, as `NaiveFile.told`."""
        told: dict[Key, list[list[Call]]] = {}
        for key, columns in _rows(self.path, _EACH):
            calls = told.setdefault(key, [[] for _ in self.samples])
            for sample, text in enumerate(columns):
                genotype, depth, quality, depths = text.split(":")
                reference, _, alternative = depths.partition(",")
                numbers = (_number(each) for each in (depth, quality, reference, alternative))
                calls[sample].append(
                    Call(said_of(genotype, 1), haplotypes_of(genotype, 1), *numbers)
                )
        return told

    def counts(self, samples: Sequence[str], work: Path) -> dict[Key, list[Counts]]:
        """Return the counts of each record among some samples, by allele."""
        listed, subset = work / "listed.txt", work / "subset.bcf"
        listed.write_text("".join(f"{sample}\n" for sample in samples))
        _run("view", "-S", str(listed), "-Ob", "-o", str(subset), str(self.path))
        found: dict[Key, list[Counts]] = {}
        for key, columns in _rows(subset, _COUNTS):
            numbers = [_number(each) or 0 for each in columns]
            found.setdefault(key, []).append(Counts(*numbers))
        return found


def split_by_bcftools(path: Path, work: Path, samples: Sequence[str], fasta: Path | None) -> Split:
    """Split, and with a FASTA left-align, a file whose contigs are spelled as in the FASTA."""
    split = work / f"{path.name}.split.bcf"
    shifting = [] if fasta is None else ["-f", str(fasta)]
    _run("norm", "-m-any", *shifting, "-Ob", "-o", str(split), str(path))
    return Split(split, tuple(samples))


def _run(command: str, *arguments: str) -> str:
    return str(getattr(pysam.bcftools, command)(*arguments, catch_stdout=command == "query"))


def _rows(path: Path, query: str) -> list[tuple[Key, list[str]]]:
    rows = []
    for line in _run("query", "-f", query, str(path)).splitlines():
        contig, position_1based, reference, alternative, *columns = line.split("\t")
        if alternative.isalpha() and alternative != reference:
            # Without a FASTA bcftools splits and leaves the alleles as long as they were.
            # Anchors come from the FASTA as they stand there, in lower case too.
            change = (reference.upper(), alternative.upper())
            key = normal(contig, int(position_1based) - 1, *change, None)
            rows.append((key, columns))
    return rows


def _number(text: str) -> int | None:
    return None if text in {".", ""} else int(text)
