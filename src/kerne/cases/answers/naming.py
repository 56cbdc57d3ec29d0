"""How the alleles of an answer get their VRS identifiers: from the reference sequence at hand."""

from dataclasses import dataclass, field

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.sequence import SequenceSource
from kerne.alleles.vrs import VrsAllele, refget_accession, vrs_allele
from kerne.errors import AssemblyError


@dataclass(frozen=True, slots=True)
class VrsNames:
    """Names alleles of one assembly; the accession of each contig is found once."""

    assembly: Assembly
    sequence: SequenceSource
    _accessions: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, allele: Allele) -> VrsAllele | None:
        """Return the allele as VRS has it; `None` where the sequence does not hold its place.

        A structural variant has no name there: its sequence is not known to the base.
        """
        if allele.is_symbolic:
            return None
        try:
            refget = self._accession(allele.contig)
            return None if refget is None else vrs_allele(allele, refget, self.sequence)
        except AssemblyError:  # the release lacks the contig, or holds only a part of it
            return None

    def _accession(self, contig: str) -> str | None:
        if contig not in self._accessions:
            self._accessions[contig] = refget_accession(contig, self.assembly, self.sequence)
        return self._accessions[contig]
