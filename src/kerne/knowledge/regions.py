"""Where a gene lies, by the newest gene models of a knowledge base."""

from functools import cached_property

from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval, Intervals
from kerne.errors import KnowledgeError
from kerne.knowledge.genes import GeneModels, completed, read_gene_models
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase


class GeneRegions:
    """Finds genes on `assembly`; the models are read when the first one is asked for."""

    def __init__(self, base: KnowledgeBase, assembly: Assembly) -> None:
        self._base = base
        self._assembly = assembly

    def coding_places(self) -> Intervals:
        """Return the places of every coding base that the gene models know.

        Raises
        ------
        KnowledgeError
            There are no gene models.
        """
        return self.models().coding_places()

    def region(self, gene: str) -> Interval:
        """Return the interval of all transcripts of a gene.

        Raises
        ------
        KnowledgeError
            There are no gene models, or they do not know the gene.
        """
        transcripts = self.models().of_gene(gene)
        if not transcripts:
            raise KnowledgeError(f"gene `{gene}` is unknown to the gene models of this centre")
        return Interval(
            transcripts[0].contig,
            min(transcript.start for transcript in transcripts),
            max(transcript.end for transcript in transcripts),
        )

    def models(self) -> GeneModels:
        """Return the gene models.

        Raises
        ------
        KnowledgeError
            There are none.
        """
        return self._models

    @cached_property
    def _models(self) -> GeneModels:
        release = self._base.newest(Kind.GENES, self._assembly.name)
        if release is None:
            raise KnowledgeError(
                "the centre has no gene models; add them with `kerne knowledge add genes FILE`"
            )
        return completed(read_gene_models(release.path, self._assembly), self._assembly)
