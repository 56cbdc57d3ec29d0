"""What the tests of cases share: an interpretation as `kerne.interpretation` makes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pyroaring import BitMap

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.sequence import ReferenceSequence
from kerne.alleles.transcript import Transcript
from kerne.cases.actions import Cases
from kerne.cases.answers.answer import ReleasedOrder
from kerne.cases.answers.report import Conclusion, Fact, Finding, Report, report_of, with_conclusion
from kerne.cases.answers.signature import open_answer_key
from kerne.cases.events import Bearing
from kerne.cases.ledger import CaseLedger, metadata
from kerne.cases.profiles import ProfileMarks
from kerne.database.engine import open_database
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.allele_list import listed
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import GenotypedAllele, Zygosity
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import (
    Candidate,
    CandidateVariant,
    Classification,
    Evidence,
    GeneCoverage,
    Genotype,
    Interpretation,
    Met,
    Mode,
    NamedTerm,
    NextLook,
    Strength,
    Tier,
)
from kerne.interpretation.secondary import FindingClass
from kerne.knowledge.genes import GeneModels
from kerne.people.asking import Action, Ask, Identity, Pass, Purpose, Refusal, Role
from kerne.people.kinship import Kinship, Parenthood, ParentOf
from kerne.people.person import Person, RegisteredSex
from kerne.phenotype.annotations import read_annotations, read_gene_links
from kerne.phenotype.distinction import Distinction
from kerne.phenotype.expectation import Basis
from kerne.phenotype.explanation import TermContribution
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.ontology import read_ontology
from kerne.phenotype.weights import Weights

T = TypeVar("T")

CAUSAL = Allele("chr2", 148_205, "C", "T")
OTHER = Allele("chr1", 90_133, "GAAG", "G")

ALONE = Weights(
    bases={each: float(each is Basis.ANNOTATIONS) for each in Basis}, backoff=2.0, normalisation=0.0
)
"""A small world knows nothing of a disease but its annotations."""


def evidence() -> tuple[Evidence, ...]:
    return (
        Evidence(
            "PVS1",
            Met.MET,
            Strength.VERY_STRONG,
            8,
            "stop gained in exon 4 of 11; the transcript is expected to decay",
            "genes release ensembl-110 (3f9a21c0)",
        ),
        Evidence(
            "PM2",
            Met.MET,
            Strength.SUPPORTING,
            1,
            "0 of 19,204 published alleles",
            "frequencies release founders (77ab01de)",
        ),
        Evidence("PP3", Met.NOT_JUDGED, Strength.NONE, 0, "no predictor is at hand", "none"),
        Evidence("PM4", Met.NOT_MET, Strength.NONE, 0, "the length is not changed in frame", "csq"),
    )


def causal_variant() -> CandidateVariant:
    return CandidateVariant(
        allele=CAUSAL,
        genotype=Genotype.HET,
        consequence="stop_gained",
        transcript="ENST00000303395",
        coding_name="ENST00000303395:c.664C>T",
        protein_name="p.(Arg222Ter)",
        evidence=evidence(),
        points=9,
        classification=Classification.LIKELY_PATHOGENIC,
        published_frequency="0 of 19,204 alleles",
        national_frequency="1 of 812 alleles among consenting citizens outside the family",
    )


def terms() -> tuple[TermContribution, ...]:
    return (
        TermContribution(
            "HP:0001250", "Seizure", 1.42, "HP:0001250", "Seizure", "30/30", "PMID:11359211"
        ),
        TermContribution(
            "HP:0001263",
            "Global developmental delay",
            0.61,
            "HP:0001249",
            "Intellectual disability",
            "frequent",
            "OMIM:607208",
        ),
        TermContribution("HP:0000365", "Hearing impairment", -0.42, "", "", "", ""),
    )


def second_candidate() -> Candidate:
    variant = replace(
        causal_variant(),
        allele=OTHER,
        consequence="inframe_deletion&splice_region",
        coding_name="",
        protein_name="",
        evidence=(),
        points=2,
        classification=Classification.UNCERTAIN,
        published_frequency="not known: no frequencies at hand",
    )
    return Candidate(
        rank=2,
        gene="PCDH19",
        disease="",
        disease_name="",
        mode=Mode.X_LINKED,
        variants=(variant,),
        log10_phenotype=-0.5,
        log10_genotype=0.2,
        log10_odds=-0.3,
        tier=Tier.NO_PANEL,
        reasons=(),
        terms=(),
    )


@pytest.fixture
def found() -> Interpretation:
    first = Candidate(
        rank=1,
        gene="SCN1A",
        disease="OMIM:607208",
        disease_name="Dravet syndrome",
        mode=Mode.DE_NOVO,
        variants=(causal_variant(),),
        log10_phenotype=1.61,
        log10_genotype=4.2,
        log10_odds=5.81,
        tier=Tier.NO_PANEL,
        reasons=("absent from both parents", "loss of function is a known mechanism of the gene"),
        terms=terms(),
    )
    return Interpretation(
        sample="S-2026-000001",
        assembly="Kernia1",
        observed=tuple(NamedTerm(term.term, term.name) for term in terms()),
        excluded=(NamedTerm("HP:0000717", "Autism"),),
        candidates=(first, second_candidate()),
        releases=("genes ensembl-110 (3f9a21c0)", "hpo 2025-01-16 (90bb12aa)"),
        absent=("predictions of missense effect: PP3 and BP4 are not judged",),
        not_examined=(
            "repeat expansions",
            "copy-number and structural variants",
            "genes with a near copy, such as SMN1",
        ),
        coverage=(
            GeneCoverage("SCN1A", 0.9731, ("chr2:148101-148140",)),
            GeneCoverage("KCNQ2", None, ()),
            GeneCoverage("STXBP1", 1.0, ()),
        ),
        variants_read=2_114,
        variants_considered=317,
        notes=("the sample has no parents in the national database",),
        next_look=NextLook(
            "Dravet syndrome",
            "Deafness 1",
            (Distinction("HP:0002373", "Febrile seizure", 0.8, 0.02),),
        ),
    )


@pytest.fixture
def report(found: Interpretation) -> Report:
    return report_of(
        found,
        title="Whole genome sequencing: answer",
        subject="P-000123",
        facts=(Fact("Case", "C-2026-000001"), Fact("Ordered by", "Hospital North")),
        made_at=datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
    )


@pytest.fixture
def signed_report(report: Report) -> Report:
    first = report.interpretation.candidates[0]
    finding = Finding(
        gene=first.gene,
        disease=first.disease,
        disease_name=first.disease_name,
        mode=first.mode,
        variant=first.variants[0],
        classification=Classification.PATHOGENIC,
        bearing=Bearing.CAUSATIVE,
        reason="published in five patients",
    )
    return with_conclusion(report, Conclusion((finding,), None, "geneticist-1", "Hospital North"))


# One gene by eye, PLUS on chr1 from 100: UTR 10 | exon 1: 30 coding | intron 40 | exon 2: 60 |
# intron 40 | exon 3: 90 | UTR 10. Exon 2 begins with CAA, so that C>T at its start is a stop.
START = 100
CHR1 = (
    "T" * START
    + "C" * 10
    + "ATG"
    + "GCA" * 9
    + "GT"
    + "TC" * 18
    + "AG"
    + "CAA" * 10
    + "TGG" * 10
    + "GT"
    + "TC" * 18
    + "AG"
    + "GAA" * 29
    + "TAA"
    + "C" * 10
    + "T" * 100
)
PLUS = Transcript(
    "TX1.1", "GENE1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), "PX1.1"
)
STOP = Allele("chr1", 180, "C", "T")
MISSENSE = Allele("chr1", 210, "T", "C")

OBO = """format-version: 1.2
data-version: releases/2025-01-01

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0000010
name: Blue ears
alt_id: HP:0000011
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000020
name: Green nails
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0000005
name: Mode of inheritance
is_a: HP:0000001 ! All

