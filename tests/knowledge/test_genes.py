"""Gene models: two formats, looked up by gene and place, written for `bcftools csq`."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH37, GRCH38, KERNIA1
from kerne.alleles.interval import Interval
from kerne.alleles.transcript import Transcript
from kerne.errors import InputFileError
from kerne.interpretation.consequences.csq import run_csq
from kerne.knowledge.gene_files.hgnc import GeneNames
from kerne.knowledge.genes import GeneModels, completed, read_gene_models
from kerne.knowledge.tags import MANE_SELECT


def test_ensembl_gff3__parts_in_any_order_make_a_transcript(gff3_file: Path) -> None:
    models = read_gene_models(gff3_file, GRCH38)
    assert models.of_gene("AAA,1")[0] == Transcript(
        identifier="ENST1.3",
        gene_id="ENSG1",
        symbol="AAA,1",
        contig="chr1",
        strand=1,
        exons=((100, 200), (300, 400)),
        cds=(150, 306),
        protein_id="ENSP1",
        tags=frozenset({"basic", MANE_SELECT}),
    )


def test_coding_places__unite_the_coding_parts_of_all_transcripts(gff3_file: Path) -> None:
    models = read_gene_models(gff3_file, GRCH38)
    places = models.coding_places()
    coding = {
        (transcript.contig, position)
        for transcript in models.transcripts
        if transcript.cds
        for start, end in transcript.exons
        for position in range(start, end)
        if transcript.cds[0] <= position < transcript.cds[1]
    }
    assert places.span_bp == len(coding)
    for contig, position in coding:
        assert places.covers(Interval(contig, position, position + 1))


def test_ensembl_gff3__gene_lists_mane_select_first(gff3_file: Path) -> None:
    models = read_gene_models(gff3_file, GRCH38)
    assert models.genes == ("AAA,1", "ENSG2", "ENSG3")
    assert [t.identifier for t in models.of_gene("AAA,1")] == ["ENST1.3", "ENST0.1"]
    assert models.of_gene("NONE") == ()


def test_ensembl_gff3__what_has_no_start_or_decays_is_tagged(gff3_file: Path) -> None:
    models = read_gene_models(gff3_file, GRCH38)
    tags = {t.identifier: t.tags for t in models.transcripts}
    assert tags["ENST0.1"] == {"nonsense_mediated_decay"}
    assert tags["ENST3"] == {"cds_start_NF"}
    assert tags["ENST2"] == frozenset()


def test_ensembl_gff3__other_contigs_are_left_out_and_counted(gff3_file: Path) -> None:
    assert read_gene_models(gff3_file, GRCH38).left_out == {"KI270728.1": 1}


def test_big_gene_pred__mane_transcript_has_its_refseq_name(bed_file: Path) -> None:
    models = read_gene_models(bed_file, GRCH38)
    assert models.transcripts[0] == Transcript(
        identifier="NM_1.4",
        gene_id="ENSG1.1",
        symbol="AAA",
        contig="chr1",
        strand=1,
        exons=((100, 200), (300, 400)),
        cds=(150, 306),
        protein_id="NP_1.5",
        tags=frozenset({MANE_SELECT}),
    )
    assert models.left_out == {"chr1_KI270706v1_random": 1}


def test_big_gene_pred__plain_row_without_coding_sequence(bed_file: Path) -> None:
    bed_file.write_text("track name=x\n" + bed_file.read_text())
    plain = read_gene_models(bed_file, GRCH38).transcripts[1]
    assert (plain.identifier, plain.symbol, plain.cds) == ("ENST2", "ENSG2", None)
    assert (plain.protein_id, plain.tags, plain.strand) == (None, frozenset(), -1)


GENE_LINE = "1\tx\texon\t1\t9\t.\t+\t.\tParent=transcript:T"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "neither Ensembl GFF3 nor bigGenePred BED"),
        ("a\tb\n", "neither Ensembl GFF3 nor bigGenePred BED"),
        (f"{GENE_LINE}\n", "expected Ensembl GFF3"),
        (f"{GENE_LINE}\nx\n", "line 2: expected 9 columns, found `1`"),
        (f"{GENE_LINE}\n".replace("\t9\t", "\tx\t"), "line 1: expected a start and an end"),
        (
            "1\tx\tmRNA\t1\t9\t.\t+\t.\tID=transcript:T;Parent=gene:G\n",
            "line 1: malformed transcript: exons of `T`",
        ),
        (
            "KI1\tx\tmRNA\t1\t9\t.\t+\t.\tID=transcript:T;Parent=gene:G\n",
            "no transcript on a contig of assembly `GRCh38`",
        ),
        ("\t".join("1234567890123") + "\n", "line 1: expected 20 columns or more, found `13`"),
    ],
)
def test_gene_models__malformed_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.gff3"
    path.write_text(text)
    with pytest.raises(InputFileError, match=problem):
        read_gene_models(path, GRCH38)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        (1, "x", "invalid literal"),
        (9, "3", "expected `3` blocks, found `2` sizes"),
        (10, "100,0,", "missing, empty or not ascending"),
        (11, "0,", "expected `2` blocks"),
    ],
)
def test_big_gene_pred__malformed_row_is_refused_with_its_line(
    bed_file: Path, column: int, value: str, problem: str
) -> None:
    lines = bed_file.read_text().splitlines()
    fields = lines[0].split("\t")
    fields[column] = value
    bed_file.write_text("\n".join([lines[1], "\t".join(fields)]) + "\n")
    with pytest.raises(InputFileError, match=rf"line 2: malformed transcript: .*{problem}"):
        read_gene_models(bed_file, GRCH38)


def transcript(number: int, start: int, end: int, contig: str = "chr1") -> Transcript:
    exons = ((start, end),)
    return Transcript(f"T{number}", f"G{number}", f"S{number}", contig, 1, exons, None, None)


@given(
    spans=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12),
    start=st.integers(0, 70),
    length=st.integers(1, 15),
)
@settings(deadline=None, max_examples=80, derandomize=True)
def test_overlapping__equals_the_naive_scan(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    transcripts = [transcript(n, at, at + size) for n, (at, size) in enumerate(spans)]
    models = GeneModels(transcripts)
    found = models.overlapping(Interval("chr1", start, start + length))
    naive = [t for t in transcripts if t.start < start + length and t.end > start]
    assert sorted(t.identifier for t in found) == sorted(t.identifier for t in naive)
    assert list(found) == sorted(found, key=lambda t: t.start)
    assert models.overlapping(Interval("chr2", start, start + length)) == ()


@pytest.mark.parametrize(
    ("strand", "left", "right", "phases"),
    [
        (1, "five_prime_UTR", "three_prime_UTR", {"15": "0", "31": "0", "61": "1"}),
        (-1, "three_prime_UTR", "five_prime_UTR", {"15": "0", "31": "2", "61": "0"}),
    ],
)
def test_written_gff3__has_phases_and_untranslated_parts(
    tmp_path: Path, strand: Literal[1, -1], left: str, right: str, phases: dict[str, str]
) -> None:
    exons = ((10, 20), (30, 50), (60, 70))
    ours = Transcript("T", "G", "S", "chr1", strand, exons, (14, 64), None)
    path = tmp_path / "out.gff3"
    GeneModels([ours]).write_gff3(path, {"chr1"})
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]]
    assert {row[3]: row[7] for row in rows if row[2] == "CDS"} == phases
    spans = {row[2]: (row[3], row[4]) for row in rows if row[2].endswith("UTR")}
    assert spans == {left: ("11", "14"), right: ("65", "70")}
    assert {row[6] for row in rows} == {"+" if strand == 1 else "-"}
    assert "ID=gene:G;Name=S;biotype=protein_coding" in {row[8] for row in rows}


def test_written_gff3__reads_back_as_the_same_transcripts(gff3_file: Path, tmp_path: Path) -> None:
    models = read_gene_models(gff3_file, GRCH38)
    path = tmp_path / "out.gff3"
    models.write_gff3(path, {"chr1", "chr2"})
    assert "Name=AAA%2C1;" in path.read_text()
    again = read_gene_models(path, GRCH38)
    spans = {t.identifier: (t.exons, t.cds, t.strand, t.symbol) for t in models.transcripts}
    found = {t.identifier: (t.exons, t.cds, t.strand, t.symbol) for t in again.transcripts}
    assert found.items() <= spans.items()
    # Their reading frame is not known.
    assert spans.keys() - found.keys() == {"ENST1.3", "ENST3"}
    models.write_gff3(path, {"chr2"})
    assert {t.contig for t in read_gene_models(path, GRCH38).transcripts} == {"chr2"}


def test_mane__loads_every_transcript_in_frame(shared: Path) -> None:
    models = read_gene_models(shared / "reference" / "MANE.GRCh38.bigGenePred.bed.gz", GRCH38)
    assert len(models.transcripts) + sum(models.left_out.values()) == 19_316
    (beta_globin,) = models.of_gene("HBB")
    assert (beta_globin.identifier, beta_globin.protein_id) == ("NM_000518.5", "NP_000509.1")
    assert beta_globin in models.overlapping(Interval("chr11", 5_227_001, 5_227_002))


def test_ensembl_gff3__exon_may_be_part_of_several_transcripts(gff3_file: Path) -> None:
    text = gff3_file.read_text()
    shared_exon = "Parent=transcript:ENST2,transcript:ENST3"
    gff3_file.write_text(
        text.replace("11\t20\t.\t-\t.\tParent=transcript:ENST2", "11\t20\t.\t-\t.\t" + shared_exon)
    )
    exons = {t.identifier: t.exons for t in read_gene_models(gff3_file, GRCH38).transcripts}
    assert exons["ENST2"] == ((10, 20),)
    assert exons["ENST3"] == ((10, 20), (30, 60))


def test_ensembl_chr21__loads_whole(shared: Path) -> None:
    models = read_gene_models(shared / "reference" / "ensembl_chr21.gff3.gz", GRCH38)
    assert len(models.transcripts) == 2414
    assert any(t.symbol == "SOD1" for t in models.transcripts)


def test_written_gff3__gives_consequences_without_warnings(shared: Path, tmp_path: Path) -> None:
    everything = read_gene_models(shared / "reference" / "MANE.GRCh38.bigGenePred.bed.gz", GRCH38)
    genes = everything.of_gene("C20orf96") + everything.of_gene("SRXN1")
    gff3 = tmp_path / "genes.gff3"
    GeneModels(genes).write_gff3(gff3, {"chr20"})
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr20,length=10000000>",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
        "chr20\t270865\t.\tA\tC\t.\tPASS\t.",
        "chr20\t271212\t.\tA\tC\t.\tPASS\t.",
        "chr20\t275967\t.\tC\tA\t.\tPASS\t.",
        "chr20\t290608\t.\tC\tA\t.\tPASS\t.",
    ]
    variants = tmp_path / "variants.vcf"
    variants.write_text("\n".join(lines) + "\n")
    fasta = shared / "reference" / "grch38.chr20_and_21_10M.fa.gz"
    output = run_csq(["-l", "-f", str(fasta), "-g", str(gff3), str(variants)], tmp_path)
    lines = output.vcf_text.splitlines()
    found = [line.split("BCSQ=")[1] for line in lines if line[0] != "#"]
    assert [consequence.split("|")[0] for consequence in found] == [
        "3_prime_utr",
        "missense",
        "splice_donor",
        "start_lost",
    ]
    assert "NM_153269.3" in found[1]
    assert output.warnings == ()


RNA = Transcript("ENST9.1", "ENSG9", "RNU4-2", "chr12", -1, ((120291762, 120291907),), None, None)


def test_genes_that_come_with_kerne__are_added_where_a_human_release_lacks_them() -> None:
    whole = completed(GeneModels([]), GRCH38)
    assert {"MT-TL1", "RNU4-2", "RMRP"} <= set(whole.genes)
    assert len(whole.transcripts) == 37 + 15
    assert completed(whole, GRCH38) is whole
    own = completed(GeneModels([RNA]), GRCH38)
    assert own.of_gene("RNU4-2") == (RNA,)
    assert len(own.transcripts) == 37 + 15
    # Their places are known on GRCh38 only.
    assert len(completed(GeneModels([]), GRCH37).transcripts) == 37
    assert completed(GeneModels([]), KERNIA1).transcripts == ()


def test_rna_genes__are_those_of_which_no_transcript_codes_for_a_protein() -> None:
    coding = Transcript("TX1.1", "G1", "BOTH", "chr1", 1, ((0, 30),), (0, 30), None)
    silent = Transcript("TX2.1", "G1", "BOTH", "chr1", 1, ((0, 30),), None, None)
    longer = replace(
        RNA, identifier="ENST8.1", exons=((120291762, 120291907), (120292000, 120292010))
    )
    assert GeneModels([coding, silent, RNA, longer]).rna_genes == {"RNU4-2": 155}


def test_gene_models__are_called_by_other_symbols_unless_another_gene_has_them() -> None:
    models = GeneModels(
        [
            Transcript(f"{symbol}.1", symbol, symbol, "chr1", 1, ((0, 30),), (0, 30), None)
            for symbol in ("OLD", "KEPT", "ALIAS")
        ],
        {"chr1_alt": 2},
    )
    others = {"OLD": "NEW", "ALIAS": "KEPT"}
    called = models.called(GeneNames({"NEW": "HGNC:1", "KEPT": "HGNC:2"}, others))
    assert called.genes == ("ALIAS", "KEPT", "NEW")
    assert [each.gene_id for each in called.of_gene("NEW")] == ["OLD"]
    assert called.left_out == {"chr1_alt": 2}
    assert models.called(GeneNames()) is models
