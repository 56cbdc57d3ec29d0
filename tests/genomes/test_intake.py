"""What a file brings: VCF and gVCF, callable regions, copies of X and Y, and what is refused."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from kerne.alleles.assembly import GRCH38, KERNIA1, Assembly
from kerne.errors import InputFileError
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.reader import Reader, open_freestanding
from kerne.genomes.reading.intake import GenomeFile

Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]
AsTable = Callable[[Frequencies], Table]
WriteVcf = Callable[..., Path]
MANY = tuple(f"s{number}" for number in range(12))
GVCF = "GT:GQ:DP"


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Reader]:
    def store(
        *files: Path, bed: str | None = None, assembly: Assembly = GRCH38, **options: object
    ) -> Reader:
        place = tmp_path / f"store-{len(list(tmp_path.iterdir()))}"
        regions = None
        if bed is not None:
            regions = tmp_path / "callable.bed"
            regions.write_text(bed)
        made = create_store(place, assembly, kept_by_centre=False, **options)  # type: ignore[arg-type]  # passed on as they came
        made.add([GenomeFile(file, regions) for file in files])
        return open_freestanding(place)

    return store


Stored = Callable[..., Reader]


def test_multi_allelic_record__is_split_and_trimmed(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    rows = [("20", 100, "CAA", "CA,C,TAA,*,<DEL>,CAA", ["1/2", "3/3", "0/4", "6|5"])]
    found = stored(write_vcf(tmp_path / "a.vcf", ("a", "b", "c", "d"), rows)).frequencies()
    assert as_table(found) == {
        ("chr20", 100, "C", "T"): (2, 8, 1, 0, 0),
        ("chr20", 100, "CA", "C"): (1, 8, 0, 1, 0),
        ("chr20", 100, "CAA", "C"): (1, 8, 0, 1, 0),
    }


def test_indels__are_left_aligned_when_there_is_a_reference(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    (tmp_path / "r.fa").write_text(">chr1\nGGCAAAAATT\n")
    file = write_vcf(tmp_path / "a.vcf", ("a",), [("chr1", 7, "AA", "A", ["0/1"])])
    reader = stored(file, assembly=KERNIA1, reference=tmp_path / "r.fa")
    assert list(as_table(reader.frequencies())) == [("chr1", 3, "CA", "C")]
    assert reader.stats().normal_form == "trimmed and left-aligned"
    assert list(as_table(stored(file).frequencies())) == [("chr1", 7, "AA", "A")]


def test_reference_that_differs__names_the_line(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    (tmp_path / "r.fa").write_text(">chr1\nGGCAAAAATT\n")
    file = write_vcf(tmp_path / "a.vcf", ("a",), [("chr1", 7, "C", "G", ["0/1"])])
    with pytest.raises(InputFileError, match=r"line 3: is not of the store's reference"):
        stored(file, assembly=KERNIA1, reference=tmp_path / "r.fa")


@pytest.mark.parametrize("samples", [MANY[:2], MANY])
def test_bed__speaks_where_the_file_is_silent_and_the_file_where_it_is_not(
    tmp_path: Path,
    write_vcf: WriteVcf,
    stored: Stored,
    as_table: AsTable,
    samples: tuple[str, ...],
) -> None:
    silent = ["0/0"] * (len(samples) - 1)
    first = write_vcf(
        tmp_path / "a.vcf",
        samples,
        [("chr1", 5, "A", "C", ["0/1", *silent]), ("chr1", 50, "A", "C", ["./.", *silent])],
    )
    second = write_vcf(
        tmp_path / "b.vcf", ("b",), [("chr1", 6, "A", "G", ["0/1"]), ("chr1", 60, "T", "A", ["1"])]
    )
    reader = stored(first, second, bed="chr1\t40\t70\n")
    called = 2 * len(samples)
    assert as_table(reader.frequencies()) == {
        ("chr1", 5, "A", "C"): (1, called, 0, 1, 0),
        ("chr1", 6, "A", "G"): (1, 2, 0, 1, 0),
        ("chr1", 50, "A", "C"): (0, called, 0, 0, 0),
        ("chr1", 60, "T", "A"): (1, called + 1, 0, 0, 1),
    }
    assert reader.stats().declared_whole == 0


BLOCKS = [
    ("chr1", 1, "A", "<NON_REF>;END=10", ["0/0:30:9"]),
    ("chr1", 11, "A", "<NON_REF>;END=20", ["0/0:19:9"]),
    ("chr1", 21, "A", "<NON_REF>;END=30", ["0/0:30:7"]),
    ("chr1", 31, "A", "C,<NON_REF>", ["0/1:30:9"]),
    ("chr1", 32, "AG", "A,<NON_REF>", ["1/1:5:9"]),
    ("chr1", 34, "A", "T,<NON_REF>", ["0/0:30:9"]),
    ("chr1", 35, "A", "<NON_REF>", ["./.:30:9"]),
    ("chr1", 36, "A", "<NON_REF>", ["0/0:.:9"]),
    ("chr1", 37, "A", "<DEL>", ["0/1:30:9"]),
]


def test_gvcf__counts_what_reaches_the_thresholds(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    file = write_vcf(tmp_path / "g.vcf", ("g",), BLOCKS, form=GVCF)
    probes = [("chr1", at, "A", "G", ["0/0"]) for at in (10, 11, 21, 30, 32, 35, 36, 37)]
    other = write_vcf(tmp_path / "o.vcf", ("o",), probes)
    reader = stored(file, other)
    an = {key[1]: counts[:2] for key, counts in as_table(reader.frequencies()).items()}
    assert an == {
        10: (0, 4),
        11: (0, 2),
        21: (0, 2),
        30: (0, 2),
        31: (1, 4),
        32: (0, 2),
        34: (0, 4),
        35: (0, 2),
        36: (0, 2),
        37: (0, 2),
    }
    regions = reader.callable_of(0)
    assert regions is not None
    starts, ends = regions.ranges("chr1")
    assert (starts.tolist(), ends.tolist()) == ([0, 30, 33], [10, 31, 34])


def test_gvcf__keeps_weak_calls_for_the_clinic_uncounted(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    reader = stored(write_vcf(tmp_path / "g.vcf", ("g",), BLOCKS, form=GVCF))
    found = [
        (str(each.allele), str(each.genotype), each.depth_reads, each.is_counted)
        for each in reader.variants_of(0)
    ]
    assert found == [("chr1-31-A-C", "het", 9, True), ("chr1-32-AG-A", "hom", 9, False)]


def test_gvcf__thresholds_are_the_store_s_own(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    file = write_vcf(tmp_path / "g.vcf", ("g",), BLOCKS, form=GVCF)
    reader = stored(file, min_gq=0, min_dp=0)
    assert all(each.is_counted for each in reader.variants_of(0))
    assert (reader.stats().min_gq, reader.stats().min_dp) == (0, 0)


def test_gvcf__with_smallest_depth_of_a_block_uses_it(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    rows = [
        ("chr1", 1, "A", ".;END=10", ["0/0:30:50:7"]),
        ("chr1", 11, "A", "<*>", ["0/0:30:50:8"]),
    ]
    reader = stored(write_vcf(tmp_path / "g.vcf", ("g",), rows, form="GT:GQ:DP:MIN_DP"))
    regions = reader.callable_of(0)
    assert regions is not None
    assert regions.span_bp == 1


def test_gvcf__needs_no_bed(tmp_path: Path, write_vcf: WriteVcf, stored: Stored) -> None:
    file = write_vcf(tmp_path / "g.vcf", ("g",), BLOCKS, form=GVCF)
    with pytest.raises(InputFileError, match="is a gVCF"):
        stored(file, bed="chr1\t1\t2\n")


def sex_rows(genotypes: Sequence[str], contig: str = "chrX") -> list[object]:
    return [(contig, 5_000_000 + at, "A", "C", [each]) for at, each in enumerate(genotypes)]


def test_x_and_y__count_the_measured_copies(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    first = [("chrX", 1, "A", "C"), ("chrX", 3_000_000, "A", "C"), ("chrY", 3_000_000, "A", "C")]
    woman = write_vcf(
        tmp_path / "w.vcf",
        ("w",),
        [(*first[0], ["0/1"]), (*first[1], ["0/1"]), *sex_rows(["0/1", "1/1", "0/1"])],
    )
    man = write_vcf(
        tmp_path / "m.vcf",
        ("m",),
        [
            (*first[1], ["1/1"]),
            (*first[2], ["1/1"]),
            *sex_rows(["1/1"] * 25),
            *sex_rows(["0/1", "1/1"], "chrY"),
        ],
    )
    aware = write_vcf(
        tmp_path / "h.vcf", ("h",), [(*first[1], ["1"]), (*first[2], ["0"]), *sex_rows(["0"])]
    )
    unclear = write_vcf(tmp_path / "u.vcf", ("u",), [(*first[1], ["1/1"])])
    table = as_table(stored(woman, man, aware, unclear).frequencies())
    # Outside the pseudo-autosomal regions: two copies, one, one, and one genome that is unclear.
    assert table["chrX", 3_000_000, "A", "C"] == (3, 4, 0, 1, 2)
    assert table["chrX", 5_000_000, "A", "C"] == (2, 4, 0, 1, 1)
    # The artefact of a het on a single Y counts for nothing.
    assert table["chrY", 3_000_000, "A", "C"] == (1, 1, 0, 0, 1)
    assert table["chrY", 5_000_000, "A", "C"] == (0, 0, 0, 0, 0)


def test_pseudo_autosomal_places__have_two_copies_in_everyone(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    rows = [("chrX", 20_000, "A", "C", ["0/1"]), *sex_rows(["1/1"] * 25)]
    other = write_vcf(tmp_path / "o.vcf", ("o",), [("chrM", 7, "A", "C", ["0/1"])])
    table = as_table(stored(write_vcf(tmp_path / "m.vcf", ("m",), rows), other).frequencies())
    assert table["chrX", 20_000, "A", "C"] == (1, 4, 0, 1, 0)
    assert table["chrM", 7, "A", "C"] == (1, 2, 0, 0, 1)


def test_depth__is_kept_for_carried_alleles(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    silent = ["0/0:4"] * 10
    rows = [("chr1", 5, "A", "C", ["0/1:31", "1/1:.", *silent])]
    reader = stored(write_vcf(tmp_path / "a.vcf", MANY, rows, form="GT:DP"))
    assert [each.depth_reads for row in (0, 1) for each in reader.variants_of(row)] == [31, None]
    few = stored(
        write_vcf(tmp_path / "b.vcf", ("b",), [("chr1", 5, "A", "C", ["0/1:8"])], form="GT:DP")
    )
    assert few.variants_of(0)[0].depth_reads == 8


def test_allele_twice_in_a_file__counts_once(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    rows = [("chr1", 5, "A", "C", ["0/1"]), ("chr1", 5, "AT", "CT", ["1/1"])]
    found = stored(write_vcf(tmp_path / "a.vcf", ("a",), rows)).frequencies()
    assert as_table(found) == {("chr1", 5, "A", "C"): (2, 2, 1, 0, 0)}


def test_contigs_beside_the_assembly__are_passed_over(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    rows = [("chrUn_KI270302v1", 5, "A", "C", ["0/1"]), ("chr1", 5, "A", "C", ["0/1"])]
    found = stored(write_vcf(tmp_path / "a.vcf", ("a",), rows)).frequencies()
    assert list(as_table(found)) == [("chr1", 5, "A", "C")]


def test_file_without_records__is_a_genome_without_variants(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    reader = stored(
        write_vcf(tmp_path / "a.vcf", ("a",), []), write_vcf(tmp_path / "b.vcf", MANY, [])
    )
    assert len(reader.frequencies()) == 0
    assert len(reader.rows()) == 1 + len(MANY)


def good(samples: Sequence[str]) -> list[str]:
    return ["0/1"] * len(samples)


@pytest.mark.parametrize("samples", [("a",), MANY])
@pytest.mark.parametrize("genotype", ["0/2", "x", "0/0/1", "0/"])
def test_genotype_that_cannot_be__names_its_line_and_not_the_genotype(
    tmp_path: Path,
    write_vcf: WriteVcf,
    stored: Stored,
    samples: tuple[str, ...],
    genotype: str,
) -> None:
    rows = [
        ("chr1", 4, "A", "C", good(samples)),
        ("chr1", 5, "A", "C", [*good(samples)[1:], genotype]),
    ]
    with pytest.raises(InputFileError, match=r"line 4: a genotype") as caught:
        stored(write_vcf(tmp_path / "f.vcf", samples, rows))
    assert f"`{genotype}`" not in str(caught.value).replace("`0/1`", "")


def test_genotype_beyond_the_alleles__is_refused_in_arrays_of_any_form(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored
) -> None:
    rows = [("chr1", 5, "A", "C", ["0/2:1", *(["0/1:1"] * 11)])]
    with pytest.raises(InputFileError, match="line 3"):
        stored(write_vcf(tmp_path / "f.vcf", MANY, rows, form="GT:DP"))


@pytest.mark.parametrize(
    ("meta", "rows", "samples", "words"),
    [
        ("##contig=<ID=chr1,length=249250621>\n", [], ("a",), "GRCh37"),
        ("", [("chr9x", 5, "A", "C", ["0/1"])], ("a",), "no record lies on a contig"),
        ("", [("chr21", 46709984, "A", "C", ["0/1"])], ("a",), "line 3: POS lies past the end"),
        ("", [], (), "has no samples"),
        ("", [("chr1", 5, "A", "C", ["0/1:x"])], ("a",), "line 3: a genotype, or its depth"),
        ("", [("chr1", 5, "A", "<*>;END=3", ["0/0:9"])], ("a",), "line 3: END lies before POS"),
        (
            "",
            [("chr21", 46709900, "A", "<*>;END=46709984", ["0/0:9"])],
            ("a",),
            "line 3: goes past",
        ),
    ],
)
def test_file_that_does_not_fit__is_refused_in_one_sentence(  # noqa: PLR0913  one for each fact
    tmp_path: Path,
    write_vcf: WriteVcf,
    stored: Stored,
    *,
    meta: str,
    rows: list[object],
    samples: tuple[str, ...],
    words: str,
) -> None:
    with pytest.raises(InputFileError, match=words):
        stored(write_vcf(tmp_path / "f.vcf", samples, rows, meta=meta, form="GT:DP"))


@pytest.mark.parametrize("samples", [("a",), MANY])
def test_genotype_that_is_not_first__is_said(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, samples: tuple[str, ...]
) -> None:
    rows = [("chr1", 5, "A", "C", ["9:0/1"] * len(samples))]
    with pytest.raises(InputFileError, match="line 3: GT is not the first key"):
        stored(write_vcf(tmp_path / "f.vcf", samples, rows, form="DP:GT"))


def test_many_samples_in_many_batches__are_all_taken(
    tmp_path: Path,
    write_vcf: WriteVcf,
    stored: Stored,
    as_table: AsTable,
) -> None:
    rows = [("chr1", 5 + at, "A", "C,G", ["1/2", *["0/0"] * 11]) for at in range(8)]
    rows.append(("chr1", 90, "A", "C", ["1", *["0/0"] * 11]))
    table = as_table(stored(write_vcf(tmp_path / "f.vcf", MANY, rows)).frequencies())
    assert len(table) == 17
    assert {counts for key, counts in table.items() if key[1] < 90} == {(1, 24, 0, 1, 0)}
    assert table["chr1", 90, "A", "C"] == (1, 23, 0, 0, 1)


def test_batch_that_is_not_four_bytes_after_all__is_read_one_by_one(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    # Two haploid genotypes and two of five bytes take as much room as four of three.
    odd = ["0", "0", "10|10", "10|10", *["0/0"] * 8]
    assert len("\t".join(odd)) == 4 * len(odd) - 1
    rows = [("chr1", 5, "A", "C,G,T,AC,AG,AT,ACC,ACG,ACT,AGG", odd)]
    table = as_table(stored(write_vcf(tmp_path / "f.vcf", MANY, rows)).frequencies())
    assert table["chr1", 5, "A", "AGG"] == (4, 22, 2, 0, 0)


@pytest.mark.parametrize("others", [0, 20])
def test_reference_beside_missing__does_not_depend_on_what_silence_says(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable, others: int
) -> None:
    names = [f"s{number}" for number in range(others + 1)]
    more = ["0/0"] * others
    rows = [("chr1", 5, "A", "C", [each, *more]) for each in ("0/0", "./.")]
    file = write_vcf(tmp_path / "a.vcf", names, rows)
    for bed in ("chr1\t0\t100\n", "chr1\t50\t100\n"):
        table = as_table(stored(file, bed=bed).frequencies())
        assert table["chr1", 5, "A", "C"][:2] == (0, 2 * others)


def test_many_samples_with_a_bed__count_like_few(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, as_table: AsTable
) -> None:
    rng = np.random.default_rng(1)
    names = [f"s{number}" for number in range(20)]
    texts = ("0/0", "0|0", "0/1", "1|1", "./.", "./1", "0/.")
    drawn = rng.choice(len(texts), (40, len(names)), p=(0.4, 0.2, 0.2, 0.05, 0.05, 0.05, 0.05))
    rows = [
        ("chr1", 10 + at, "A", "C", [texts[each] for each in line])
        for at, line in enumerate(drawn.tolist())
    ]
    many = write_vcf(tmp_path / "many.vcf", names, rows)
    few = [
        write_vcf(tmp_path / f"{name}.vcf", (name,), [(*row[:4], [row[4][at]]) for row in rows])
        for at, name in enumerate(names)
    ]
    bed = "chr1\t15\t30\nchr1\t40\t41\n"
    found = as_table(stored(many, bed=bed).frequencies())
    assert found == as_table(stored(*few, bed=bed).frequencies())


@pytest.mark.parametrize("depth", ["inf", "nan", "1_000", "2147483648", "9" * 400])
def test_depth_that_is_no_number_of_reads__names_its_line(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, depth: str
) -> None:
    rows = [("chr1", 5, "A", "C", [f"0/1:{depth}"])]
    with pytest.raises(InputFileError, match="line 3: a genotype, or its depth"):
        stored(write_vcf(tmp_path / "f.vcf", ("a",), rows, form="GT:DP"))


@pytest.mark.parametrize("allele", ["32768", "65536", "4294967297"])
def test_genotype_of_an_allele_beyond_all__names_its_line(
    tmp_path: Path, write_vcf: WriteVcf, stored: Stored, allele: str
) -> None:
    rows = [("chr1", 5, "A", "C", [f"0/{allele}", *good(MANY)[1:]])]
    with pytest.raises(InputFileError, match="line 3: a genotype"):
        stored(write_vcf(tmp_path / "f.vcf", MANY, rows))
