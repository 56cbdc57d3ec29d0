"""The unfiltered copy of one's own genome: for the adult alone, after a consent of its own."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kerne.alleles.vcf import open_vcf
from kerne.centre import Centre, open_centre
from kerne.consent.capacity import SignedForm
from kerne.consent.receipt import Receipt
from kerne.errors import ConsentError, GenomeError
from kerne.genomes.exporting.own_copy import UNFILTERED, OwnCopy
from kerne.people.asking import Refusal
from tests.conftest import Run

from .family import (
    AT,
    CHILD,
    DOCTOR,
    GENETICIST,
    LABORATORY,
    MOTHER,
    PATIENT,
    STOPS,
    citizen,
    settle,
)

OWN = "own-access"
FORM = SignedForm("copy-form", "1")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("download") / "home"
    settle(home)
    return home


@pytest.fixture
def home(settled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(settled, tmp_path / "home"))


def consent(centre: Centre, person: str, purpose: str = OWN) -> Receipt | Refusal:
    return centre.consent.consent_to_download(citizen(person), purpose, person, form=FORM)


def test_copy__holds_what_is_closed_elsewhere_and_says_so_everywhere(
    run: Run, home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "mine.vcf.gz"
    asking = ("--as", PATIENT, "--purpose", OWN)
    form = ("--document", "copy-form", "--version", "1")
    assert run("citizen", "--home", home, "consent-download", PATIENT, *form, *asking).code == 0
    chosen = run("citizen", "--home", home, "choices", PATIENT, *asking)
    assert "unfiltered copy\tconsented" in chosen.out
    outcome = run("citizen", "--home", home, "download", PATIENT, "-o", copy, *asking)
    assert outcome.code == 0, outcome.err
    assert UNFILTERED in outcome.err
    assert outcome.out.splitlines()[1] == str(tmp_path / "mine.callable.bed")
    with open_vcf(copy) as vcf:
        assert f"kerne_warning={UNFILTERED}" in vcf.header.meta
        found = {
            f"{each.contig_text}-{each.position + 1}-{each.reference}-{each.alternatives[0]}"
            for each in vcf
        }
    assert set(STOPS.values()) <= found
    log = run("citizen", "--home", home, "log", PATIENT, *asking).rows()
    (entry,) = [row for row in log if row["action"] == "download-genome"]
    assert (entry["who"], entry["about"]) == (PATIENT, "an unfiltered copy of the whole genome")


def test_copy__needs_a_consent_of_its_own_which_ends_it_when_withdrawn(
    home: Path, tmp_path: Path
) -> None:
    with open_centre(home, lambda: AT) as centre:
        download = centre.genomes.download
        assert isinstance(download(citizen(PATIENT), OWN, PATIENT, tmp_path / "a.vcf.gz"), Refusal)
        assert isinstance(consent(centre, PATIENT), Receipt)
        assert isinstance(download(citizen(PATIENT), OWN, PATIENT, tmp_path / "b.vcf.gz"), OwnCopy)
        with pytest.raises(GenomeError, match="a copy replaces nothing"):
            download(citizen(PATIENT), OWN, PATIENT, tmp_path / "b.vcf.gz")
        ended = centre.consent.withdraw_download(citizen(PATIENT), OWN, PATIENT)
        assert isinstance(ended, Receipt)
        assert isinstance(download(citizen(PATIENT), OWN, PATIENT, tmp_path / "c.vcf.gz"), Refusal)
    written = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert written == ["b.callable.bed", "b.vcf.gz"]


def test_copy__is_for_nobody_else(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.vcf.gz"
    with open_centre(home, lambda: AT) as centre:
        assert isinstance(consent(centre, PATIENT), Receipt)
        for who in (citizen(MOTHER), DOCTOR, GENETICIST, LABORATORY):
            for purpose in (OWN, "guardian-access", "own-treatment"):
                assert isinstance(centre.genomes.download(who, purpose, PATIENT, path), Refusal)
    assert not path.exists()


def at(year: int) -> Callable[[], datetime]:
    return lambda: datetime(year, 6, 1, 12, tzinfo=UTC)


def test_copy__waits_for_the_18th_birthday_and_is_never_a_guardians(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "child.vcf.gz"
    with open_centre(home, lambda: AT) as centre:
        with pytest.raises(ConsentError, match="by the person alone"):
            centre.consent.consent_to_download(
                citizen(PATIENT), "guardian-access", CHILD, form=FORM
            )
        for purpose in ("guardian-access", OWN):
            assert isinstance(
                centre.genomes.download(citizen(PATIENT), purpose, CHILD, path), Refusal
            )
    with open_centre(home, at(2029)) as centre:
        assert isinstance(consent(centre, CHILD), Receipt)
        assert isinstance(centre.genomes.download(citizen(CHILD), OWN, CHILD, path), Refusal)
    with open_centre(home, at(2030)) as centre:
        assert isinstance(centre.genomes.download(citizen(CHILD), OWN, CHILD, path), OwnCopy)
