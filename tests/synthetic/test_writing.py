import gzip
import json
from pathlib import Path

import numpy as np
import pysam
import pytest

from kerne.alleles.assembly import KERNIA1
from kerne.alleles.interval import read_bed
from kerne.alleles.vcf import open_vcf, parse_genotype
from kerne.errors import SyntheticError
from kerne.interpretation.consequences.csq import run_csq
from kerne.interpretation.family.pedigree import read_ped
from kerne.knowledge.genes import read_gene_models
from kerne.phenotype.phenopacket import read_phenopacket
from kerne.synthetic.country import NOTICE, Country
from kerne.synthetic.effect import Effect, effect_of
from kerne.synthetic.founding import make_country
from kerne.synthetic.genome import CONTIGS
from kerne.synthetic.profile import Medicine
from kerne.synthetic.staff import SITES
from kerne.synthetic.writing import CountryFiles, clinic_citizens, write_country

CSQ_NAMES = {
    Effect.UNTRANSLATED: {"5_prime_utr", "3_prime_utr"},
    Effect.SYNONYMOUS: {"synonymous", "stop_retained"},
    Effect.INTRON: {"intron", "splice_region"},
    Effect.INTERGENIC: {""},
}


def genotypes(path: Path) -> dict[str, dict[str, tuple[int | None, ...]]]:
    """Read alleles and genotypes by sample: the codes of each, in file order."""
    with open_vcf(path) as vcf:
        found: dict[str, dict[str, tuple[int | None, ...]]] = {s: {} for s in vcf.header.samples}
        for record in vcf:
            name = f"{record.contig_text}-{record.position + 1}-{record.reference}"
            name += f"-{record.alternatives[0]}"
            for sample, field in zip(vcf.header.samples, record.sample_fields, strict=True):
                found[sample][name] = parse_genotype(field.split(":")[0])[0]
    return found


def expected(country: Country, sample: str, bed: Path) -> dict[str, tuple[int, ...]]:
    """Say what a genome should hold, site by site: the codes that are not reference only."""
    person = [citizen.sample for citizen in country.citizens].index(sample)
    regions = read_bed(bed, KERNIA1)
    found = {}
    for site, codes in zip(country.sites, country.haplotypes.carried[person].T, strict=True):
        ends = np.array([site.allele.position, site.allele.end - 1])
        if (codes == 1).any() and regions.contains(site.allele.contig, ends).all():
            found[str(site.allele)] = tuple(sorted(int(code) for code in codes if code >= 0))
    return found


def test_own_genomes__hold_what_the_person_carries_where_callable(
    country: Country, files: CountryFiles
) -> None:
    for number in [country.patients[0].person, *country.patients[2].relatives]:
        delivered = files.own_genomes[number]
        sample = country.citizen(number).sample
        wanted = expected(country, sample, delivered.callable_bed)
        assert genotypes(delivered.vcf) == {sample: wanted}


def test_site_genomes__hold_everybody_else_with_a_few_missing(
    country: Country, files: CountryFiles
) -> None:
    missing = total = 0
    for delivered in files.site_genomes.values():
        found = genotypes(delivered.vcf)
        assert set(found) == {country.citizen(n).sample for n in delivered.persons}
        for sample in list(found)[:5]:
            wanted = expected(country, sample, delivered.callable_bed)
            for name, codes in found[sample].items():
                total += 1
                if None in codes:
                    missing += 1
                else:
                    carried = wanted.pop(name, (0,) * len(codes))
                    assert codes == carried
            assert len(wanted) < 20
    assert 0 < missing < 0.01 * total


def test_every_citizen__has_one_genome(country: Country, files: CountryFiles) -> None:
    persons = [p for d in files.own_genomes.values() for p in d.persons]
    persons += [p for d in files.site_genomes.values() for p in d.persons]
    assert sorted(persons) == [citizen.number for citizen in country.citizens]
    assert set(files.own_genomes) == set(clinic_citizens(country))
    assert set(files.site_genomes) == set(SITES)


