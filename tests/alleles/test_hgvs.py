import re
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import GRCH37, GRCH38, KERNIA1
from kerne.alleles.hgvs import coding_name, genomic_name, position_name
from kerne.alleles.sequence import SequenceSource, reverse_complement
from kerne.alleles.transcript import Transcript
from kerne.errors import AlleleError

Golden = Callable[[str], list[dict[str, str]]]
Strand = Literal[1, -1]

# A gene of two exons on a contig of 30 bases: 5' untranslated, 4 coding, intron of 7, 5 coding, 3'
# untranslated; what follows is the contig seen from the gene's own strand.
LENGTH = 30
EXONS = ((4, 11), (18, 26))
CODING = (7, 23)
NAMES = (
    *("-7", "-6", "-5", "-4", "-3", "-2", "-1", "1", "2", "3", "4"),
    *("4+1", "4+2", "4+3", "4+4", "5-3", "5-2", "5-1"),
    *("5", "6", "7", "8", "9", "*1", "*2", "*3", "*4", "*5", "*6", "*7"),
)


def gene_on(strand: Strand) -> Transcript:
    exons, cds = EXONS, CODING
    if strand == -1:
        exons = ((LENGTH - 26, LENGTH - 18), (LENGTH - 11, LENGTH - 4))
        cds = (LENGTH - 23, LENGTH - 7)
    return Transcript("NM_1.1", "gene", "GENE", "chr1", strand, exons, cds, "NP_1.1")


class Text:
    def __init__(self, bases: str) -> None:
        self.bases = bases

    def fetch(self, contig: str, start: int, end: int) -> str:
        assert contig == "chr1"
        assert 0 <= start <= end <= LENGTH
        return self.bases[start:end]

    def length(self, contig: str) -> int:
        assert contig == "chr1"
        return LENGTH


class Around:
    """The bases before and after those of an allele; what lies further is not known."""

    def __init__(self, allele: Allele, before: str, after: str) -> None:
        self.start = allele.position - len(before)
        self.bases = before + allele.reference + after

    def fetch(self, contig: str, start: int, end: int) -> str:
        del contig
        return self.bases[max(0, start - self.start) : max(0, end - self.start)]

    def length(self, contig: str) -> int:
        del contig
        return self.start + len(self.bases)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, int, str, str]:
    """Draw the contig as the gene reads it, and bases of it that give way to others."""
    text = draw(st.text("AC", min_size=LENGTH, max_size=LENGTH))
    start = draw(st.integers(2, LENGTH - 4))
    end = draw(st.integers(start + 1, min(start + 4, LENGTH - 2)))
    inserted = draw(st.text("ACGT", min_size=1, max_size=4))
    assume(inserted != text[start:end])
    return text, start, text[start:end], inserted


def named_on(strand: Strand, change: tuple[str, int, str, str]) -> str:
    text, start, deleted, inserted = change
    if strand == -1:
        start = LENGTH - start - len(deleted)
        text, deleted, inserted = (reverse_complement(bases) for bases in (text, deleted, inserted))
    name = coding_name(gene_on(strand), Allele("chr1", start, deleted, inserted), Text(text))
    return name.removeprefix("NM_1.1:c.")


def naive_reading(name: str, text: str) -> tuple[int, int, str]:
    """Read a name as the range of the contig that gives way, and the bases that take its place."""
    match = re.fullmatch(
        r"([-*+\d]+)(?:_([-*+\d]+))?(?:([ACGT])>|(delins|del|ins|dup|inv))(\w*)", name
    )
    assert match is not None
    start = NAMES.index(match[1])
    end = NAMES.index(match[2] or match[1]) + 1
    bases = text[start:end]
    if match[3]:
        assert bases == match[3]
        return start, end, match[5]
    if match[4] == "ins":
        assert end - start == 2
        return start + 1, start + 1, match[5]
    if match[4] == "dup":
        return end, end, bases
    if match[4] == "inv":
        return start, end, reverse_complement(bases)
    return start, end, match[5]


def naive_starts(text: str, result: str, deleted_bp: int, inserted_bp: int) -> list[int]:
    """List every place where deleting and inserting so many bases gives the result."""
    return [
        start
        for start in range(len(text) - deleted_bp + 1)
        if text[:start] + result[start : start + inserted_bp] + text[start + deleted_bp :] == result
    ]


