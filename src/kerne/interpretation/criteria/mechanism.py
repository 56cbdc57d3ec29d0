"""PVS1: a loss of the product, where the loss is how the disease comes about.

How far the product is lost is `loss`. Here follows what figure 1 of the recommendation asks beyond:
whether the stretch that escapes decay matters, what a lost start leaves, whether other transcripts
spare the product; and, first of all (table 1), whether loss of function is the mechanism at all.

References
----------
Abou Tayoun et al. 2018 (doi:10.1002/humu.23626); Karczewski et al. 2020 (doi:10.1038/
s41586-020-2308-7; LOEUF below 0.35); ClinGen gene-disease validity (Strande 2017).
"""

from dataclasses import dataclass

from kerne.interpretation.candidate import Evidence, Mode, Strength
from kerne.interpretation.classification import not_judged, not_met, pathogenic
from kerne.interpretation.criteria.known import counts_as_pathogenic
from kerne.interpretation.criteria.loss import ALL as LOSS
from kerne.interpretation.criteria.loss import START, Loss, first_codon_of, judge_loss
from kerne.interpretation.criteria.subject import DOMINANT, RECESSIVE, Sources, Subject
from kerne.knowledge.gene_facts import DosageScore, GeneFacts, ValidityClass
from kerne.knowledge.tags import MANE

CONSTRAINED_LOEUF = 0.35
CONSTRAINED_PLI = 0.9
LEAST_LOSSES = 3
"""So many pathogenic losses of a gene show that loss is how its disease comes about."""

