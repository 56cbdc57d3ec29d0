"""A scan on a Ray cluster of two nodes, over a shared folder and over object storage."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kerne.alleles.assembly import GRCH38
from kerne.errors import DamagedStoreError, GenomeError
from kerne.genomes.asking.ray_engine import RayEngine
from kerne.genomes.asking.scan import Task
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.publishing.sending import publish
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.segments import packing

ray = pytest.importorskip("ray", reason="needs ray, of the extra `cluster`")
cluster_utils = pytest.importorskip("ray.cluster_utils", reason="needs ray")
moto_server = pytest.importorskip("moto.server", reason="needs moto, of `cluster-tests`")
s3fs = pytest.importorskip("s3fs", reason="needs s3fs, of the extra `cluster`")

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.enable_socket,  # the nodes talk under this machine's own address
    pytest.mark.filterwarnings("ignore"),  # of Ray and its like, whose they are
]

WriteVcf = Callable[..., Path]
SITES, SAMPLES = 200, 8
MEMORY = 80 << 20


@dataclass(frozen=True)
class Cluster:
    """Where it answers, and where its files are."""

    address: str
    place: Path


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Serve an object store with an empty bucket on this machine."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "invented")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("genomes")
        yield "s3://genomes"
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture(scope="module")
def cluster(bucket: str) -> Iterator[Cluster]:
    """Start two nodes on this machine, of one processor each, that know of the object store."""
    assert bucket
    place = Path(tempfile.mkdtemp(prefix="ray"))  # short: sockets lie in it
    (place / "ray").mkdir()  # Ray notes its address there, and makes no folder for that
    node = {"num_cpus": 1, "object_store_memory": MEMORY}
    head = {**node, "temp_dir": str(place), "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(place))
        made = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
        made.add_node(**node)
        yield Cluster(made.address, place)
        ray.shutdown()
        made.shutdown()
    shutil.rmtree(place)


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[RayEngine]:
    made = RayEngine(cluster.address)
    yield made
    made.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, write_vcf: WriteVcf) -> GenomeStore:
    """Two segments of many tiles."""
    place = tmp_path_factory.mktemp("cluster")
    store = create_store(place / "store", GRCH38, kept_by_centre=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "TILE_SITES", 10)
        for number in range(2):
            draw = np.random.default_rng(number)
            rows = [
                ("chr1", 100 + at, "A", "C", draw.choice(["0/0", "0/1", "1/1"], SAMPLES).tolist())
                for at in range(SITES)
            ]
            names = [f"S{number}-{sample}" for sample in range(SAMPLES)]
            store.add([GenomeFile(write_vcf(place / f"{number}.vcf", names, rows))])
    return store


def table(found: Frequencies) -> list[list[int]]:
    return [getattr(found, name).tolist() for name in ("ac", "an", "hom", "het", "hemi")]


def test_cluster__answers_as_threads_do(store: GenomeStore, engine: RayEngine) -> None:
    assert engine.workers == 2
    assert engine.is_private
    assert len(set(engine.processes())) == 2
    expected = table(open_freestanding(store.path).frequencies())
    for _ in range(2):  # the second time from what the workers hold decoded
        assert table(open_freestanding(store.path, engine).frequencies()) == expected


class Killing(RayEngine):
    """Kills a worker in the middle of each run."""

    killed = 0

    def run(self, tasks: Sequence[Task]) -> list[NDArray[np.int64]]:
        self._kill_soon = True
        return super().run(tasks)

    def _answer(self, ready: Any) -> NDArray[np.int64]:  # Any: Ray has no types
        if self._kill_soon:
            self._kill_soon = False
            os.kill(self._victim, signal.SIGKILL)
            self.killed += 1
        return super()._answer(ready)

    def choose_victim(self) -> None:
        self._victim = self.processes()[0]


def test_worker_killed_in_the_middle__changes_nothing(store: GenomeStore, cluster: Cluster) -> None:
    engine = Killing(cluster.address)
    try:
        expected = table(open_freestanding(store.path).frequencies())
        for _ in range(2):
            engine.choose_victim()
            before = engine._victim
            assert table(open_freestanding(store.path, engine).frequencies()) == expected
            assert engine.processes()[0] != before  # it was started again
        assert engine.killed == 2
    finally:
        engine.close()


def test_damage__is_named_by_the_worker_that_finds_it(
    store: GenomeStore, engine: RayEngine, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    publish(store.path, str(copy))
    reader = open_freestanding(copy, engine)
    sites = [each.sites for each in reader._snapshot.segments[0].partitions]
    assert len(sites) == 1
    file = next((copy / "segments" / "000001").glob("*-*"))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)
    with pytest.raises(DamagedStoreError, match=r"000001.* is damaged"):
        reader.frequencies()


def test_object_storage__answers_as_the_store_that_was_published(
    store: GenomeStore, bucket: str
) -> None:
    place = f"{bucket}/store"
    publish(store.path, place)
    expected = table(open_freestanding(store.path).frequencies())
    assert table(open_freestanding(place).frequencies()) == expected
    assert publish(store.path, place).copied == 0


def test_cluster__reads_object_storage(store: GenomeStore, bucket: str, engine: RayEngine) -> None:
    place = f"{bucket}/read"
    publish(store.path, place)
    expected = table(open_freestanding(store.path).frequencies())
    assert table(open_freestanding(place, engine).frequencies()) == expected


def test_cluster__counts_a_store_of_which_a_copy_is_within_reach(
    store: GenomeStore, bucket: str, cluster: Cluster
) -> None:
    place = f"{bucket}/copy"
    publish(store.path, place)
    expected = table(open_freestanding(store.path).frequencies())
    with closing(RayEngine(cluster.address, copy=place)) as engine:
        assert table(open_freestanding(store.path, engine).frequencies()) == expected
    with (
        closing(RayEngine(cluster.address, copy=f"{bucket}/nothing")) as engine,
        pytest.raises(DamagedStoreError, match="it is missing"),
    ):
        open_freestanding(store.path, engine).frequencies()


def test_keys__are_in_no_file_of_the_cluster(
    store: GenomeStore, engine: RayEngine, cluster: Cluster
) -> None:
    open_freestanding(store.path, engine).frequencies()
    keys = [store.keys.key(entry.name) for entry in store.manifest.segments]
    files = [each for each in cluster.place.rglob("*") if each.is_file()]
    assert any("worker" in each.name for each in files)  # its logs are among them
    for file in files:
        content = file.read_bytes()
        for key in keys:
            assert key not in content
            assert key.hex().encode() not in content


def test_cluster__that_is_not_there_is_named() -> None:
    with pytest.raises(GenomeError, match="does not answer"):
        RayEngine("127.0.0.1:1")
