"""What the people of a walked centre do with its commands, and what they cannot do."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

DOCTOR = ("--as", "doctor-1", "--purpose", "own-treatment")


def hero(walked: Walked) -> str:
    """Return the person number of the story's patient."""
    found = re.search(r"orders for (P-\d+)", walked.told)
    assert found is not None
    return found.group(1)


def withdrawn(walked: Walked) -> str:
    """Return the person number of the citizen who withdrew."""
    found = re.search(r"(P-\d+): use in research was refused", walked.told)
    assert found is not None
    return found.group(1)


def own(person: str) -> tuple[str, ...]:
    return ("--as", person, "--purpose", "own-access")


def test_audit__verifies_and_is_signed(run: Run, walked: Walked, tmp_path: Path) -> None:
    signed = run("audit", "--home", walked.home, "checkpoint")
    held = tmp_path / "checkpoint.txt"
    held.write_text(signed.out)
    outcome = run("audit", "--home", walked.home, "verify", "--held", held)
    assert outcome.code == 0
    assert outcome.out.endswith("intact\tyes\n")
    alone = run("audit", "--home", walked.home, "verify")
    assert "held outside\tnone given" in alone.out
    assert alone.out.endswith("intact\tyes, as far as these files can show\n")
    held.write_text("kerne")
    assert run("audit", "--home", walked.home, "verify", "--held", held).code == 4