SURE = frozenset({ValidityClass.DEFINITIVE, ValidityClass.STRONG})
LETTERS = {mode: frozenset({"AR", "SD"}) for mode in RECESSIVE} | {
    mode: frozenset({"AD", "SD"}) for mode in DOMINANT
}
"""ClinGen's letters of the modes of inheritance."""
MODE_LETTERS = LETTERS | {Mode.X_LINKED: frozenset({"XL"}), Mode.MITOCHONDRIAL: frozenset({"MT"})}


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Whether loss of function causes the disease; `None` when nothing at hand says so."""

    is_loss: bool | None
    words: str
    source: str = ""


def judge_pvs1(subject: Subject, sources: Sources, mode: Mode) -> Evidence:
    """Judge a loss of function where losing the product is known to cause the disease."""
    terms = subject.terms
    if not terms & LOSS:
        words = f"{' & '.join(subject.consequence.terms)} is no loss-of-function variant"
        return not_met("PVS1", words, sources.genes)
    loss = expected_loss(subject)
    if loss is None:
        return not_judged("PVS1", "the transcript has no coding sequence to judge by")
    if loss.strength is Strength.NONE:
        return not_judged("PVS1", loss.words)
    if subject.spared and not subject.transcript.tags & MANE:
        words = f"{loss.words}; spared: {', '.join(subject.spared)}"
        return not_met("PVS1", words, sources.genes)
    return _by_mechanism(loss, mechanism_of(subject, sources, mode), subject, sources, mode)


def _by_mechanism(
    loss: Loss, mechanism: Mechanism, subject: Subject, sources: Sources, mode: Mode
) -> Evidence:
    if mechanism.is_loss is None:
        words = (
            f"{loss.words}: would be {loss.strength} if loss of function is known to cause the "
            f"disease, {mechanism.words}"
        )
        return not_judged("PVS1", words)
    words = f"{loss.words}; {mechanism.words}"
    if not mechanism.is_loss:
        return not_met("PVS1", words, mechanism.source)
    source = mechanism.source or sources.genes
    said = _validity_in(subject.gene, mode)
    if said and not said & {*SURE, ValidityClass.MODERATE}:
        words = f"{words}; but the gene's part in such a disease is {' or '.join(sorted(said))}"
        return not_met("PVS1", words, sources.validity)
    if said and not said & SURE:
        words = f"{words}; one step less, as the gene's part in it is only moderately sure"
        return pathogenic("PVS1", one_lower(loss.strength), words, source)
    return pathogenic("PVS1", loss.strength, words, source)


def mechanism_of(subject: Subject, sources: Sources, mode: Mode) -> Mechanism:
    """Say whether loss of the product causes the disease, by the surest source at hand."""
    gene = subject.gene
    found = (
        _by_experts(subject)
        or (None if gene is None else _by_dosage(gene, sources, mode))
        or _by_known(subject, sources, mode)
        or (None if gene is None else _by_constraint(gene, sources, mode))
    )
    if found is not None:
        return found
    if gene is None and subject.known is None:
        return Mechanism(is_loss=None, words="which was not looked up")
    return Mechanism(is_loss=None, words="and nothing at hand says that it does")


def _by_experts(subject: Subject) -> Mechanism | None:
    specification = subject.specification
    if not specification.includes("PVS1"):
        return None
    words = "the experts of the gene use it"
    return Mechanism(is_loss=True, words=words, source=specification.label)


def _by_dosage(gene: GeneFacts, sources: Sources, mode: Mode) -> Mechanism | None:
    score = gene.haploinsufficiency
    if mode in RECESSIVE and score is DosageScore.RECESSIVE:
        words = "ClinGen: losing both copies causes disease"
        return Mechanism(is_loss=True, words=words, source=sources.dosage)
    if mode not in RECESSIVE and score is DosageScore.SUFFICIENT:
        words = "ClinGen: losing one copy causes disease"
        return Mechanism(is_loss=True, words=words, source=sources.dosage)
    if mode not in RECESSIVE and score is DosageScore.UNLIKELY:
        words = "ClinGen: losing one copy is unlikely to cause disease"
        return Mechanism(is_loss=False, words=words, source=sources.dosage)
    return None


def _by_known(subject: Subject, sources: Sources, mode: Mode) -> Mechanism | None:
    if mode in RECESSIVE:
        words = "loss of function is taken as the mechanism of a recessive disease"
        return Mechanism(is_loss=True, words=words, source=sources.genes)
    known = subject.known
    if known is None or known.pathogenic_losses < LEAST_LOSSES:
        return None
    words = f"{known.pathogenic_losses} losses of the product are known to be pathogenic"
    return Mechanism(is_loss=True, words=words, source=sources.clinvar)


def _by_constraint(gene: GeneFacts, sources: Sources, mode: Mode) -> Mechanism | None:
    if not _is_constrained(gene):
        return None
    words = constraint_in_words(gene)
    if not _is_sure(gene, mode):
        return Mechanism(is_loss=None, words=f"{words}, but no panel is sure of the gene")
    words = f"{words}, and ClinGen is sure of the gene"
    source = f"{sources.constraint}; {sources.validity}"
    return Mechanism(is_loss=True, words=words, source=source)


def expected_loss(subject: Subject) -> Loss | None:
    """Say how strongly a variant is expected to destroy the gene's product, whatever the disease.

    `None` when it is no loss-of-function variant.
    """
    terms = subject.terms
    loss = judge_loss(terms, subject.transcript, subject.allele.position, subject.protein_name)
    if loss is None:
        return None
    if terms & START and loss.strength is Strength.SUPPORTING:
        return _lost_start(subject, loss)
    if loss.strength is Strength.MODERATE:
        return _in_region_that_matters(subject, loss)
    return loss


def one_lower(strength: Strength) -> Strength:
    """Give the next strength below; supporting stays as it is."""
    return {
        Strength.VERY_STRONG: Strength.STRONG,
        Strength.STRONG: Strength.MODERATE,
        Strength.NONE: Strength.NONE,
    }.get(strength, Strength.SUPPORTING)


def constraint_in_words(gene: GeneFacts) -> str:
    """Say how the gene tolerates losses."""
    loeuf = "" if gene.loeuf is None else f"LOEUF {gene.loeuf:.2f}"
    pli = "" if gene.pli is None else f"pLI {gene.pli:.2f}"
    return ", ".join(filter(None, (loeuf, pli)))


def _lost_start(subject: Subject, loss: Loss) -> Loss:
    """Weigh a lost start by what is known to be pathogenic before the next one (figure 1)."""
    known, following = subject.known, subject.next_start
    if known is None or following is None:
        return loss
    harmful = sum(
        _is_before(each.protein_name, following)
        for each in known.near
        if (counts_as_pathogenic(each))
    )
    words = f"start codon lost; before the next one, codon {following}, {harmful} variants are "
    if harmful:
        return Loss(Strength.MODERATE, f"{words}pathogenic")
    return Loss(Strength.SUPPORTING, f"{words}known to be pathogenic")


def _is_before(protein_name: str, codon: int) -> bool:
    first = first_codon_of(protein_name)
    return first is not None and 1 < first < codon


def _in_region_that_matters(subject: Subject, loss: Loss) -> Loss:
    """Raise a small loss that takes away what the protein is known to need (figure 1)."""
    codon = first_codon_of(subject.protein_name)
    if codon is None or subject.protein_name.endswith("?"):
        return loss
    needed = subject.specification.regions_of("PM1")
    lost = [each for each in needed if each.last >= codon]
    if lost:
        return Loss(Strength.STRONG, f"{loss.words}, with {lost[0]}, which the experts name")
    behind = 0 if subject.known is None else subject.known.pathogenic_behind
    if behind:
        return Loss(Strength.STRONG, f"{loss.words}; {behind} pathogenic variants lie behind it")
    return loss


def _is_constrained(gene: GeneFacts) -> bool:
    is_intolerant = gene.pli is not None and gene.pli >= CONSTRAINED_PLI
    return is_intolerant or (gene.loeuf is not None and gene.loeuf < CONSTRAINED_LOEUF)


def _is_sure(gene: GeneFacts, mode: Mode) -> bool:
    return any(
        each.classification in SURE and each.inheritance in MODE_LETTERS[mode]
        for each in gene.validity
    )


def _validity_in(gene: GeneFacts | None, mode: Mode) -> frozenset[ValidityClass]:
    """Give what panels say of the gene in diseases of this mode; empty where none says anything."""
    validity = () if gene is None else gene.validity
    return frozenset(e.classification for e in validity if e.inheritance in MODE_LETTERS[mode])
