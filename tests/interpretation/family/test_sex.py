import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38
from kerne.interpretation.candidate import Genotype
from kerne.interpretation.family.sex import SexSigns, has_single_x, sex_notes, sex_signs
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.phenotype.phenopacket import Sex

PLACE_ON_X = 50_000_000
SHARED_ON_X = 1_000_000


def _genome(
    hom: int = 0, het: int = 0, hemi: int = 0, y: int = 0, *, reads: int | None = None, at: int = 0
) -> GenomeCalls:
    genotypes = [Genotype.HOM] * hom + [Genotype.HET] * het + [Genotype.HEMI] * hemi
    start = at or PLACE_ON_X
    calls = [
        Call(Allele("chrX", start + number, "A", "C"), genotype, 30, None, reads)
        for number, genotype in enumerate(genotypes)
    ]
    calls += [Call(Allele("chrY", 10_000_000 + n, "A", "C"), Genotype.HEMI) for n in range(y)]
    return GenomeCalls("S", GRCH38, tuple(calls))


@pytest.mark.parametrize(
    ("genome", "expected"),
    [
        (_genome(), None),
        (_genome(hom=19), None),
        (_genome(hom=20), 1),
        (_genome(hom=18, het=2), 1),
        (_genome(hom=17, het=3), None),
        (_genome(hom=16, het=4), 2),
        (_genome(hom=16, het=4, reads=29), 1),
        (_genome(hom=1, het=40, reads=15), 2),
        (_genome(het=40), None),
        (_genome(hemi=1), 1),
        (_genome(het=40, hemi=1), 2),
        (_genome(hom=40, at=SHARED_ON_X), None),
    ],
)
def test_copies_of_x__are_told_by_heterozygous_alleles(
    genome: GenomeCalls, expected: int | None
) -> None:
    assert sex_signs(genome).copies_of_x == expected


@pytest.mark.parametrize(
    ("signs", "stated", "is_contradicted"),
    [
        (SexSigns(x=40, heterozygous_x=20), Sex.MALE, True),
        (SexSigns(x=40, heterozygous_x=0), Sex.MALE, False),
        (SexSigns(x=40, heterozygous_x=0), Sex.FEMALE, True),
        (SexSigns(x=40, heterozygous_x=20), Sex.FEMALE, False),
        (SexSigns(x=40, heterozygous_x=20, y=5), Sex.FEMALE, True),
        (SexSigns(y=4), Sex.FEMALE, False),
        (SexSigns(x=40, heterozygous_x=20), Sex.UNKNOWN, False),
        (SexSigns(), Sex.MALE, False),
    ],
)
def test_stated_sex__is_believed_until_enough_alleles_say_otherwise(
    signs: SexSigns, stated: Sex, *, is_contradicted: bool
) -> None:
    assert signs.contradicts(stated) is is_contradicted


@pytest.mark.parametrize(
    ("genome", "stated", "single"),
    [
        (_genome(hemi=1), Sex.UNKNOWN, True),
        (_genome(hom=1), Sex.MALE, True),
        (_genome(hom=1), Sex.FEMALE, False),
        (_genome(hom=1), Sex.UNKNOWN, False),
        (_genome(hom=10, het=30), Sex.MALE, False),
        (_genome(hom=30), Sex.FEMALE, True),
    ],
)
def test_single_x__is_told_by_genotypes_or_else_as_stated(
    genome: GenomeCalls, stated: Sex, *, single: bool
) -> None:
    assert has_single_x(genome, stated) is single


@pytest.mark.parametrize(
    ("genome", "stated", "said"),
    [
        (_genome(), Sex.MALE, ()),
        (_genome(hemi=3), Sex.MALE, ()),
        (_genome(hom=10, het=30, reads=15), Sex.FEMALE, ()),
        (_genome(hom=2, het=1), Sex.MALE, ("3 alleles on the single X are written as on two",)),
        (
            _genome(hom=2, het=1, reads=16),
            Sex.MALE,
            ("2 alleles on the single X are written", "1 alleles on the single X are heterozygous"),
        ),
        (
            _genome(hom=10, het=30),
            Sex.MALE,
            ("30 of 40 alleles on X are heterozygous, 0 are called on Y, though",),
        ),
        (_genome(hemi=1), Sex.FEMALE, ("haploid calls on X, 0 of 1",)),
        (_genome(hom=10, het=30, y=5), Sex.FEMALE, ("30 of 40 alleles on X are heterozygous, 5",)),
    ],
)
def test_notes__name_what_does_not_fit_and_what_was_read_otherwise(
    genome: GenomeCalls, stated: Sex, said: tuple[str, ...]
) -> None:
    notes = list(sex_notes(genome, stated))
    assert len(notes) == len(said)
    assert all(note.startswith(words) for note, words in zip(notes, said, strict=True))
