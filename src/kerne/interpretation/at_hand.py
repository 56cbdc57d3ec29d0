"""The knowledge at hand for one assembly: opened once, used for many patients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from kerne.alleles.assembly import Assembly
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import KnowledgeError
from kerne.interpretation.criteria.subject import Sources
from kerne.knowledge.allele_library import AlleleLibrary
from kerne.knowledge.dosage import DosageRegions
from kerne.knowledge.frequencies import PublishedFrequencies, read_frequencies
from kerne.knowledge.gene_library import GeneLibrary
from kerne.knowledge.genes import GeneModels, read_gene_models
from kerne.knowledge.known_variants import KnownVariants
from kerne.knowledge.release import Kind, Release
from kerne.knowledge.releases import KnowledgeBase
from kerne.phenotype.annotations import FILE_NAME as ANNOTATIONS
from kerne.phenotype.annotations import GENES_FILE_NAME, read_annotations, read_gene_links
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import FILE_NAME as ONTOLOGY
from kerne.phenotype.ontology import Ontology, read_ontology


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What an interpretation may use.

    Parameters
    ----------
    gene_links
        Diseases by gene symbol.
    frequencies
        `None` when no release is at hand: then rarity is not judged.
    releases
        Everything here comes from these.
    facts
        What is published about alleles: frequency, scores, ClinVar's class.
    gene_facts
        What is published about genes: constraint, validity, dosage.
    known
        The variants that ClinVar classes, by place.
    dosage
        Regions and genes judged for dosage sensitivity, by place.
    """

    assembly: Assembly
    model: LikelihoodModel
    gene_links: Mapping[str, frozenset[str]]
    genes: GeneModels
    reference: ReferenceSequence
    frequencies: PublishedFrequencies | None
    releases: tuple[Release, ...]
    facts: AlleleLibrary = field(default_factory=AlleleLibrary)
    gene_facts: GeneLibrary = field(default_factory=GeneLibrary)
    known: KnownVariants = field(default_factory=KnownVariants)
    dosage: DosageRegions = field(default_factory=DosageRegions)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the reference sequence."""
        self.reference.close()

    @property
    def ontology(self) -> Ontology:
        """The ontology that phenotypes are given in."""
        return self.model.ontology

    @property
    def sources(self) -> Sources:
        """How evidence names the releases."""
        return Sources(self.label_of(Kind.GENES), self.label_of(Kind.FREQUENCIES))

    def label_of(self, kind: Kind) -> str:
        """Name the release of a kind; empty when none is at hand."""
        return next((str(release) for release in self.releases if release.kind is kind), "")

    @property
    def labels(self) -> tuple[str, ...]:
        """All releases in words."""
        return tuple(str(release) for release in self.releases)


def open_knowledge(base: KnowledgeBase, assembly: Assembly) -> Knowledge:
    """Open the newest releases for an assembly.

    Raises
    ------
    KnowledgeError
        There is no reference sequence, no gene models or no HPO; the message says what to add.
    """
    hpo = _needed(base, Kind.HPO, None)
    reference = _needed(base, Kind.REFERENCE, assembly)
    genes = _needed(base, Kind.GENES, assembly)
    frequencies = base.newest(Kind.FREQUENCIES, assembly.name)
    ontology = read_ontology(hpo.path / ONTOLOGY)
    annotations = read_annotations(hpo.path / ANNOTATIONS, ontology)
    published = None if frequencies is None else read_frequencies(frequencies.path, assembly)
    return Knowledge(
        assembly=assembly,
        model=LikelihoodModel(ontology, annotations),
        gene_links=read_gene_links(hpo.path / GENES_FILE_NAME),
        genes=read_gene_models(genes.path, assembly),
        reference=ReferenceSequence(reference.path),
        frequencies=published,
        releases=tuple(each for each in (hpo, reference, genes, frequencies) if each is not None),
        facts=AlleleLibrary(published),
    )


def _needed(base: KnowledgeBase, kind: Kind, assembly: Assembly | None) -> Release:
    release = base.newest(kind, None if assembly is None else assembly.name)
    if release is not None:
        return release
    which = "" if assembly is None else f" of assembly `{assembly.name}`"
    option = "" if assembly is None else f" --assembly {assembly.name}"
    file = {Kind.REFERENCE: "FASTA", Kind.GENES: "GFF3-or-bigGenePred"}.get(kind, "DIRECTORY")
    raise KnowledgeError(
        f"no `{kind.value}` release{which} in `{base.path}`; "
        f"add one with `kerne knowledge add {kind.value} {file}{option}`"
    )