def test_men__are_haploid_on_x_in_the_files(country: Country, files: CountryFiles) -> None:
    for number, delivered in list(files.own_genomes.items())[:12]:
        citizen = country.citizen(number)
        codes = genotypes(delivered.vcf)[citizen.sample]
        ploidies = {len(code) for name, code in codes.items() if name.startswith("chrX")}
        assert ploidies == ({1} if citizen.sex == "male" else {2})


def test_depths__agree_with_genotypes(files: CountryFiles) -> None:
    delivered = next(iter(files.own_genomes.values()))
    with open_vcf(delivered.vcf) as vcf:
        for record in vcf:
            genotype, reads, depth, quality = record.sample_fields[0].split(":")
            reference, alternative = map(int, reads.split(","))
            assert reference + alternative == int(depth) >= 12
            assert (reference > 0) == (genotype == "0/1")
            assert alternative > 0
            assert 0 < int(quality) <= 99


def test_callable_regions__leave_a_little_out_and_never_what_was_planted(
    country: Country, files: CountryFiles
) -> None:
    planted = [v.allele for answer in country.answers for v in answer.variants]
    for delivered in files.own_genomes.values():
        regions = read_bed(delivered.callable_bed, KERNIA1)
        assert 0.97 < regions.span_bp / country.genome.length_bp < 1
        for allele in planted:
            assert regions.contains(allele.contig, np.array([allele.position, allele.end])).all()


def test_genome_files__say_that_they_are_synthetic(files: CountryFiles) -> None:
    for delivered in (*files.own_genomes.values(), *files.site_genomes.values()):
        with gzip.open(delivered.vcf, "rt") as file:
            assert NOTICE in file.read(400)


def test_reference__reads_back(country: Country, files: CountryFiles) -> None:
    with pysam.FastaFile(str(files.reference)) as fasta:
        assert tuple(fasta.references) == CONTIGS
        for contig in CONTIGS:
            assert fasta.fetch(contig) == country.genome.sequences[contig]


def test_genes__read_back(country: Country, files: CountryFiles) -> None:
    models = read_gene_models(files.genes, KERNIA1)
    read = {t.symbol: (t.contig, t.strand, t.exons, t.cds) for t in models.transcripts}
    made = {t.symbol: (t.contig, t.strand, t.exons, t.cds) for t in country.genome.transcripts}
    assert read == made


def test_frequencies__have_the_columns_of_the_genome_database(
    country: Country, files: CountryFiles
) -> None:
    header, *rows = files.frequencies.read_text().splitlines()
    assert header == "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet"
    assert len(rows) == len(country.published)
    for row, count in zip(rows, country.published, strict=True):
        chrom, pos, ref, alt, ac, an, af, _, _ = row.split("\t")
        assert f"{chrom}-{pos}-{ref}-{alt}" == str(count.allele)
        assert float(af) == pytest.approx(int(ac) / int(an), rel=1e-5)


def test_phenopackets__read_back_without_a_note(country: Country, files: CountryFiles) -> None:
    for patient in country.patients:
        phenotype = read_phenopacket(files.phenopackets[patient.person], country.ontology)
        citizen = country.citizen(patient.person)
        assert phenotype.subject == citizen.sample
        assert phenotype.observed == patient.observed
        assert phenotype.excluded == patient.excluded
        assert phenotype.sex.value.lower() == citizen.sex
        assert phenotype.notes == ()


def test_pedigrees__name_samples_parents_and_the_affected(
    country: Country, files: CountryFiles
) -> None:
    for patient in country.patients:
        members = read_ped(files.pedigrees[patient.person]).members
        sample = {n: country.citizen(n).sample for n in (patient.person, *patient.relatives)}
        assert set(members) == set(sample.values())
        me = members[sample[patient.person]]
        assert me.affected
        assert me.mother == (None if patient.mother is None else sample[patient.mother])
        assert me.father == (None if patient.father is None else sample[patient.father])
        for number in patient.relatives:
            assert members[sample[number]].affected == (number in patient.affected)


