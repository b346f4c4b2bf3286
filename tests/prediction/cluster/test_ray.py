import pytest

from gazemap.errors import GazemapError, InputError, MissingPackageError
from gazemap.prediction.cluster.predict_manifest import predict_manifest
from gazemap.system.workers.run import CLUSTERS


def parts_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("part-*")}


def test_without_ray_the_extra_is_named(tmp_path, manifest, monkeypatch):
    monkeypatch.setattr("gazemap.system.extras.find_spec", lambda package: None)
    with pytest.raises(MissingPackageError, match=r"gazemap\[cluster\]"):
        predict_manifest(manifest, tmp_path / "out", cluster="ray")


def test_another_cluster_is_refused(tmp_path, manifest):
    with pytest.raises(InputError, match="Known: ray"):
        predict_manifest(manifest, tmp_path / "out", cluster="spark")
    assert CLUSTERS == ("ray",)


def test_a_ray_that_does_not_start_is_said(tmp_path, manifest, monkeypatch):
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", lambda **_: (_ for _ in ()).throw(Exception("The node timed out.\nlong")))
    with pytest.raises(GazemapError, match=r"does not start here \(The node timed out\)\. .* RAY_ADDRESS"):
        predict_manifest(manifest, tmp_path / "out", cluster="ray")


@pytest.fixture(scope="module")
def running():
    """A Ray on this machine."""
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield ray
    ray.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_makes_the_bytes_that_one_process_makes(tmp_path, manifest, running):
    predict_manifest(manifest, tmp_path / "one", workers=1)
    outcome = predict_manifest(manifest, tmp_path / "ray", cluster="ray", workers=2)
    assert (outcome.made, outcome.images, outcome.failed, outcome.lost) == (4, 11, 1, 0)
    assert parts_of(tmp_path / "ray") == parts_of(tmp_path / "one")
