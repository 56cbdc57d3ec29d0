"""Files about genes and diseases, as their makers write them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.assembly import GRCH37, GRCH38
from kerne.alleles.interval import Interval
from kerne.errors import InputFileError
from kerne.knowledge.gene_facts import DosageRegion, DosageScore, Validity, ValidityClass
from kerne.knowledge.gene_files.constraint import Constraint, read_constraint
from kerne.knowledge.gene_files.dosage import check_dosage, read_dosage, stated_day
from kerne.knowledge.gene_files.hgnc import NamedGene, read_gene_names
from kerne.knowledge.gene_files.mondo import read_same_diseases
from kerne.knowledge.gene_files.validity import check_validity, created, read_validity

Write = Callable[[str], Path]

OLD = "gene\ttranscript\toe_mis\tpLI\toe_lof_upper\tmis_z\n"
NEW = "gene\ttranscript\tcanonical\tmane_select\tlof.pLI\tlof.oe_ci.upper\tmis.z_score\tmis.oe\n"
VALIDITY = (
    '"CLINGEN GENE DISEASE VALIDITY CURATIONS","","","","","","","","",""\n'
    '"FILE CREATED: 2026-06-21","","","","","","","","",""\n'
    '"++++","++","++","++","++","++","++","++","++","++"\n'
    '"GENE SYMBOL","GENE ID (HGNC)","DISEASE LABEL","DISEASE ID (MONDO)","MOI","SOP",'
    '"CLASSIFICATION","ONLINE REPORT","CLASSIFICATION DATE","GCEP"\n'
    '"++++","++","++","++","++","++","++","++","++","++"\n'
)
JUDGED = (
    '"AAA","HGNC:1","gout, ""late""","MONDO:0000001","AD","SOP10","Definitive","x",'
    '"2024-03-14T16:00:00.000Z","Gout Panel"\n'
)
REGIONS = (
    "#ClinGen Region Curation Results\n#14 Nov,2023\n"
    "#Genomic Locations are reported on GRCh37 (hg19): GCF_000001405.13\n"
    "#ISCA ID\tISCA Region Name\tcytoBand\tGenomic Location\tHaploinsufficiency Score"
    "\tTriplosensitivity Score\tDate Last Evaluated\n"
)
REGION = "ISCA-1\tsome region\t22q11\tchr22:101-200\t3\tNot yet evaluated\t2023-01-25\n"
GENES = REGIONS.replace("ISCA ID\tISCA Region Name", "Gene Symbol\tGene ID").replace("37", "38")
GENE = "AAA\t77\t1p1\tchr1:11-20\t30\t40\t\n"
HGNC = "hgnc_id\tsymbol\tname\tstatus\talias_symbol\tprev_symbol\tdate_modified\n"
NAMED = 'HGNC:1\tAAA\tthe gene\tApproved\t\t"OLD|OLDER"\t2023-01-20\n'
MONDO = "# licence: x\nsubject_id\tsubject_label\tpredicate_id\tobject_id\n"
MATCH = "MONDO:0000001\tgout\tskos:exactMatch\tOMIM:123456\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(text: str) -> Path:
        path = tmp_path / "given.txt"
        path.write_text(text)
        return path

    return file


def test_constraint__of_version_two_has_a_line_a_gene(write: Write) -> None:
    path = write(OLD + "AAA\tENST1\t0.7\t1.0\t0.25\t3.5\nBBB\tENST2\tNA\t\tNaN\t-1\n")
    assert read_constraint(path) == {
        "AAA": Constraint("AAA", 1.0, 0.25, 3.5, 0.7),
        "BBB": Constraint("BBB", None, None, -1.0, None),
    }


def test_constraint__of_version_four_is_that_of_mane_select_then_of_the_canonical_transcript(
    write: Write,
) -> None:
    rows = (
        "AAA ENST1 true false 0.1 1 1 1",
        "AAA NM_1 false true 0.2 1 1 1",
        "AAA ENST2 false true 0.3 1 1 1",
        "BBB ENST3 false false 0.4 1 1 1",
        "BBB ENST4 true false 0.5 1 1 1",
    )
    found = read_constraint(write(NEW + "".join(r.replace(" ", "\t") + "\n" for r in rows)))
    assert {symbol: each.pli for symbol, each in found.items()} == {"AAA": 0.3, "BBB": 0.5}


def test_validity__is_a_judgement_with_its_date_and_panel(write: Write) -> None:
    path = write(VALIDITY + JUDGED)
    (found,) = read_validity(path)
    assert found == (
        "AAA",
        "HGNC:1",
        Validity(
            diseases=("MONDO:0000001",),
            label='gout, "late"',
            inheritance="AD",
            classification=ValidityClass.DEFINITIVE,
            date=date(2024, 3, 14),
            source="Gout Panel",
        ),
    )
    assert created(path) == date(2026, 6, 21)
    assert created(write(JUDGED)) is None


def test_dosage__of_regions_and_genes_has_places_and_scores(write: Write) -> None:
    path = write(REGIONS + REGION + REGION.replace("chr22:101-200", "tbd"))
    (region,) = read_dosage(path, GRCH37)
    place = Interval("chr22", 100, 200)
    enough, day = DosageScore.SUFFICIENT, date(2023, 1, 25)
    assert region == DosageRegion("ISCA-1", "some region", place, enough, None, day)
    assert stated_day(path) == date(2023, 11, 14)
    (gene,) = read_dosage(write(GENES + GENE + GENE.replace("chr1:", "chrUn_x:")), GRCH38)
    assert (gene.gene, gene.interval, gene.date) == ("AAA", Interval("chr1", 10, 20), None)
    assert (gene.haploinsufficiency, gene.triplosensitivity) == (
        DosageScore.RECESSIVE,
        DosageScore.UNLIKELY,
    )
    assert stated_day(write(GENES.replace("#14 Nov,2023", "#soon"))) is None


