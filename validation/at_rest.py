"""Data at rest: speed of sealed blocks, tamperings that must be found, a byte search of a centre.

1. Seal and open a document of the given size in authenticated blocks, and ranges of a file of the
   genome database at places drawn by lot: GB a second of one core.
2. Change sealed documents at random: a flipped bit, a cut, an addition, blocks swapped, doubled,
   dropped, or taken from another document or sealing. Every one must be found. The same cuts and
   swaps of whole blocks on Crypt4GH files, whose format does not find them, must go unnoticed:
   otherwise the tamperings are none.
3. Walk the demo, and search every byte of its home for what is sealed of its patient; then plant
   it, and find it.
4. Destroy the patient's key and rotate the master key: nothing opens, nor does an old copy.

    python validation/at_rest.py [--gigabytes 2] [--tamperings 20000] [--citizens 60] [--seed 1]
"""

import argparse
import io
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kerne.cases.ledger import CaseLedger
from kerne.cli.demo import demo
from kerne.database.engine import open_database
from kerne.database.remains import find_remains
from kerne.errors import VaultError
from kerne.genomes.disk.folders import LocalFolder
from kerne.genomes.disk.sealed_files import Extent, Seal, SegmentReader, SegmentWriter
from kerne.people.ledger import PeopleLedger, metadata
from kerne.people.vault import KEYS_FILE, Vault, open_vault
from kerne.sealing.container import BlockReader, BlockWriter, Label, Seekable, open_document
from kerne.sealing.exchange import open_file, seal_file
from kerne.sealing.exchange_header import read_header
from kerne.sequencing.ledger import OrderLedger

LABEL = Label("P-000001", "validation")
SMALL_BLOCK = 64
BAR_GB_S = 1.0
RANGES_KIB = (64, 256, 1024)
RANGES_BYTES = 1e9
KINDS = ("flip", "cut", "add", "swap", "double", "drop", "splice")
IN_CLEAR_BY_DESIGN = ("answers", "knowledge")


