"""A restored centre proves itself, and what was taken away since the backup stays away."""

import json
import shutil

import pytest

from kerne.centre import restore_centre
from kerne.custody.restore import Restored
from kerne.errors import AuditError, CustodyError
from kerne.people.asking import Refusal
from tests.custody.conftest import (
    CHILD,
    FIRST,
    NAMES,
    OTHER,
    REGISTRAR,
    WHOM,
    Clock,
    Site,
    citizen,
    counted,
    done,
    erase,
    files_with,
    place,
    refuse_research,
)


def restore(site: Site, backup: str = "backup", keys: str = "keys", home: str = "new") -> Restored:
    return restore_centre(
        site.beside(backup), site.beside(home), site.beside(keys), site.replica, clock=Clock()
    )


def back_up(site: Site, name: str = "backup") -> None:
    with site.open() as centre:
        centre.copies.back_up(site.beside(name))
        if not site.beside("keys").exists():
            centre.copies.copy_keys(site.beside("keys"))


def test_restored_centre__proves_that_it_is_what_was_backed_up(site: Site) -> None:
    back_up(site)
    manifest = json.loads((site.beside("backup") / "backup.json").read_text())
    restored = restore(site)
    assert restored.is_proven
    assert restored.manifest.audit.root == manifest["audit"]["root"]
    assert restored.manifest.rows["centre.sqlite"]["person"] == 3
    with site.open(site.beside("new")) as centre:
        assert centre.audit.verify().is_intact
        assert counted(centre) == 6
        choices = done(centre.consent.choices_of(citizen(WHOM), "own-access", WHOM))
        assert choices.choices.has_analysis_consent


def test_withdrawal_and_erasure__are_not_undone_by_a_restore(site: Site) -> None:
    back_up(site)
    with site.open() as centre:
        refuse_research(centre, OTHER)
        erase(centre, WHOM)
    restored = restore(site)
    assert (restored.choices, restored.erased, restored.lost_persons) == (1, 1, 0)
    assert restored.lost_genomes == 0
    assert restored.lost_entries > 0
    with site.open(site.beside("new")) as centre:
        assert counted(centre) == 4
        choices = done(centre.consent.choices_of(citizen(OTHER), "own-access", OTHER))
        assert choices.research is None
        assert centre.audit.verify().is_intact, centre.audit.verify().problems
        assert centre.people._ledger.person_numbers() == [CHILD, OTHER]
    assert not files_with(site.beside("new"), NAMES[WHOM])


def test_genome__that_was_removed_since_the_backup_is_removed_again(
    site: Site,
) -> None:
    back_up(site)
    with site.open() as centre:
        sample, row = next(iter(centre.genomes._store.rows().items()))
        assert done(centre.genomes.remove(FIRST, "custody", sample)) == row
        assert counted(centre) == 4
        centre.copies.back_up(site.beside("second"))
    for backup, removed in (("backup", 1), ("second", 0)):
        restored = restore(site, backup, home=f"new-{backup}")
        assert restored.removed == removed
        with site.open(site.beside(f"new-{backup}")) as centre:
            assert sample not in centre.genomes._store.rows()
            assert counted(centre) == 4
            assert centre.audit.verify().is_intact


def test_restore__from_an_older_backup_and_again_is_the_same(site: Site) -> None:
    back_up(site, "first")
    with site.open() as centre:
        refuse_research(centre, OTHER)
    back_up(site, "second")
    with site.open() as centre:
        erase(centre, WHOM)
    for number, backup in enumerate(("second", "first", "second")):
        home = f"new-{number}"
        restore(site, backup, home=home)
        with site.open(site.beside(home)) as centre:
            choices = done(centre.consent.choices_of(citizen(OTHER), "own-access", OTHER))
            assert choices.research is None
            assert counted(centre) == 4
            assert centre.audit.verify().is_intact


def test_restore__from_before_an_erasure_with_keys_of_after_it_goes_on_without_what_is_locked(
    site: Site,
) -> None:
    back_up(site)
    with site.open() as centre:
        erase(centre, WHOM)
        centre.copies.copy_keys(site.beside("later"))
        assert counted(centre) == 4
        centre.copies.back_up(site.beside("second"))
    restored = restore(site, keys="later", home="new-0")
    assert restored.lost_genomes == 3  # all of them lay in one segment
    with site.open(site.beside("new-0")) as centre:
        assert len(done(centre.genomes.frequencies(REGISTRAR, "quality"))) == 0
        assert centre.audit.verify().is_intact
    for keys in ("keys", "later"):  # a backup of after it opens with keys of any age
        restored = restore(site, "second", keys=keys, home=f"new-{keys}")
        assert restored.lost_genomes == 0
        with site.open(site.beside(f"new-{keys}")) as centre:
            assert counted(centre) == 4


def test_restore__without_a_replica_answers_own_treatment_only(site: Site) -> None:
    back_up(site)
    restored = restore_centre(
        site.beside("backup"),
        site.beside("new"),
        site.beside("keys"),
        without_replica=True,
        clock=Clock(),
    )
    assert not restored.is_proven
    with site.open(site.beside("new")) as centre:
        refused = centre.genomes.frequencies(REGISTRAR, "quality")
        assert isinstance(refused, Refusal)
        assert "restored from a backup" in refused.reasons[0]
        assert not isinstance(place(centre, OTHER), Refusal)
        refuse_research(centre, OTHER)
        with pytest.raises(CustodyError, match="by its reference"):
            centre.custody.confirm_restore(FIRST, "custody", taken_over="9 of Anna")
        done(centre.custody.confirm_restore(FIRST, "custody", taken_over="REG-2026-9"))
        assert counted(centre) == 6
        with pytest.raises(CustodyError, match="waits for no confirmation"):
            centre.custody.confirm_restore(FIRST, "custody", taken_over="REG-2026-9")
        assert done(centre.custody.proposals(FIRST, "custody")) == ()
        assert centre.audit.verify().is_intact


def test_home_put_back_without_restore__does_not_open(site: Site) -> None:
    shutil.copytree(site.home, site.beside("old"))
    with site.open() as centre:
        refuse_research(centre, OTHER)
    with pytest.raises(AuditError, match="rolled back"), site.open(site.beside("old")):
        pytest.fail("opened")
