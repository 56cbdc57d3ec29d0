import re
from collections.abc import Callable
from typing import Protocol

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.protein import protein_name, spliced_sequence
from kerne.alleles.sequence import CODONS, SequenceSource, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError

Golden = Callable[[str], list[dict[str, str]]]


class MakeSequence(Protocol):
    def __call__(self, bases: str) -> SequenceSource: ...


THREE = re.compile(r"[A-Z][a-z]{2}")
LETTER = {
    "Ala": "A",
    "Cys": "C",
    "Asp": "D",
    "Glu": "E",
    "Phe": "F",
    "Gly": "G",
    "His": "H",
    "Ile": "I",
    "Lys": "K",
    "Leu": "L",
    "Met": "M",
    "Asn": "N",
    "Pro": "P",
    "Gln": "Q",
    "Arg": "R",
    "Ser": "S",
    "Thr": "T",
    "Val": "V",
    "Trp": "W",
    "Tyr": "Y",
    "Ter": "*",
}
LEADER = "GCGC"
"""Untranslated bases before the start codon of every drawn gene."""


def one_exon(message: str, coding_bp: int) -> Transcript:
    start = len(LEADER)
    cds = (start, start + coding_bp)
    return Transcript("NM_1.1", "gene", "GENE", "chr1", 1, ((0, len(message)),), cds, "NP_1.1")


def anchored(message: str, start: int, end: int, inserted: str) -> Allele:
    """Write a change as VCF does; it never begins at the first base here."""
    anchor = message[start - 1]
    return Allele("chr1", start - 1, anchor + message[start:end], anchor + inserted)


def naive_protein(coding: str) -> str:
    """Read codons up to the first stop; without one, to the last whole codon."""
    protein = ""
    for at in range(0, len(coding) - 2, 3):
        protein += CODONS[coding[at : at + 3]]
        if protein.endswith("*"):
            break
    return protein


def letters(text: str) -> str:
    return "".join(LETTER[name] for name in THREE.findall(text))


def naive_reading(name: str, reference: str, altered: str) -> str:
    """Read a name back: the protein that it says, as far as it says it."""
    body = name.removeprefix("p.(").removesuffix(")")
    shifted = re.fullmatch(r"([A-Z][a-z]{2})(\d+)([A-Z][a-z]{2})(fs|ext)Ter(\d+|\?)", body)
    if shifted is not None:
        at = int(shifted[2]) - 1
        assert reference[at] == LETTER[shifted[1]]
        assert altered[at] == LETTER[shifted[3]]
        steps = altered.find("*") - at + (1 if shifted[4] == "fs" else 0)
        assert shifted[5] == ("?" if "*" not in altered else str(steps))
        return reference[:at] + altered[at:]
    place = re.fullmatch(
        r"([A-Z][a-z]{2})(\d+)(?:_([A-Z][a-z]{2})(\d+))?(delins|del|ins|dup|=)?(.*)", body
    )
    assert place is not None
    start, end = int(place[2]) - 1, int(place[4] or place[2])
    assert reference[start] == LETTER[place[1]]
    assert reference[end - 1] == LETTER[place[3] or place[1]]
    inserted = letters(place[6])
    if place[5] == "=":
        return reference
    if place[5] == "dup":
        result = reference[:end] + reference[start:]
    elif place[5] == "ins":
        result = reference[: start + 1] + inserted + reference[end - 1 :]
    else:
        result = reference[:start] + inserted + reference[end:]
    return result[: result.index("*") + 1]


@st.composite
def coding_changes(draw: st.DrawFn) -> tuple[str, int, int, int, str]:
    """Draw a message that reads from start to stop, and a change that begins in its coding part."""
    codon = st.sampled_from([codon for codon, residue in CODONS.items() if residue in "KNF"])
    inner = "".join(draw(st.lists(codon, min_size=1, max_size=6)))
    tail = draw(st.text("ACGT", min_size=3, max_size=20))
    message = LEADER + "ATG" + inner + draw(st.sampled_from(["TAA", "TAG", "TGA"])) + tail
    coding_bp = len(inner) + 6
    start = draw(st.integers(len(LEADER) + 3, len(LEADER) + coding_bp - 1))
    end = draw(st.integers(start, min(len(message) - 1, start + 7)))
    inserted = draw(st.text("ACT", max_size=7))
    assume(inserted != message[start:end])
    return message, coding_bp, start, end, inserted


@given(coding_changes())
@settings(deadline=None, max_examples=500, derandomize=True)
def test_protein_name__reads_back_to_the_protein_of_the_changed_message(
    drawn: tuple[str, int, int, int, str],
) -> None:
    message, coding_bp, start, end, inserted = drawn
    origin = len(LEADER)
    reference = naive_protein(message[origin : origin + coding_bp])
    altered = naive_protein((message[:start] + inserted + message[end:])[origin:])
    allele = anchored(message, start, end, inserted)
    name = protein_name(one_exon(message, coding_bp), allele, _Text(message))
    if name == "p.(=)":
        assert altered == reference
    elif name == "p.?":
        assert reference.startswith(altered)
    else:
        assert naive_reading(name, reference, altered) == altered


@given(coding_changes())
@settings(deadline=None, max_examples=100, derandomize=True)
def test_protein_name__is_the_same_for_the_same_gene_on_the_other_strand(
    drawn: tuple[str, int, int, int, str],
) -> None:
    message, coding_bp, start, end, inserted = drawn
    size = len(message)
    gene = one_exon(message, coding_bp)
    allele = anchored(message, start, end, inserted)
    first, last = len(LEADER), len(LEADER) + coding_bp
    other_gene = Transcript(
        *("NM_1.1", "gene", "GENE", "chr1", -1, ((0, size),), (size - last, size - first), None)
    )
    other_allele = Allele(
        "chr1",
        size - allele.end,
        reverse_complement(allele.reference),
        reverse_complement(allele.alternative),
    )
    found = protein_name(gene, allele, _Text(message))
    assert protein_name(other_gene, other_allele, _Text(reverse_complement(message))) == found


