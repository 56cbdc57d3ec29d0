"""One tampering of each class; `validation/audit_tampering.py` tries thousands."""

from pathlib import Path

import pytest

from kerne.audit.verification import verify
from kerne.database.engine import unopened_database

from .attacks import ATTACKS, Attack, attack
from .scene import AUDIT, KEY, SECOND, Scene, build


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return build(tmp_path_factory.mktemp("scene"))


def test_scene__is_intact_before_it_is_tampered_with(scene: Scene) -> None:
    for home in (scene.now, scene.older, scene.other):
        engine, second = unopened_database(home / AUDIT), unopened_database(home / SECOND)
        assert verify(engine, KEY.public_key(), [], second).problems == ()
    engine, second = unopened_database(scene.now / AUDIT), unopened_database(scene.now / SECOND)
    found = verify(engine, KEY.public_key(), [scene.witness, scene.receipt], second)
    assert found.problems == ()
    assert found.waiting == 0


@pytest.mark.parametrize("which", ATTACKS, ids=[each.name for each in ATTACKS])
def test_tampering__is_found_by_the_files_or_by_what_is_held_outside(
    scene: Scene, tmp_path: Path, which: Attack
) -> None:
    seen = attack(scene, tmp_path / "copy", which, seed=1)
    assert seen.witness
    assert seen.receipt
    assert seen.alone is not which.is_hidden