[Term]
id: HP:0000006
name: Autosomal dominant inheritance
is_a: HP:0000005 ! Mode of inheritance
"""
HPOA = """#version: 2025-01-01
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\
\taspect\tbiocuration
OMIM:1\tBlue ear disease\t\tHP:0000006\tPMID:1\tPCS\t\t\t\t\tI\tx
OMIM:1\tBlue ear disease\t\tHP:0000010\tPMID:1\tPCS\t\t9/10\t\t\tP\tx
"""
GREEN_NAILS = "OMIM:{0}\tGreen nail disease {0}\t\tHP:0000020\tPMID:1\tPCS\t\t9/10\t\t\tP\tx\n"
LINKS = """ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id
1\tPLUS\tHP:0000010\tBlue ears\t-\tOMIM:1
"""


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "reference.fa").write_text(f">chr1\n{CHR1}\n")
    (folder / "hp.obo").write_text(OBO)
    (folder / "phenotype.hpoa").write_text(HPOA + "".join(map(GREEN_NAILS.format, range(2, 40))))
    (folder / "genes_to_phenotype.txt").write_text(LINKS)
    ontology = read_ontology(folder / "hp.obo")
    annotations = read_annotations(folder / "phenotype.hpoa", ontology)
    return Knowledge(
        assembly=KERNIA1,
        model=LikelihoodModel(ontology, annotations, weights=ALONE),
        gene_links=read_gene_links(folder / "genes_to_phenotype.txt"),
        genes=GeneModels([PLUS]),
        reference=ReferenceSequence(folder / "reference.fa"),
        frequencies=None,
        releases=(),
    )


PATIENT, MOTHER, FATHER, BROTHER, STRANGER = (f"P-{number:06d}" for number in range(1, 6))
ORDER, SAMPLE = "K-2026-000001", "S-2026-000001"


@dataclass(frozen=True)
class Granted:
    entry: int
    ask: Ask


@dataclass
class WatchedDoor:
    """Grants everything except asks about `closed_to`; remembers what was asked."""

    asks: list[Ask] = field(default_factory=list)
    closed_to: set[str] = field(default_factory=set)

    def answer(self, ask: Ask, work: Callable[[Pass], T]) -> T | Refusal:
        self.asks.append(ask)
        if self.closed_to.intersection(ask.persons):
            return Refusal(("the patient has blocked you",), ("blocked",))
        return work(Granted(len(self.asks), ask))

    @property
    def actions(self) -> list[Action]:
        return [ask.action for ask in self.asks]


class NotedRegister:
    """A family of four and a stranger; rows for those who are sequenced."""

    def __init__(self) -> None:
        self.treated: set[tuple[str, str]] = set()
        self.sequenced = {PATIENT: 1, MOTHER: 2, FATHER: 3, STRANGER: 5}

    def person(self, number: str) -> Person:
        sexes = {MOTHER: RegisteredSex.FEMALE, FATHER: RegisteredSex.MALE}
        sex = sexes.get(number, RegisteredSex.UNKNOWN)
        return Person(number, "A Name", None, date(2019, 5, 2), sex, "North")

    def rows_of(self, person: str) -> BitMap:
        return BitMap([self.sequenced[person]] if person in self.sequenced else [])

    def may_help(self, person: str) -> bool:
        return person in self.sequenced

    def kinship(self) -> Kinship:
        return Kinship(
            ParentOf(parent, child, Parenthood.GENETIC)
            for parent in (MOTHER, FATHER)
            for child in (PATIENT, BROTHER)
        )

    def start_treatment(self, identity: str, person: str, order: str, at: datetime) -> None:
        assert order.startswith("K-2026-")
        assert at.tzinfo is not None
        self.treated.add((identity, person))


class NotedOrders:
    def person_of(self, order: str) -> str:
        assert order.startswith("K-2026-")
        return PATIENT

    def released(self, order: str) -> ReleasedOrder:
        question = "why are the ears blue?"
        return ReleasedOrder(order, PATIENT, SAMPLE, "Hospital North", "ear", question, 4)


@dataclass
class NotedFindings:
    """What is open to the patient, as the test sets it."""

    opened: frozenset[FindingClass] = frozenset()

    def open_classes(self, person: str) -> frozenset[FindingClass]:
        assert person == PATIENT
        return self.opened


class NotedGenomes:
    """The patient carries a stop and a missense variant, the mother the missense."""

    def __init__(self) -> None:
        self.refuses: set[str] = set()
        self.left_out: frozenset[str] = frozenset()
        self.asked: list[Allele] = []
        self.carried = {
            PATIENT: {STOP: Zygosity.HET, MISSENSE: Zygosity.HALF},
            MOTHER: {MISSENSE: Zygosity.HET},
            FATHER: {},
        }

    def variants_of(self, who: Identity, purpose: str, person: str) -> PersonalGenome | Refusal:
        assert who.roles
        assert purpose == Purpose.OWN_TREATMENT
        if person in self.refuses:
            return Refusal(("the consent was withdrawn",))
        variants = tuple(
            GenotypedAllele(allele, zygosity, 31, is_counted=zygosity is not Zygosity.HALF)
            for allele, zygosity in self.carried[person].items()
        )
        whole = Intervals.build([Interval(name, 0, len(CHR1)) for name in ("chr1", "chr2")])
        sample = SAMPLE if person == PATIENT else f"S-of-{person}"
        return PersonalGenome(sample, int(person[2:]), variants, whole)

    def frequencies(
        self,
        who: Identity,
        purpose: str,
        *,
        alleles: Sequence[Allele] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> Frequencies | Refusal:
        assert who.roles
        assert purpose == Purpose.TREATMENT_OF_ANOTHER
        if "everyone" in self.refuses:
            return Refusal(("no such purpose for you",))
        self.left_out = without
        self.asked += alleles or ()
        many = np.full(len(alleles or ()), 1, dtype=np.int64)
        contigs = [contig.name for contig in KERNIA1.contigs]
        return Frequencies(listed(alleles or (), contigs), many, many * 640, many, many, many)


class ReversingSealer:
    """Seals so that a reader of the file does not see the text, which is all a test needs."""

    def seal(self, person: str, plain: bytes, place: str) -> bytes:
        return (f"{person} {place}".encode() + b"\0" + plain)[::-1]

    def unseal(self, person: str, sealed: bytes, place: str) -> bytes:
        whose, plain = sealed[::-1].split(b"\0", 1)
        assert whose.decode() == f"{person} {place}"
        return plain

    def seal_document(self, person: str, name: str, content: bytes) -> bytes:
        return self.seal(person, content, name)

    def unseal_document(self, person: str, name: str, sealed: bytes) -> bytes:
        return self.unseal(person, sealed, name)


@dataclass
class SteppingClock:
    """Every look at the clock takes an hour."""

    now: datetime = datetime(2026, 3, 9, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@dataclass(frozen=True)
class Room:
    """The room of cases with everything that the tests look at around it."""

    cases: Cases
    door: WatchedDoor
    register: NotedRegister
    genomes: NotedGenomes
    findings: NotedFindings
    geneticist: Identity


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    return tmp_path / "cases.sqlite"


@pytest.fixture
def ledger(case_file: Path) -> CaseLedger:
    return CaseLedger(open_database(case_file, metadata), ReversingSealer())


def read_again(knowledge: Knowledge) -> Knowledge:
    """The same knowledge, which may be closed."""
    return replace(knowledge, reference=ReferenceSequence(knowledge.reference.path))


@pytest.fixture
def room(tmp_path: Path, ledger: CaseLedger, knowledge: Knowledge) -> Room:
    door, register, genomes, findings = (
        WatchedDoor(),
        NotedRegister(),
        NotedGenomes(),
        NotedFindings(),
    )
    cases = Cases(
        ledger=ledger,
        gate=door,
        orders=NotedOrders(),
        register=register,
        findings=findings,
        kin=register,
        genomes=genomes,
        knowledge=lambda: knowledge,
        reopen=lambda _releases: replace(
            knowledge, reference=ReferenceSequence(knowledge.reference.path)
        ),
        assembly=KERNIA1,
        marks=ProfileMarks(b"key of the marks"),
        key=open_answer_key(tmp_path / "key.pem"),
        answers=tmp_path / "answers",
        clock=SteppingClock(),
        zone=ZoneInfo("Europe/Copenhagen"),
    )
    geneticist = Identity("geneticist-1", frozenset({Role.GENETICIST}), "Hospital North")
    return Room(cases, door, register, genomes, findings, geneticist)
