"""From structural variants to genes: consequences beside those of small variants, and scores."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import Assembly
from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.basis import Patient
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.consequences.consequence import Consequence, Consequences
from kerne.interpretation.consequences.predicting import predict
from kerne.interpretation.ranking.ranking import Finding
from kerne.interpretation.reading.structural import (
    StructuralCall,
    StructuralKind,
    hgvs_name,
    spoken_name,
    structural_of,
)
from kerne.interpretation.structural.overlap import effect_on
from kerne.interpretation.structural.score import CopyScores, StructuralScore, origin_in
from kerne.knowledge.genes import GeneModels


def predict_all(patient: Patient, knowledge: Knowledge) -> Consequences:
    """Predict what small and structural variants of a genome do to transcripts."""
    genome = patient.genome
    small = predict(genome.calls, knowledge.genes, knowledge.reference)
    structural = structural_consequences(genome.structural, knowledge.genes)
    return replace(small, by_allele={**small.by_allele, **structural})


def structural_consequences(
    calls: Iterable[StructuralCall], genes: GeneModels
) -> dict[Allele, tuple[Consequence, ...]]:
    """Say what structural variants do to coding transcripts; those that spare all are left out."""
    found = {}
    for call in calls:
        effects = [effect_on(call, each) for each in _near(call, genes)]
        consequences = tuple(
            Consequence(call.allele, e.transcript.identifier, e.transcript.symbol, (e.term,))
            for e in effects
            if e is not None
        )
        if consequences:
            found[call.allele] = consequences
    return found


def score_structural(
    findings: Sequence[Finding], scores: CopyScores, assembly: Assembly, *, parents_confirmed: bool
) -> tuple[Finding, ...]:
    """Score the structural variants of a gene, and see small ones over a deletion as single."""
    deletions = [
        structural_of(each.subject.allele)
        for each in findings
        if each.subject.allele.is_symbolic and each.observation.genotype is Genotype.HET
    ]
    return tuple(
        _scored(each, scores, assembly, parents_confirmed=parents_confirmed)
        if each.subject.allele.is_symbolic
        else _over_deletion(each, deletions)
        for each in findings
    )


def _scored(
    finding: Finding, scores: CopyScores, assembly: Assembly, *, parents_confirmed: bool
) -> Finding:
    call, subject = structural_of(finding.subject.allele), finding.subject
    effect = effect_on(call, subject.transcript)
    words = "" if effect is None else effect.words
    origin = origin_in(finding.observation, parents_confirmed=parents_confirmed)
    reads = finding.observation.reads
    told = "" if reads.alternative is None else f"; {reads}"
    return replace(
        finding,
        subject=replace(subject, coding_name=hgvs_name(call, assembly)),
        structural=StructuralScore(
            f"{spoken_name(call, assembly)}: {words}{told}",
            scores.of(call, origin),
        ),
    )


def _over_deletion(finding: Finding, deletions: Sequence[StructuralCall]) -> Finding:
    observation, allele = finding.observation, finding.subject.allele
    is_single = observation.genotype is Genotype.HOM and any(
        each.kind is StructuralKind.DELETION
        and each.contig == allele.contig
        and each.start <= allele.position < each.end
        for each in deletions
    )
    if not is_single:
        return finding
    only = replace(observation, genotype=Genotype.HEMI, is_over_deletion=True)
    return replace(finding, observation=only)


def _near(call: StructuralCall, genes: GeneModels) -> list[Transcript]:
    near = list(genes.overlapping(Interval(call.contig, max(0, call.start - 1), call.end + 1)))
    if call.mate is not None:
        there = call.mate.position
        near += genes.overlapping(Interval(call.mate.contig, there, there + 1))
    return near
