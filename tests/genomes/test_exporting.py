"""Exports: other programs read what the database holds, and nothing is there by halves."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pgenlib
import pysam
import pysam.bcftools
import pytest

from adversary.comparing import table_of
from adversary.studies import Study, invent_study
from adversary.writing import Container
from kerne.alleles.assembly import GRCH38
from kerne.alleles.interval import Interval
from kerne.errors import GenomeError
from kerne.genomes.asking.matrix import NO_ALLELE, UNCALLED
from kerne.genomes.exporting import content, files
from kerne.genomes.exporting.export_format import ExportFormat
from kerne.genomes.exporting.text_kernels import spell_genotypes
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules

Line = tuple[str, ...]


@pytest.fixture(params=range(2))
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    rng = random.Random(request.param)
    made = invent_study(rng, tmp_path, (Container.PLAIN,), files=4)
    made.add_all(rng)
    return made


def spelled(pair: list[int], *, is_phased: bool) -> str:
    """Spell a genotype out, the plainest way."""
    texts = ["." if each == UNCALLED else str(each) for each in pair if each != NO_ALLELE]
    return ("|" if is_phased else "/").join(texts)


def expected(study: Study, region: Interval | None = None) -> list[Line]:
    lines = []
    for block in open_freestanding(study.store).blocks(region):
        for at in range(len(block.alleles)):
            allele = block.alleles.allele(at)
            cells = zip(block.genotypes[at].tolist(), block.phased[at].tolist(), strict=True)
            texts = [spelled(pair, is_phased=flag) for pair, flag in cells]
            place = (allele.contig, str(allele.position + 1))
            lines.append((*place, allele.reference, allele.alternative, *texts))
    return lines


def by_bcftools(path: Path) -> list[Line]:
    form = "%CHROM\\t%POS\\t%REF\\t%ALT[\\t%GT]\\n"
    text = pysam.bcftools.query("-f", form, str(path))
    return [tuple(line.split("\t")) for line in str(text).splitlines()]


def samples_in(path: Path) -> list[str]:
    with pysam.VariantFile(str(path)) as file:
        return list(file.header.samples)


@pytest.mark.parametrize("form", [ExportFormat.VCF, ExportFormat.BCF])
def test_vcf_and_bcf__are_read_by_bcftools_as_they_were_meant(
    study: Study, tmp_path: Path, form: ExportFormat
) -> None:
    path = tmp_path / f"out.{form}"
    told: list[int] = []
    study.genomes.export(path, form, watch=told.append)
    assert by_bcftools(path) == expected(study)
    assert samples_in(path) == sorted(
        study.samples, key=open_freestanding(study.store).rows().__getitem__
    )
    assert 0 < sum(told) <= files.span_bp(GRCH38, None)
    assert path.stat().st_mode & 0o777 == 0o600


def test_exported_vcf__added_to_a_new_store_counts_the_same(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "out.vcf.gz"
    study.genomes.export(path, ExportFormat.VCF)
    again = FreestandingGenomes(tmp_path / "again")
    again.add([GenomeFile(path)], StoreRules(study.rules.assembly))
    theirs = table_of(study.genomes.frequencies())
    autosomes = {key for key in theirs if key.contig not in {"chrX", "chrY", "chrM"}}
    ours = table_of(again.frequencies())
    assert ours.keys() == theirs.keys()
    assert {key: ours[key] for key in autosomes} == {key: theirs[key] for key in autosomes}


def test_zarr__is_read_by_vcztools_as_it_was_meant(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kerne.genomes.exporting.zarr_files.ALLELES_A_CHUNK", 7)
    path = tmp_path / "out.vcz"
    study.genomes.export(path, ExportFormat.ZARR)
    tool = Path(sys.executable).with_name("vcztools")
    shown = subprocess.run(
        [tool, "view", "--no-version", path], check=True, capture_output=True, text=True
    ).stdout
    text = tmp_path / "shown.vcf"
    text.write_text(shown)
    assert by_bcftools(text) == expected(study)


def test_pgen__is_read_by_pgenlib_as_plink_knows_genotypes(study: Study, tmp_path: Path) -> None:
    study.genomes.export(tmp_path / "out", ExportFormat.PGEN)
    lines = [
        line.split("\t")
        for line in (tmp_path / "out.pvar").read_text().splitlines()
        if not line.startswith("#")
    ]
    meant = expected(study)
    assert [(line[0], line[1], *line[3:5]) for line in lines] == [line[:4] for line in meant]
    samples = len(meant[0]) - 4
    with pgenlib.PgenReader(bytes(tmp_path / "out.pgen")) as reader:
        assert (reader.get_variant_ct(), reader.get_raw_sample_ct()) == (len(meant), samples)
        codes, phased = np.empty(2 * samples, np.int32), np.empty(samples, np.bool_)
        for at, line in enumerate(meant):
            reader.read_alleles_and_phasepresent(at, codes, phased)
            assert codes.reshape(-1, 2).tolist() == [plink_of(each) for each in line[4:]]
            for flag, each in zip(phased.tolist(), line[4:], strict=True):
                assert flag or each not in {"0|1", "1|0"}
                assert not (flag and each == "0/1")


def plink_of(text: str) -> list[int]:
    alleles = text.replace("|", "/").split("/")
    if "." in alleles:
        return [-9, -9]
    return [int(alleles[0]), int(alleles[-1])]


def test_psam__names_the_sex_that_was_measured(
    tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    calls = {"XX": ["0/1", "1/1"], "XY": ["1", "1"], "none": ["./.", "./."]}
    rows = [
        ("chrX", 5_000_000 + at, "A", "C", [calls["XX"][at % 2], calls["XY"][0], "./."])
        for at in range(40)
    ]
    rows += [("chrY", 8_000_000 + at, "A", "C", [".", "1", "."]) for at in range(40)]
    desk = FreestandingGenomes(tmp_path / "store")
    desk.add([GenomeFile(write_vcf(tmp_path / "a.vcf", ("w", "m", "u"), rows))], StoreRules("hg38"))
    desk.export(tmp_path / "out", ExportFormat.PGEN)
    assert (tmp_path / "out.psam").read_text() == "#IID\tSEX\nw\t2\nm\t1\nu\tNA\n"


def test_region_and_samples__narrow_an_export(study: Study, tmp_path: Path) -> None:
    meant = expected(study)
    region = Interval(meant[0][0], 0, int(meant[0][1]))
    chosen = study.samples[:1]
    study.genomes.export(tmp_path / "out.vcf.gz", ExportFormat.VCF, region, chosen)
    assert [line[:4] for line in by_bcftools(tmp_path / "out.vcf.gz")] == [
        line[:4] for line in expected(study, region)
    ]
    assert samples_in(tmp_path / "out.vcf.gz") == chosen


@pytest.mark.parametrize("form", list(ExportFormat))
def test_export_that_fails__leaves_nothing(
    study: Study, tmp_path: Path, form: ExportFormat
) -> None:
    (tmp_path / "exports").mkdir()

    def fail(_bases: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.genomes.export(tmp_path / "exports" / "out", form, watch=fail)
    assert not list((tmp_path / "exports").iterdir())


@pytest.mark.parametrize("form", list(ExportFormat))
def test_export__replaces_nothing(study: Study, tmp_path: Path, form: ExportFormat) -> None:
    name = "out.pvar" if form is ExportFormat.PGEN else "out"
    (tmp_path / name).write_text("mine")
    with pytest.raises(GenomeError, match="is there already"):
        study.genomes.export(tmp_path / "out", form)
    assert (tmp_path / name).read_text() == "mine"


def test_export_to_nowhere__says_so(study: Study, tmp_path: Path) -> None:
    for form in ExportFormat:
        with pytest.raises(GenomeError, match="cannot be written"):
            study.genomes.export(tmp_path / "no" / "out", form)


def test_plink_without_samples__is_refused(study: Study, tmp_path: Path) -> None:
    with pytest.raises(GenomeError, match="without samples"):
        study.genomes.export(tmp_path / "out", ExportFormat.PGEN, samples=[])


def test_form_whose_library_is_missing__names_the_extra() -> None:
    with pytest.raises(GenomeError, match="extra `export`"):
        content.library_of("no_such_library_of_ours")


def test_spelling__writes_what_plain_python_writes() -> None:
    rng = random.Random(4)
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (UNCALLED, 1), (UNCALLED, UNCALLED), (1, NO_ALLELE)]
    cells = [[rng.choice(pairs) for _ in range(5)] for _ in range(9)]
    flags = np.array([[rng.random() < 0.5 for _ in range(5)] for _ in range(9)])
    genotypes = np.array(cells, dtype=np.int8)
    text, ends = np.zeros(9 * 5 * 4, np.uint8), np.empty(9, np.int64)
    spell_genotypes(genotypes, flags, text, ends)
    begin = 0
    for row, marks, end in zip(cells, flags.tolist(), ends.tolist(), strict=True):
        meant = [spelled(list(c), is_phased=f) for c, f in zip(row, marks, strict=True)]
        assert bytes(text[begin:end]).decode() == "".join(f"\t{each}" for each in meant)
        begin = end