def verified(*arguments: str | Path) -> str:
    """Run the stand-alone verifier in a process of its own, and return what it found."""
    command = [sys.executable, "-I", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_witness__verifies_alone_what_the_centre_hands_out(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    home = ("audit", "--home", walked.home)
    verifier, held, shown = tmp_path / "verify_audit.py", tmp_path / "held", tmp_path / "log.json"
    assert run("audit", "verifier", "-o", verifier).code == 0
    key = run(*home, "key").out.strip()
    held.write_text(run(*home, "checkpoint").out)
    person = withdrawn(walked)
    mine = ("citizen", "--home", walked.home, "log", person, *own(person))
    assert run(*mine, "-o", shown, "--held", held).code == 0
    number = json.loads(shown.read_text())["named"][0]["number"]
    proof, consistency = tmp_path / "proof.json", tmp_path / "consistency.json"
    assert run(*home, "prove", number, "--person", person, *own(person), "-o", proof).code == 0
    assert run(*home, "consistency", held, "-o", consistency).code == 0
    told = verified(verifier, "--key", key, shown, consistency, "--held", held)
    assert "numbered from 1 without a gap" in told
    assert f"about\t{person}" in verified(verifier, "--key", key, proof)
    assert run(*home, "verify", "--held", shown).code == 0


def test_proof__shows_whom_it_is_about_only_when_it_is_asked_for_at_the_gate(
    run: Run, walked: Walked
) -> None:
    home = ("audit", "--home", walked.home)
    assert json.loads(run(*home, "prove", "1").out)["opening"] is None
    assert run(*home, "prove", "1", "--person", hero(walked)).code == 2
    assert run(*home, "prove", "1", "--person", hero(walked), *own(withdrawn(walked))).code == 3


def test_centre__whose_audit_is_damaged_shows_a_doctor_their_patients_answer_and_nothing_else(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(walked.home, home)
    found = re.search(r"C-\d{4}-\d{6}", walked.told)
    doctor = re.search(r"(\S+) at [^.]{1,60}?\s+orders\s+for", walked.told)
    assert found is not None
    assert doctor is not None
    (home / "audit" / "audit.sqlite").write_bytes(b"no database" * 1000)
    read = ("cases", "--home", home, "read", found.group())
    assert run(*read, "--as", doctor.group(1), "--purpose", "own-treatment").code == 0
    assert run(*read, "--as", doctor.group(1), "--purpose", "quality").code == 5
    assert run("citizen", "--home", home, "log", hero(walked), *own(hero(walked))).code == 5
    assert run("audit", "--home", home, "verify").code == 5


def test_citizen__sees_the_research_question_that_counted_them(run: Run, walked: Walked) -> None:
    person = withdrawn(walked)
    rows = run("citizen", "--home", walked.home, "log", person, *own(person)).rows()
    questions = [row for row in rows if row["action"] == "ask-question"]
    assert len(questions) == 1  # the one before the withdrawal, not the one after
    assert questions[0]["who"] == "researcher-1"
    assert questions[0]["as"] == "one of many"


def test_citizen__does_not_see_the_accesses_of_another(run: Run, walked: Walked) -> None:
    outcome = run("citizen", "--home", walked.home, "log", hero(walked), *own(withdrawn(walked)))
    assert outcome.code == 3
    assert outcome.out == ""
    assert outcome.err.startswith("kerne: refused: ")


def test_citizen__reads_and_changes_their_choices(run: Run, walked: Walked) -> None:
    person = "P-000020"
    home = ("citizen", "--home", walked.home)
    limited = run(*home, "limit", person, *own(person))
    assert limited.code == 0
    assert "own treatment and nothing else" in limited.out
    assert "own treatment only\tyes" in run(*home, "choices", person, *own(person)).out
    assert run(*home, "lift-limit", person, *own(person)).code == 0
    assert run(*home, "block", person, "doctor-2", *own(person)).code == 0
    assert "kept out\tdoctor-2" in run(*home, "choices", person, *own(person)).out
    assert run(*home, "unblock", person, "doctor-2", *own(person)).code == 0
    assert run(*home, "refuse-research", person, *own(person)).code == 0
    assert "research\trefused" in run(*home, "choices", person, *own(person)).out
    allowed = run(*home, "allow-research", person, "--level", "subject-query", *own(person))
    assert allowed.code == 0
    assert "research\tsubject-query" in run(*home, "choices", person, *own(person)).out


def test_register__is_previewed_and_taken_over_by_a_registrar(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    file = tmp_path / "register.tsv"
    person = "P-000020"
    lines = (
        "person\tdate\tchoice",
        f"{person}\t2026-01-05\tlimited",
        "P-777777\t2026-01-05\tlifted",
    )
    file.write_text("\n".join(lines))
    registrar = ("--as", "registrar-1", "--purpose", "quality")
    home = ("register", "--home", walked.home)
    assert run(*home, "preview", file, "--as", "doctor-1", "--purpose", "quality").code == 3
    seen = run(*home, "preview", file, *registrar)
    assert seen.code == 0
    assert "newly limited\t1\n" in seen.out
    assert "lines not registered here\t3\n" in seen.out
    digest = seen.out.splitlines()[-1].split("\t")[1]
    assert run(*home, "apply", file, "--digest", "0" * 64, *registrar).code == 6
    assert run(*home, "apply", file, "--digest", digest, *registrar).code == 0
    receipts = run("citizen", "--home", walked.home, "receipts", person, *own(person)).out
    assert "entered the tissue-use register" in receipts
    assert "left out of every further answer: project `PRJ-0001`" in receipts


def test_exception__needs_a_written_reason_and_the_patient_is_told(
    run: Run, walked: Walked
) -> None:
    case = re.search(r"C-\d{4}-\d{6}", walked.told)
    assert case is not None
    read = ("cases", "--home", walked.home, "read", case[0])
    stranger = ("--as", "doctor-9", "--purpose", "own-treatment")
    told = (
        *("citizen", "--home", walked.home, "log", hero(walked), "--told"),
        *("--as", "P-000001", "--purpose", "guardian-access"),
    )
    assert run(*read, *stranger).code == 3
    assert run(*told).rows() == []
    assert run(*read, *stranger, "--reason", "unconscious, and the doctor is away").code == 0
    (row,) = run(*told).rows()
    assert (row["who"], row["told"]) == ("doctor-9", "told")
    assert row["reason"] == "unconscious, and the doctor is away"


@pytest.mark.parametrize("purpose", ["insurance", "pension", "employment", "", "Research"])
def test_purpose_outside_the_list__is_refused_in_words(
    run: Run, walked: Walked, purpose: str
) -> None:
    outcome = run(
        *("genomes", "--home", walked.home, "stats", "--as", "doctor-1", "--purpose", purpose)
    )
    assert outcome.code == 3
    assert "insurance, pension" in outcome.err


def test_insurance__is_written_on_the_patients_page(run: Run, walked: Walked) -> None:
    guardian = "P-000001"
    person = hero(walked)
    rows = run(
        *("citizen", "--home", walked.home, "log", person),
        *("--as", guardian, "--purpose", "guardian-access"),
    ).rows()
    refused = [row for row in rows if row["purpose"] == "insurance"]
    assert [row["answer"] for row in refused] == ["refused"]


def test_frequencies__leave_out_whoever_may_not_be_counted(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    clinic, research = tmp_path / "clinic.tsv", tmp_path / "research.tsv"
    home = ("genomes", "--home", walked.home, "frequencies", "-o")
    assert (
        run(*(*home, clinic, "--as", "geneticist-1", "--purpose", "treatment-of-another")).code == 0
    )
    asked = ("--as", "researcher-1", "--purpose", "research", "--project", "PRJ-0001")
    assert run(*home, research, *asked).code == 0
    tables = [path.read_text().splitlines() for path in (clinic, research)]
    assert tables[0][0] == "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet"
    most = [max(int(line.split("\t")[5]) for line in table[1:]) for table in tables]
    assert most[1] < most[0] <= 40


def _counted(told: str) -> list[int]:
    """Return the numbers of who was counted, as it is said beside a table."""
    (line,) = (line for line in told.splitlines() if line.startswith("counted:"))
    return [int(number) for number in re.findall(r"\d+", line)]


def test_frequencies__say_who_was_counted_and_count_twins_once(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    home = shutil.copytree(walked.home, tmp_path / "home")
    ask = ("genomes", "--home", home, "frequencies", "-r", "chr1:1-1000")
    clinic = ("--as", "geneticist-1", "--purpose", "treatment-of-another")
    genomes, relatives, *_ = _counted(run(*ask, *clinic).err)
    everyone, *none = _counted(run(*ask, "--all", *clinic).err)
    assert relatives > 0
    assert (everyone, none) == (genomes + relatives, [0, 0, 0, 0])
    pair = ("P-000012", "P-000013")
    registrar = ("--as", "registrar-1", "--purpose", "quality")
    declared = run("register", "--home", home, "twins", *pair, *registrar)
    assert (declared.code, declared.out) == (0, "P-000012\tP-000013\n")
    assert run("register", "--home", home, "twins", *pair, *clinic).code == 3
    assert _counted(run(*ask, "--all", *clinic).err) == [everyone - 1, 0, 1, 0, 0]


def test_strata__are_for_a_permit_that_looks_closely(
    run: Run, walked: Walked, tmp_path: Path
) -> None:
    home = shutil.copytree(walked.home, tmp_path / "home")
    committee = ("--as", "access-committee-1", "--purpose", "research")
    issued = run(
        *("research", "--home", home, "permit", "PRJ-0009", "--title", "Sexes"),
        *("--level", "subject-query", "--user", "researcher-1", "--ethics", "E-1"),
        *("--from", "2026-01-01", "--to", "2036-01-01", *committee),
    )
    assert issued.code == 0, issued.err
    ask = ("genomes", "--home", home, "frequencies", "--by-sex", "--by-region")
    researcher = ("--as", "researcher-1", "--purpose", "research", "--project")
    assert run(*ask, *researcher, "PRJ-0001").code == 3
    assert run(*ask, "--as", "geneticist-1", "--purpose", "treatment-of-another").code == 3
    found = run(*ask, *researcher, "PRJ-0009")
    assert found.code == 0, found.err
    line = found.rows()[0]
    sexes = sum(int(line[f"AN_{name}"]) for name in ("XX", "XY", "X", "other"))
    regions = [name for name in line if name.startswith("AN_") and name[3:] not in _SEXES]
    assert int(line["AN"]) == sexes == sum(int(line[name]) for name in regions)


_SEXES = {"XX", "XY", "X", "other"}


def test_identity_check__is_read_by_a_laboratory_alone(run: Run, walked: Walked) -> None:
    person = hero(walked)
    ask = ("genomes", "--home", walked.home, "identity-check", person)
    read = run(*ask, "--as", "laboratory-1", "--purpose", "own-treatment")
    assert read.code == 0, read.err
    assert read.out.splitlines()[1].endswith("\tas expected")
    assert run(*ask, *DOCTOR).code == 3
    assert run(*ask, *own("P-000001")).code == 3
    guardian = ("--as", "P-000001", "--purpose", "guardian-access")
    log = run("citizen", "--home", walked.home, "log", person, *guardian).out
    assert "identity" not in log
    search = ("genomes", "--home", walked.home, "duplicates", "--as", "laboratory-1")
    assert run(*search, "--purpose", "quality").out.startswith("sample\tother\t")
    assert run(*search, "--purpose", "own-treatment").code == 3


@pytest.mark.parametrize(
    "asked",
    [
        ("--as", "researcher-1", "--purpose", "research", "--project", "PRJ-0001"),
        ("--as", "registrar-1", "--purpose", "quality"),
    ],
)
def test_count__of_chosen_people_is_not_a_count(
    run: Run, walked: Walked, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    chosen = tmp_path / "one.txt"
    chosen.write_text(_sample_of(walked, "P-000012") + "\n")
    home = ("genomes", "--home", walked.home, "frequencies")
    assert run(*home, *asked).code == 0
    single = run(*home, "-S", chosen, *asked)
    assert single.code == 3
    assert single.out == ""


def test_case__that_is_not_opened_brings_no_treatment_relation(run: Run, walked: Walked) -> None:
    order = re.search(r"order (K-\d+-\d+)", walked.told)
    case = re.search(r"opens (C-\d+-\d+)", walked.told)
    assert order is not None
    assert case is not None
    stranger = ("--as", "geneticist-2", "--purpose", "own-treatment")
    home = ("cases", "--home", walked.home)
    again = run(*home, "open", order.group(1), "--hpo", "HP:0000510", *stranger)
    assert again.code == 4
    assert "already" in again.err
    assert run(*home, "interpret", case.group(1), *stranger).code == 3


def test_researcher__without_a_permit_is_refused(run: Run, walked: Walked) -> None:
    asked = ("--as", "researcher-2", "--purpose", "research", "--project", "PRJ-0002")
    outcome = run("research", "--home", walked.home, "count", "LRP5", *asked)
    assert outcome.code == 3


def test_permit__is_issued_used_and_revoked(run: Run, walked: Walked) -> None:
    home = ("research", "--home", walked.home)
    committee = ("--as", "access-committee-1", "--purpose", "research")
    issued = run(
        *(*home, "permit", "PRJ-0003", "--title", "Twice", "--level", "allele-frequency"),
        *("--user", "researcher-2", "--ethics", "E-1", "--from", "2026-01-01"),
        *("--to", "2036-01-01", *committee),
    )
    assert issued.code == 0
    asked = ("--as", "researcher-2", "--purpose", "research", "--project", "PRJ-0003")
    counted = run(*home, "count", "LRP5", *asked).rows()[0]
    assert counted["question"] == "PRJ-0003/Q-1"
    # The demo's researcher took a number over almost the same people out.
    held = run(*home, "output", "PRJ-0003/Q-1", *asked)
    assert held.code == 3
    assert "refused by the airlock" in held.err
    assert run(*home, "revoke", "PRJ-0003", *committee).code == 0
    assert run(*home, "count", "LRP5", *asked).code == 3


def test_question__without_a_project_says_what_is_missing(run: Run, walked: Walked) -> None:
    asked = ("--as", "researcher-1", "--purpose", "research")
    outcome = run("research", "--home", walked.home, "count", "LRP5", *asked)
    assert outcome.code == 4
    assert "--project" in outcome.err


def test_unknown_gene__is_named(run: Run, walked: Walked) -> None:
    asked = ("--as", "researcher-1", "--purpose", "research", "--project", "PRJ-0001")
    outcome = run("research", "--home", walked.home, "count", "NOGENE", *asked)
    assert outcome.code == 4
    assert "`NOGENE`" in outcome.err


def test_public__is_told_nothing_while_the_country_is_small(run: Run, walked: Walked) -> None:
    outcome = run(
        *("research", "--home", walked.home, "public", "chr1-100-A-T", "--purpose", "statistics")
    )
    assert outcome.code == 0
    assert outcome.out.startswith("not-given\t")


def test_public_epoch__does_not_open_while_the_country_is_small(run: Run, walked: Walked) -> None:
    home = ("research", "--home", walked.home)
    opened = run(*home, "open-epoch", "--as", "registrar-1", "--purpose", "statistics")
    assert (opened.code, opened.out) == (0, "public epoch\t0\n")
    assert run(*home, "open-epoch", "--as", "registrar-1", "--purpose", "quality").code == 3


def test_new_patient__is_taken_from_consent_to_signed_answer(run: Run, walked: Walked) -> None:
    person = "P-000019"
    home = walked.home
    sample = _sample_of(walked, person)
    form = (
        *("citizen", "--home", home, "consent", person, "--document", "Form", "--version", "7"),
        *("--secondary", "none", "--no-recontact", *DOCTOR),
    )
    assert "expected the signature of a guardian" in run(*form).err
    assert run(*form, "--signed-by", "guardian").code == 0
    choices = run("citizen", "--home", home, "choices", person, *DOCTOR).out
    assert "secondary findings\tnone (chosen by a guardian)" in choices
    placed = run(
        *("orders", "--home", home, "place", person, "--group", "eye", "--question", "Why?"),
        *DOCTOR,
    )
    order = placed.out.split("\t")[0]
    laboratory = ("--as", "laboratory-1", "--purpose", "own-treatment")
    steps = (
        ("accept", order, "--barcode", "T1", "--sample", sample),
        ("quality", order, "--dna", 80, "--volume", 50, "--ratio", 1.8),
        ("run", order, "--run", "R1", "--depth", 35, "--callable", 0.97),
        ("release", order),
    )
    for step in steps:
        assert run("orders", "--home", home, *step, *laboratory).code == 0
    assert "released" in run("orders", "--home", home, "follow", order, *DOCTOR).out
    assert order in run("orders", "--home", home, "list", *DOCTOR).out
    geneticist = ("--as", "geneticist-1", "--purpose", "own-treatment")
    opened = run(
        *("cases", "--home", home, "open", order, "--hpo", "HP:0000510", *geneticist),
    )
    case = opened.out.split("\t")[0]
    candidates = run("cases", "--home", home, "interpret", case, *geneticist).rows()
    early = run("cases", "--home", home, "sign", case, *geneticist)
    assert early.code == 4
    if candidates:
        allele = candidates[0]["variants"].split()[0]
        judged = ("--class", "uncertain significance", "--because", "weak fit")
        own_word = ("--criterion", "PS4", "not-judged", "no cohort was asked")
        assert (
            run(
                "cases", "--home", home, "classify", case, allele, *judged, *own_word, *geneticist
            ).code
            == 0
        )
        shown = run("cases", "--home", home, "evidence", case, allele, *geneticist).rows()
        (own,) = (each for each in shown if each["source"] == "geneticist")
        assert (own["criterion"], own["judged"]) == ("PS4", "not judged")
        loss = ("--section", "4C", "much", "three patients")
        wrong = run("cases", "--home", home, "classify", case, allele, *loss, *geneticist)
        assert "expected points, `not-met` or `not-judged`" in wrong.err
    else:
        nothing = ("no-finding", case, "--because", "nothing fits")
        assert run("cases", "--home", home, *nothing, *geneticist).code == 0
    signed = run("cases", "--home", home, "sign", case, *geneticist)
    assert signed.code == 0
    assert (Path(signed.out.strip()) / "report.html").exists()
    assert case in run("cases", "--home", home, "read", case, *DOCTOR).out
    assert case in run("cases", "--home", home, "list", *geneticist).out
    stranger = ("--as", "doctor-9", "--purpose", "own-treatment")
    assert run("cases", "--home", home, "read", case, *stranger).code == 3
    exception = (*stranger, "--reason", "unconscious in the emergency room")
    assert run("cases", "--home", home, "read", case, *exception).code == 0


def _sample_of(walked: Walked, person: str) -> str:
    """Return the number of the sample that a citizen gave, from the country's own register."""
    people = json.loads((walked.home.with_name("home-country") / "people.json").read_text())
    return next(str(one["sample"]) for one in people["citizens"] if one["number"] == person)


def test_order__without_consent_is_refused(run: Run, walked: Walked) -> None:
    person = "P-000018"
    home = walked.home
    assert run("citizen", "--home", home, "withdraw-analysis", person, *own(person)).code == 0
    placed = run(
        *("orders", "--home", home, "place", person, "--group", "eye", "--question", "Why?"),
        *DOCTOR,
    )
    assert placed.code == 3


def test_unknown_asker__is_said_so(run: Run, walked: Walked) -> None:
    outcome = run(
        *("genomes", "--home", walked.home, "stats", "--as", "nobody-7", "--purpose", "quality")
    )
    assert outcome.code == 4
    assert "`nobody-7`" in outcome.err


def test_real_home__does_not_take_a_name_for_an_identity(run: Run, walked: Walked) -> None:
    settings = walked.home / "kerne.toml"
    text = settings.read_text()
    try:
        settings.write_text(text.replace("demo = true", "demo = false"))
        outcome = run(
            *("genomes", "--home", walked.home, "stats", "--as", "doctor-1"),
            *("--purpose", "quality"),
        )
    finally:
        settings.write_text(text)
    assert outcome.code == 2
    assert "login token" in outcome.err