def test_gene__is_found_by_its_symbol_then_by_names_that_it_alone_had(write: Write) -> None:
    rows = (
        "HGNC:1\tAAA\tx\tApproved\tNICK\tBBB|OLD\t2023-01-20\n",
        "HGNC:2\tBBB\tx\tApproved\tOLD|NICKS\tSHARED\t2024-01-20\n",
        "HGNC:3\tCCC\tx\tApproved\t\tSHARED\t\n",
        "HGNC:4\tDDD\tx\tEntry Withdrawn\t\tGONE\t2022-01-20\n",
    )
    names = read_gene_names(write(HGNC + NAMED + "".join(rows)))
    a, b = NamedGene("HGNC:1", "AAA"), NamedGene("HGNC:2", "BBB")
    asked = ("AAA", "BBB", "OLDER", "NICK", "NICKS", "OLD", "SHARED", "DDD", "GONE")
    assert [names.find(name) for name in asked] == [a, b, a, a, b, a, None, None, None]
    assert names.modified == date(2024, 1, 20)
    assert (names.symbol_of("HGNC:2"), names.symbol_of("HGNC:4")) == ("BBB", None)
    assert (names.approved("OLD"), names.approved("GONE")) == ("AAA", "GONE")


def test_diseases__are_the_same_by_exact_matches_only(write: Write) -> None:
    others = MATCH.replace("OMIM:123456", "Orphanet:77") + MATCH.replace("OMIM:123456", "DOID:4")
    loose = MATCH.replace("exactMatch", "broadMatch").replace("123456", "654321")
    found = read_same_diseases(write(MONDO + MATCH + others + loose))
    assert found == {"MONDO:0000001": ("OMIM:123456", "ORPHA:77")}


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (read_constraint, "", "expected a header with the columns `gene`, `pLI`"),
        (read_constraint, OLD, "no gene in it"),
        (read_constraint, OLD + "AAA\tE\n", "line 2: expected 6 columns, found `2`"),
        (read_constraint, OLD + "AAA\tE\tx\t1\t1\t1\n", "line 2: expected a number in `oe_mis`"),
        (check_validity, VALIDITY, "no judgement in it"),
        (check_validity, "x", "expected a header with the columns `GENE SYMBOL`"),
        (
            check_validity,
            VALIDITY + JUDGED.replace("Definitive", "Sure"),
            r"line 6: expected a classification \(`Definitive`, .*\), found `Sure`",
        ),
        (
            check_validity,
            VALIDITY + JUDGED.replace("2024-03-14", "14 March "),
            "line 6: expected a date in `CLASSIFICATION DATE`",
        ),
        (read_gene_names, HGNC, "no approved gene in it"),
        (read_gene_names, HGNC + NAMED.replace("HGNC:1", "1"), "line 2: expected `HGNC:` and a"),
        (
            read_gene_names,
            HGNC + 'HGNC:1\t"' + "A" * 200_000,
            "line 2: not a table: field larger .*; is a quotation mark left open",
        ),
        (read_gene_names, "symbol\n", "expected a header with the columns `hgnc_id`, `symbol`"),
        (read_same_diseases, MONDO + MATCH.replace("OMIM", "DOID"), "no disease of OMIM or"),
        (read_same_diseases, MONDO.replace("predicate_id", "x"), "columns `predicate_id`"),
    ],
)
def test_malformed_file__is_refused_with_its_line(
    write: Write, read: Callable[[Path], object], text: str, problem: str
) -> None:
    with pytest.raises(InputFileError, match=problem):
        read(write(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (REGIONS, "no gene or region with a place in it"),
        ("x\n", "expected a header with the columns `#ISCA ID`"),
        (REGIONS.replace("37", "38") + REGION, "is of assembly `GRCh38`, not `GRCh37`"),
        (REGIONS + REGION.replace("101-200", "200"), "line 5: expected a place such as"),
        (REGIONS + REGION.replace("101-200", "300-200"), "line 5: interval .* is malformed"),
        (REGIONS + REGION.replace("\t3\t", "\t7\t"), "line 5: expected a dosage score in"),
    ],
)
def test_malformed_dosage__is_refused_with_its_line(write: Write, text: str, problem: str) -> None:
    with pytest.raises(InputFileError, match=problem):
        check_dosage(write(text), GRCH37)


def test_published_files__are_read_as_they_are(shared: Path) -> None:
    folder = shared / "knowledge"
    constraint = read_constraint(folder / "gnomad_v2.1.1_constraint.tsv.gz")
    assert constraint["KMT2D"].loeuf == 0.103
    names = read_gene_names(folder / "hgnc_complete_set.txt.gz")
    old = names.find("MLL2")
    assert old is not None
    assert old.symbol == "KMT2D"
    judged = list(read_validity(folder / "clingen_gene_validity.csv.gz"))
    assert sorted(v.inheritance for symbol, _, v in judged if symbol == "AARS1") == [
        "AD",
        "AD",
        "AR",
    ]
    same = read_same_diseases(folder / "mondo.sssom.tsv.gz")
    assert same["MONDO:0007843"] == ("OMIM:147920",)
    regions = list(read_dosage(folder / "ClinGen_region_curation_list_GRCh37.tsv", GRCH37))
    assert len(regions) > 500