def measure_speed(gigabytes: float, work: Path) -> list[str]:
    """Seal and open a long document; return what missed the bar."""
    piece, key = os.urandom(1 << 24), os.urandom(32)
    pieces = max(1, int(gigabytes * 1e9) // len(piece))
    length = pieces * len(piece)
    speeds = {}
    with Path(os.devnull).open("wb") as nowhere:
        writer = BlockWriter(nowhere, key, LABEL)
        start = time.process_time()
        for _ in range(pieces):
            writer.write(piece)
        writer.close()
        speeds["seal"] = length / (time.process_time() - start) / 1e9
    with (work / "long").open("w+b") as file:
        writer = BlockWriter(file, key, LABEL)
        for _ in range(pieces):
            writer.write(piece)
        writer.close()
        start = time.process_time()
        opened = sum(map(len, BlockReader(Seekable(file), key, LABEL).blocks()))
        speeds["open"] = length / (time.process_time() - start) / 1e9
    speeds |= measure_ranges(piece, work)
    print(f"1. {length / 1e9:.2f} GB in blocks of 64 KiB; GB a second of one core's time")
    for what, speed in speeds.items():
        print(f"   {what}\t{speed:.2f}")
    slow = [what for what, speed in speeds.items() if speed < BAR_GB_S]
    missed = [f"{what}: below {BAR_GB_S} GB/s" for what in slow]
    return missed + (["the document came back shorter"] if opened != length else [])


def measure_ranges(piece: bytes, work: Path) -> dict[str, float]:
    """Read ranges of a segment's file; return GB a second by the size of the range."""
    seal, chance = Seal("validation", "000001", os.urandom(32)), random.Random(1)
    with SegmentWriter(work / "000001", seal) as segment:
        for _ in range(16):
            segment.append("variants", piece)
        segment.finish()
    reader, speeds = SegmentReader(LocalFolder(work / "000001"), seal), {}
    for kib in RANGES_KIB:
        size = kib << 10
        count = int(RANGES_BYTES // size)
        places = [chance.randrange(16 * len(piece) - size) for _ in range(count)]
        start = time.process_time()
        for place in places:
            reader.read("variants", Extent(place, size))
        speeds[f"open ranges of {kib} KiB"] = count * size / (time.process_time() - start) / 1e9
    return speeds


def sealed(key: bytes, content: bytes, label: Label) -> bytes:
    """Seal in small blocks."""
    target = io.BytesIO()
    writer = BlockWriter(target, key, label, SMALL_BLOCK)
    writer.write(content)
    writer.close()
    return target.getvalue()


def blocks_of(document: bytes, header: int, tail: int, step: int) -> list[bytes]:
    """Cut the middle of a document into its sealed blocks."""
    end = len(document) - tail
    return [document[at : min(at + step, end)] for at in range(header, end, step)]


def tampered(kind: str, document: bytes, other: bytes, header: int, chance: random.Random) -> bytes:
    """Return `document` changed by one kind of tampering."""
    if kind == "flip":
        at = chance.randrange(len(document))
        return document[:at] + bytes([document[at] ^ 1 << chance.randrange(8)]) + document[at + 1 :]
    if kind == "cut":
        return document[: chance.randrange(len(document))]
    if kind == "add":
        return document + chance.randbytes(chance.randrange(1, 200))
    step, tail = SMALL_BLOCK + 16, 48
    blocks, others = (blocks_of(each, header, tail, step) for each in (document, other))
    at, to = chance.sample(range(len(blocks)), 2)
    if kind == "swap":
        blocks[at], blocks[to] = blocks[to], blocks[at]
    elif kind == "double":
        blocks.insert(at, blocks[at])
    elif kind == "drop":
        del blocks[at]
    else:
        blocks[at] = others[at]
    return document[:header] + b"".join(blocks) + document[-tail:]


def find_tamperings(count: int, seed: int) -> list[str]:
    """Tamper with documents; return what was not found."""
    chance, key = random.Random(seed), os.urandom(32)
    content = os.urandom(7 * SMALL_BLOCK + 9)
    header = len(sealed(key, b"", LABEL)) - 16 - 48
    missed = dict.fromkeys(KINDS, 0)
    done = dict.fromkeys(KINDS, 0)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        document = sealed(key, content, LABEL)
        other = sealed(key, content, LABEL)
        done[kind] += 1
        try:
            open_document(key, LABEL, tampered(kind, document, other, header, chance))
        except VaultError:
            continue
        missed[kind] += 1
    print(f"2. {count} tamperings with documents in authenticated blocks")
    for kind in KINDS:
        print(f"   {kind}\t{done[kind]} done, {missed[kind]} missed")
    return [f"{kind}: {times} missed" for kind, times in missed.items() if times]


def show_crypt4gh(work: Path) -> list[str]:
    """Cut and swap whole blocks of a Crypt4GH file; return what it did find."""
    key = X25519PrivateKey.generate()
    (work / "plain").write_bytes(os.urandom(5 * 65_536))
    seal_file(work / "plain", work / "sealed", [key.public_key()])
    document = (work / "sealed").read_bytes()
    with (work / "sealed").open("rb") as file:
        read_header(work / "sealed", file, key)
        header = file.tell()
    one, two, *rest = blocks_of(document, header, 0, 65_536 + 28)
    failures = []
    for kind, blocks in (("cut", [one, two]), ("swap", [two, one, *rest]), ("drop", [one, *rest])):
        (work / kind).write_bytes(document[:header] + b"".join(blocks))
        open_file(work / kind, work / f"{kind} opened", key)
        if (work / f"{kind} opened").read_bytes() == (work / "plain").read_bytes():
            failures.append(f"{kind} of Crypt4GH blocks changed nothing")
    print("   Crypt4GH\tcut, swap and drop of whole blocks open unnoticed, as its format has it")
    return failures


def secrets_of(home: Path, vault: Vault) -> tuple[str, str, dict[str, str]]:
    """Return the patient who got an answer, the case, and all that is sealed of the patient."""
    engine = open_database(home / "centre.sqlite", metadata)
    cases = CaseLedger(engine, vault)
    line = cases.lines()[0]
    person = PeopleLedger(engine, vault).person(line.person)
    question = OrderLedger(engine, vault).order(line.order_number).question
    secrets = {"name": person.name, "clinical question": question}
    if person.cpr is not None:
        secrets["civil registration number"] = person.cpr
    secrets |= {f"term {term}": term for term in cases.case(line.number).observed}
    with engine.connect() as connection:
        digests = connection.exec_driver_sql("SELECT digest FROM case_document").scalars().all()
    for digest in digests:
        document = cases.document(line.number, digest)
        secrets[f"document {digest[:12]}"] = document.decode(errors="replace")
    engine.dispose()
    return line.person, line.number, secrets


def search_home(citizens: int, work: Path) -> list[str]:
    """Walk the demo and search its home; then erase the patient's key and search for ways back."""
    home = work / "home"
    words = ["--citizens", str(citizens), "--home", str(home), "--no-serve"]
    CliRunner().invoke(demo, words, catch_exceptions=False)
    vault = open_vault(home / "keys")
    person, case, secrets = secrets_of(home, vault)
    found = find_remains(home, secrets, IN_CLEAR_BY_DESIGN)
    files = sum(path.is_file() for path in home.rglob("*"))
    print(f"3. {len(secrets)} secrets of one patient in {files} files: {len(found)} found")
    for number, text in enumerate(secrets.values()):
        (home / f"leak-{number}").write_text(text)
    planted = {each.secret for each in find_remains(home, secrets, IN_CLEAR_BY_DESIGN)}
    print(f"   planted\t{len(secrets)}, found {len(planted)}")
    failures = [f"`{each.secret}` stands in {each.path.name}, {each.where}" for each in found]
    failures += [f"planted `{each}` was not found" for each in secrets.keys() - planted]
    return failures + erase(home, vault, person, case)


def erase(home: Path, vault: Vault, person: str, case: str) -> list[str]:
    """Destroy a person's key and the master key; return what still opens."""
    vault.close()
    (home.parent / "old").mkdir()
    for path in (home / "keys").glob(f"{KEYS_FILE}*"):  # with its log, which may hold it all
        shutil.copy(path, home.parent / "old")
    start = time.perf_counter()
    vault.destroy(person)
    generation = vault.rotate_master()
    print(f"4. key destroyed, master key {generation} in {time.perf_counter() - start:.2f} s")
    failures = []
    engine = open_database(home / "centre.sqlite", metadata)
    try:
        CaseLedger(engine, vault).case(case)
        failures.append("the case of an erased patient opens")
    except VaultError as error:
        print(f"   today's keys\t{error}")
    vault.close()
    for path in (home / "keys").glob(f"{KEYS_FILE}*"):
        path.unlink()
    shutil.copytree(home.parent / "old", home / "keys", dirs_exist_ok=True)
    try:
        open_vault(home / "keys")
        failures.append("an old copy of the key store opens")
    except VaultError as error:
        print(f"   old copy\t{str(error).replace(str(home), 'HOME')}")
    engine.dispose()
    return failures


def main() -> int:
    """Run all four and print what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--tamperings", type=int, default=20_000)
    parser.add_argument("--citizens", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        failures = measure_speed(options.gigabytes, work)
        failures += find_tamperings(options.tamperings, options.seed)
        failures += show_crypt4gh(work)
        failures += search_home(options.citizens, work)
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
