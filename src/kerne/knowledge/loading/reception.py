"""Take alleles from files into a table to be: contigs resolved, places checked, in normal form.

An indel is shifted as far left as the reference sequence at hand allows; where there is none, or
it does not reach, it is only trimmed, and the facts of the table say so. Bases that differ from the
sequence are counted: if they are many the file is of another assembly.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.normalise import left_align, trim
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.vcf import VcfFile, VcfRecord
from kerne.errors import AlleleError, AssemblyError, InputFileError
from kerne.knowledge.variant_table.fields import Value
from kerne.knowledge.variant_table.gathering import Gathering

FEWEST_COMPARED: Final = 20
MOST_DIFFERING: Final = 0.02
"""Of compared reference bases; in another assembly about three in four differ."""

SUBSTITUTIONS_COMPARED: Final = 5000
"""The first so many of a table, and of the rest one in as many."""

Report = Callable[[int], None]
"""Told how many more bytes were read."""
RECORDS_A_REPORT: Final = 10_000


def watched(vcf: VcfFile, report: Report) -> Iterator[VcfRecord]:
    """Yield the records of a file, and report now and then how far it is read."""
    done = 0
    for number, record in enumerate(vcf, start=1):
        yield record
        if not number % RECORDS_A_REPORT:
            report(vcf.bytes_read - done)
            done = vcf.bytes_read
    report(vcf.bytes_read - done)


class Reception:
    """Takes the alleles of several files into one table to be.

    Parameters
    ----------
    sequence
        `None` when no reference sequence of the assembly is at hand.

    Attributes
    ----------
    left_out
        How many alleles are on a contig that the assembly does not have, by its name.
    passed_over
        How many records were not taken in, by the reason.
    """

    def __init__(
        self,
        gathering: Gathering,
        files: Sequence[Path],
        assembly: Assembly,
        sequence: SequenceSource | None,
    ) -> None:
        self.files = tuple(files)
        self.assembly = assembly
        self.left_out: Counter[str] = Counter()
        self.passed_over: Counter[str] = Counter()
        self._gathering = gathering
        self._sequence = sequence
        self._names: dict[str, tuple[str, int | None] | None] = {}
        self._seen = 0
        self._trimmed_only = 0
        self._compared = 0
        self._differing = 0

    def take(
        self,
        source: tuple[int, int],
        place: tuple[str, int],
        change: tuple[str, str],
        values: Sequence[Value],
    ) -> None:
        """Take one allele; on a contig that the assembly does not have it is counted and left out.

        Parameters
        ----------
        source
            Which of the files, counted from 0, and which line of it.
        place
            Contig as the file spells it, and 0-based position.
        change
            Reference and alternative bases, upper case.

        Raises
        ------
        InputFileError
            The allele goes past the end of its contig, or changes nothing.
        AssemblyError
            The contig is named by an accession of another assembly.
        """
        if place[0] not in self._names:
            self._names[place[0]] = self._resolved(place[0])
        known = self._names[place[0]]
        if known is None:
            self.left_out[place[0]] += 1
            return
        contig, length = known
        if length is not None and place[1] + len(change[0]) > length:
            raise self._error(source, f"`{contig}` ends at `{length}`, before this allele does")
        if change[0] == change[1]:
            raise self._error(source, "this allele changes nothing")
        position, change = self._normal(contig, place[1], change)
        self._gathering.add((contig, position), change, values, source)

    def check(self) -> None:
        """Check, once all alleles are taken in, that they can be of the assembly.

        Raises
        ------
        AssemblyError
            The reference bases are not those of the sequence, or no contig is of the assembly.
        """
        if self._compared >= FEWEST_COMPARED and self._differing > MOST_DIFFERING * self._compared:
            raise AssemblyError(
                f"`{self._differing}` of `{self._compared}` reference bases compared are not those "
                f"of the sequence of assembly `{self.assembly.name}`: of another assembly?"
            )
        if self.left_out and not any(self._names.values()):
            first = next(iter(self.left_out))
            raise AssemblyError(
                f"no contig of the file (the first is `{first}`) belongs to assembly "
                f"`{self.assembly.name}`"
            )

    def facts(self) -> dict[str, str]:
        """Say what is to be known of the table beside its alleles."""
        facts = {"normal form": self._normal_form()}
        if self.left_out:
            alleles = f"{self.left_out.total():,} alleles on {len(self.left_out):,} contigs"
            facts["left out"] = f"{alleles} that the assembly does not have"
        if self.passed_over:
            reasons = (f"{count:,} records {reason}" for reason, count in self.passed_over.items())
            facts["passed over"] = "; ".join(reasons)
        return facts

    def _normal_form(self) -> str:
        if self._sequence is None:
            return "trimmed, not shifted: no reference sequence was at hand"
        if self._trimmed_only:
            return (
                f"left-aligned, but {self._trimmed_only:,} indels beyond the sequence only trimmed"
            )
        return "left-aligned"

    def _resolved(self, name: str) -> tuple[str, int | None] | None:
        try:
            contig = self.assembly.contig(name)
        except AssemblyError as error:
            if "belongs to" in str(error):
                raise
            return None
        return contig.name, contig.length_bp

    def _normal(
        self, contig: str, position: int, change: tuple[str, str]
    ) -> tuple[int, tuple[str, str]]:
        reference, alternative = change
        if len(reference) == len(alternative) == 1:
            self._compare(contig, position, reference)
            return position, change
        if self._sequence is not None:
            try:
                allele = left_align(Allele(contig, position, *change), self._sequence)
            except AssemblyError:
                self._trimmed_only += 1
            except AlleleError:
                self._compared += 1
                self._differing += 1
            else:
                self._compared += 1
                return allele.position, (allele.reference, allele.alternative)
        position, reference, alternative = trim(position, reference, alternative)
        return position, (reference, alternative)

    def _compare(self, contig: str, position: int, base: str) -> None:
        """Compare a reference base with the sequence now and then."""
        self._seen += 1
        is_due = self._seen <= SUBSTITUTIONS_COMPARED or not self._seen % SUBSTITUTIONS_COMPARED
        if self._sequence is None or not is_due:
            return
        try:
            ours = self._sequence.fetch(contig, position, position + 1)
        except AssemblyError:
            return
        self._compared += 1
        self._differing += ours not in {base, "N"}

    def _error(self, source: tuple[int, int], problem: str) -> InputFileError:
        return InputFileError(self.files[source[0]], problem, source[1])