def test_people_file__tells_the_centre_everything_but_the_answers(
    country: Country, files: CountryFiles
) -> None:
    text = files.people.read_text(encoding="utf-8")
    document = json.loads(text)
    assert document["notice"] == NOTICE
    assert len(document["citizens"]) == len(country.citizens)
    assert len(document["patients"]) == len(country.patients)
    assert document["patients"][0]["observed"] == list(country.patients[0].observed)
    assert document["choices"]["withdrawing"] == list(country.choices.withdrawing)
    assert {s["role"] for s in document["staff"]} == {s.role for s in country.institutions.staff}
    assert "OMIM:" not in text
    for answer in country.answers:
        assert not any(str(variant.allele) in text for variant in answer.variants)


def test_answer_key__has_a_line_for_every_patient_and_lies_elsewhere(
    country: Country, files: CountryFiles
) -> None:
    notice, header, *rows = files.answer_key.read_text(encoding="utf-8").splitlines()
    assert notice == f"# {NOTICE}"
    columns = header.split("\t")
    for row, answer in zip(rows, country.answers, strict=True):
        fields = dict(zip(columns, row.split("\t"), strict=True))
        assert fields["gene"] == answer.gene
        assert fields["alleles"] == ";".join(str(v.allele) for v in answer.variants)
        assert len(fields["terms"].split(";")) == len(answer.terms)
        assert bool(fields["incidental"]) == (answer.incidental is not None)
    inside = files.people.parent
    assert not files.answer_key.is_relative_to(inside)


def test_answers__are_refused_a_place_in_the_country(country: Country, tmp_path: Path) -> None:
    with pytest.raises(SyntheticError, match="would lie in the country's own"):
        write_country(country, tmp_path, tmp_path / "answers")
    assert list(tmp_path.iterdir()) == []


def test_files__are_the_same_for_the_same_seed_and_progress_is_told(
    small_medicine: Medicine, tmp_path: Path
) -> None:
    country = make_country(5, 14, medicine=small_medicine)
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        write_country(country, folder, tmp_path / "answers", tell)
    names = sorted(p.relative_to(folders[0]) for p in folders[0].rglob("*") if p.is_file())
    assert len(names) > 20
    assert all((folders[0] / n).read_bytes() == (folders[1] / n).read_bytes() for n in names)
    half = told[: len(told) // 2]
    assert half == [(done, len(half)) for done in range(1, len(half) + 1)]
    assert told == half * 2


def test_a_country_of_patients_only__has_no_site_genomes(
    small_medicine: Medicine, tmp_path: Path
) -> None:
    country = make_country(5, 12, medicine=small_medicine, patients=12)
    files = write_country(country, tmp_path / "country", tmp_path / "answers")
    assert files.site_genomes == {}
    assert len(files.own_genomes) == 12


def test_every_consequence__is_the_one_that_bcftools_finds(
    country: Country, files: CountryFiles, tmp_path: Path
) -> None:
    lines = ["##fileformat=VCFv4.2", "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"]
    lines[1:1] = [f"##contig=<ID={c},length={len(s)}>" for c, s in country.genome.sequences.items()]
    for site in country.sites:
        a = site.allele
        row = (a.contig, a.position + 1, ".", a.reference, a.alternative, ".", ".", ".")
        lines.append("\t".join(map(str, row)))
    sites = tmp_path / "sites.vcf"
    sites.write_text("\n".join(lines) + "\n")
    arguments = ["-l", "-p", "a", "-f", str(files.reference), "-g", str(files.genes)]
    output = run_csq([*arguments, str(sites)], tmp_path)
    assert output.warnings == ()
    found = [line.split("\t") for line in output.vcf_text.splitlines() if line[0] != "#"]
    assert len(found) == len(country.sites)
    for fields, site in zip(found, country.sites, strict=True):
        said = fields[7].removeprefix("BCSQ=").removeprefix(".").split("|")
        symbol = said[1] if len(said) > 1 else None
        ours = [t for t in country.genome.transcripts if t.symbol == symbol]
        sequence = country.genome.sequences[site.allele.contig]
        effect = effect_of(site.allele, ours[0], sequence) if ours else Effect.INTERGENIC
        words = set(said[0].split("&"))
        allowed = CSQ_NAMES.get(effect, {effect.value})
        assert words & (allowed | {"splice_region"}), (str(site.allele), said, effect)