def test_protein_names__follow_the_recommendations(golden: Golden) -> None:
    for row in golden("hgvs_protein.tsv"):
        coding, tail = row["coding"].split("|")
        message = LEADER + coding + tail
        offset = len(LEADER)
        inserted = row["inserted"].strip("-")
        start, end = int(row["start"]) + offset, int(row["end"]) + offset
        allele = anchored(message, start, end, inserted)
        found = protein_name(one_exon(message, len(coding)), allele, _Text(message))
        assert (row["source"], found) == (row["source"], row["protein"])


def test_beta_globin__has_the_published_protein_changes(
    golden: Golden, beta_globin: Transcript, beta_globin_sequence: SequenceSource
) -> None:
    for row in golden("hgvs_beta_globin.tsv"):
        allele = parse_allele(row["allele"], GRCH38)
        found = protein_name(beta_globin, allele, beta_globin_sequence)
        assert (row["coding"], found) == (row["coding"], row["protein"])


def test_beta_globin__is_read_from_cap_to_tail(
    beta_globin: Transcript, beta_globin_sequence: SequenceSource
) -> None:
    message = spliced_sequence(beta_globin, beta_globin_sequence)
    assert len(message) == beta_globin.spliced_bp == 628
    assert message.startswith("ACATTTGCTTCTGACACAACTGTG")
    assert message.endswith("CATTTATTTTCATTGCAA")


@pytest.mark.parametrize(
    ("start", "end", "inserted", "expected"),
    [
        (2, 3, "A", "p.?"),
        (4, 4, "TTA", "p.?"),
        (2, 6, "", "p.(Met1?)"),
        (2, 4, "", "p.?"),
    ],
)
def test_change_before_the_coding_sequence__only_matters_when_it_reaches_the_start(
    start: int, end: int, inserted: str, expected: str
) -> None:
    message = LEADER + "ATGAAATAAGG"
    allele = anchored(message, start, end, inserted)
    assert protein_name(one_exon(message, 9), allele, _Text(message)) == expected


def test_change_that_touches_an_intron__is_not_predicted(text_sequence: MakeSequence) -> None:
    gene = Transcript("N", "g", "G", "chr1", 1, ((0, 6), (10, 17)), (1, 17), None)
    sequence = text_sequence("GATGAAGTAGCAAATAGG")
    assert protein_name(gene, Allele("chr1", 6, "G", "A"), sequence) == "p.?"
    assert protein_name(gene, Allele("chr1", 4, "AAG", "A"), sequence) == "p.?"
    assert protein_name(gene, Allele("chr1", 5, "A", "AC"), sequence) == "p.?"
    assert protein_name(gene, Allele("chr1", 10, "CAAA", "C"), sequence) == "p.(Lys3del)"


def test_duplication_at_the_end_of_an_exon__lies_in_the_exon_that_it_copies(
    text_sequence: MakeSequence,
) -> None:
    gene = Transcript("N", "g", "G", "chr1", 1, ((0, 6), (10, 17)), (1, 17), None)
    sequence = text_sequence("GATGAAGTAGCAAATAGG")
    assert protein_name(gene, Allele("chr1", 3, "G", "GAA"), sequence) == "p.(Asn2LysfsTer?)"
    assert protein_name(gene, Allele("chr1", 8, "A", "AGC"), sequence) == "p.?"


def test_protein__is_not_named_without_a_sequence_or_a_coding_sequence() -> None:
    gene = one_exon(LEADER + "ATGAAATAA", 9)
    allele = Allele("chr1", 8, "A", "C")
    assert protein_name(gene, allele, None) == "p.?"
    silent = Transcript("NR_1.1", "g", "G", "chr1", 1, ((0, 13),), None, None)
    assert protein_name(silent, allele, _Text(LEADER + "ATGAAATAA")) == "p.?"


def test_mitochondrial_gene__is_read_by_its_own_code_and_ends_in_the_tail() -> None:
    # ATA starts, TGA is tryptophan, and the last T becomes a stop with two bases of poly(A).
    message = "GGATATGAAAAT"
    gene = Transcript("MT", "g", "MT-X", "chrM", 1, ((2, 12),), (2, 12), None)
    named = [
        protein_name(gene, Allele("chrM", at, message[at], base), _Text(message))
        for at, base in ((6, "T"), (5, "C"), (11, "A"), (3, "C"))
    ]
    assert named == ["p.(Trp2Leu)", "p.(Trp2Arg)", "p.(Ter4LysextTer?)", "p.(Met1?)"]
    # ATG starts as well, in the mitochondrion only.
    other_start = Allele("chrM", 4, "A", "G")
    assert protein_name(gene, other_start, _Text(message)) == "p.(Met1=)"
    nuclear = LEADER + "ATAGGAAAATAA"
    found = protein_name(one_exon(nuclear, 12), Allele("chr1", 6, "A", "G"), _Text(nuclear))
    assert found == "p.(Met1?)"


def test_allele_that_does_not_fit_the_sequence__has_no_protein_name() -> None:
    message = LEADER + "ATGAAATAA"
    with pytest.raises(AlleleError, match="differs from the sequence"):
        protein_name(one_exon(message, 9), Allele("chr1", 8, "C", "G"), _Text(message))


class _Text:
    """A sequence that ends where its bases end."""

    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        assert contig.startswith("chr")
        assert 0 <= start <= end <= len(self.bases)
        return self.bases[start:end]

    def length(self, contig: str) -> int:
        del contig
        return len(self.bases)