@given(changes())
@settings(deadline=None, max_examples=300, derandomize=True)
def test_coding_name__reads_back_to_the_same_sequence(change: tuple[str, int, str, str]) -> None:
    text, start, deleted, inserted = change
    result = text[:start] + inserted + text[start + len(deleted) :]
    first, end, bases = naive_reading(named_on(1, change), text)
    assert text[:first] + bases + text[end:] == result


@given(changes())
@settings(deadline=None, max_examples=300, derandomize=True)
def test_coding_name__of_an_indel_lies_as_far_3_as_it_can(
    change: tuple[str, int, str, str],
) -> None:
    text, start, deleted, inserted = change
    result = text[:start] + inserted + text[start + len(deleted) :]
    first, end, bases = naive_reading(named_on(1, change), text)
    assert end - first + len(bases) <= len(deleted) + len(inserted)
    if first == end or not bases:
        assert first == max(naive_starts(text, result, end - first, len(bases)))


def naive_genomic_reading(name: str, text: str) -> tuple[int, int, str]:
    """Read a genomic name as `naive_reading` reads a coding one, repeats included."""
    repeat = re.fullmatch(r"(\d+)(?:_(\d+))?([ACGT]+)\[(\d+)\]", name)
    if repeat is None:
        numbered = re.sub(r"\d+", lambda number: NAMES[int(number[0]) - 1], name)
        return naive_reading(numbered, text)
    start, end = int(repeat[1]) - 1, int(repeat[2] or repeat[1])
    unit, copies = repeat[3], int(repeat[4])
    assert text[start:end] == unit * ((end - start) // len(unit))
    return end, end, unit * (copies - (end - start) // len(unit))


@given(changes())
@settings(deadline=None, max_examples=300, derandomize=True)
def test_genomic_name__reads_back_to_the_same_sequence_as_far_right_as_it_can(
    change: tuple[str, int, str, str],
) -> None:
    text, start, deleted, inserted = change
    result = text[:start] + inserted + text[start + len(deleted) :]
    name = genomic_name(KERNIA1, Allele("chr1", start, deleted, inserted), Text(text))
    first, end, bases = naive_genomic_reading(name.removeprefix("chr1:g."), text)
    assert text[:first] + bases + text[end:] == result
    if first == end or not bases:
        assert first == max(naive_starts(text, result, end - first, len(bases)))


def test_alleles__have_their_names_on_chromosome_and_mitochondrion(golden: Golden) -> None:
    for row in golden("hgvs_genomic.tsv"):
        assembly = {"GRCh38": GRCH38, "GRCh37": GRCH37}[row["assembly"]]
        allele = parse_allele(row["allele"], assembly)
        sequence = None if not row["before"] else Around(allele, row["before"], row["after"])
        assert genomic_name(assembly, allele, sequence) == row["name"]


def transcript_of(row: dict[str, str]) -> Transcript:
    """Read a transcript from a golden table, whose intervals are 1-based and inclusive."""
    spans = [
        (int(start) - 1, int(end))
        for start, end in re.findall(r"(\d+)-(\d+)", f"{row['exons_1based']},{row['cds_1based']}")
    ]
    exons, cds = (spans[:-1], spans[-1]) if row["cds_1based"] else (spans, None)
    strand: Strand = 1 if row["strand"] == "+" else -1
    return Transcript(
        row["transcript"],
        row["symbol"],
        row["symbol"],
        row["contig"],
        strand,
        tuple(exons),
        cds,
        None,
    )


def test_published_variants__have_the_names_that_others_gave_them(golden: Golden) -> None:
    for row in golden("hgvs_coding.tsv"):
        allele = parse_allele(row["allele"], GRCH38)
        # What the record shows of the reference: the bases of the allele and those behind it.
        shown = Around(allele, "", row["behind"])
        named = coding_name(transcript_of(row), allele, shown)
        assert named == f"{row['transcript']}:{row['coding']}"


def test_repeats_on_a_coding_sequence__are_named_so_only_where_they_keep_the_frame() -> None:
    bases = "AAAAAAA" + "GCA" + "TT" + "A" * 18

    def named(position: int, reference: str, alternative: str) -> str:
        allele = Allele("chr1", position, reference, alternative)
        return coding_name(gene_on(1), allele, Text(bases)).removeprefix("NM_1.1:c.")

    assert named(9, "A", "AGCAGCA") == "1_3GCA[3]"
    assert named(9, "A", "AGCA") == "1_3dup"
    assert named(7, "G", "GGG") == "1_2insGG"


@given(changes())
@settings(deadline=None, max_examples=200, derandomize=True)
def test_coding_name__is_the_same_for_the_same_gene_on_the_other_strand(
    change: tuple[str, int, str, str],
) -> None:
    assert named_on(1, change) == named_on(-1, change)


@pytest.mark.parametrize("strand", [1, -1])
def test_positions__are_numbered_from_the_start_codon_the_stop_codon_and_the_exons(
    strand: Strand,
) -> None:
    positions = range(LENGTH)[::strand]
    assert tuple(position_name(gene_on(strand), at) for at in positions) == NAMES


def test_beta_globin__has_the_published_names(
    golden: Golden, beta_globin: Transcript, beta_globin_sequence: SequenceSource
) -> None:
    for row in golden("hgvs_beta_globin.tsv"):
        allele = parse_allele(row["allele"], GRCH38)
        named = coding_name(beta_globin, allele, beta_globin_sequence)
        assert named == f"NM_000518.5:{row['coding']}"


def test_substitutions__need_no_sequence(golden: Golden, beta_globin: Transcript) -> None:
    for row in golden("hgvs_beta_globin.tsv"):
        allele = parse_allele(row["allele"], GRCH38)
        if allele.is_snv:
            assert coding_name(beta_globin, allele, None) == f"NM_000518.5:{row['coding']}"


@pytest.mark.parametrize(
    ("allele", "expected"),
    [
        (Allele("chr1", 7, "A", "AA"), "c.1dup"),
        (Allele("chr1", 7, "A", "AC"), "c.1_2insC"),
        (Allele("chr1", 7, "AAA", "A"), "c.2_3del"),
        (Allele("chr1", 7, "AAC", "AC"), "c.2del"),
        (Allele("chr1", 7, "A", "AAA"), "c.1_2insAA"),
    ],
)
def test_indels_without_a_sequence__use_the_bases_that_the_allele_shows(
    allele: Allele, expected: str
) -> None:
    assert coding_name(gene_on(1), allele, None) == f"NM_1.1:{expected}"


@pytest.mark.parametrize(
    ("deleted", "inserted", "expected"),
    [("AAG", "CTT", "c.1_3inv"), ("AAG", "CAT", "c.1_3delinsCAT"), ("AAG", "C", "c.1_3delinsC")],
)
def test_block__is_an_inversion_where_it_reads_so(
    deleted: str, inserted: str, expected: str
) -> None:
    name = coding_name(gene_on(1), Allele("chr1", 7, deleted, inserted), None)
    assert name == f"NM_1.1:{expected}"


def test_transcript_that_codes_for_nothing__is_numbered_from_its_first_base() -> None:
    silent = Transcript("NR_1.1", "gene", "GENE", "chr1", -1, ((4, 11), (18, 26)), None, None)
    assert coding_name(silent, Allele("chr1", 25, "A", "C"), None) == "NR_1.1:n.1T>G"
    assert coding_name(silent, Allele("chr1", 17, "A", "C"), None) == "NR_1.1:n.8+1T>G"
    assert coding_name(silent, Allele("chr1", 26, "A", "C"), None) == "NR_1.1:n.-1T>G"


@pytest.mark.parametrize(
    ("allele", "problem"),
    [
        (Allele("chr2", 7, "A", "C"), "does not lie on the contig of `NM_1.1`"),
        (Allele("chr1", 7, "A", "<DEL>"), "is symbolic, expected bases"),
        (Allele("chr1", 7, "A", "*"), "is symbolic, expected bases"),
        (Allele("chr1", 7, "A", "A"), "changes nothing"),
        (Allele("chr1", 7, "C", "A"), "differs from the sequence"),
    ],
)
def test_allele_that_has_no_name__is_refused(allele: Allele, problem: str) -> None:
    with pytest.raises(AlleleError, match=problem):
        coding_name(gene_on(1), allele, Text("A" * LENGTH))


def test_insertion_at_the_edge_of_the_contig__is_no_duplication_of_what_lies_outside() -> None:
    name = coding_name(gene_on(1), Allele("chr1", 0, "A", "CCA"), Text("A" * LENGTH))
    assert name == "NM_1.1:c.-8_-7insCC"
