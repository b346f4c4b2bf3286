"""Encoders: published shapes, weights in both namings, and what is frozen."""

import os
import re
import subprocess
import sys
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError

import pytest
import torch
from safetensors.torch import load_file, save_file

from gazemap.errors import InputError, WeightsError
from gazemap.models import encoder_weights
from gazemap.models.encoder_weights import import_timm
from gazemap.models.encoders import ENCODERS, Encoder
from gazemap.models.mdnsal import MDNSal
from gazemap.models.parts import CenterBiasPrior, GaussianPriors, LearnedBlur
from gazemap.models.simplenet import SimpleNet
from gazemap.models.table import create_model

# of the decoders, in millions: the shapes of the released code give them
DECODERS = {"pnasnet5": 30.1, "densenet161": 15.6, "resnet50": 31.1, "vgg16": 8.1}
LARGE = {"pnasnet5", "densenet161", "efficientnet-b4"}
WEIGHTS = Path(__file__).parents[3] / "shared" / "weights" / "mobilenet_v2_features.safetensors"


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in ENCODERS],
)
def test_features_halve_from_scale_to_scale(name):
    with torch.device("meta"):
        encoder = Encoder(name)
    features = encoder.to("meta")(torch.empty(1, 3, 256, 256, device="meta"))
    assert tuple(f.shape[1] for f in features) == encoder.channels
    assert [f.shape[2] for f in features] in ([128, 64, 32, 16, 8], [127, 64, 32, 16, 8])
    assert len(Encoder("mobilenetv2", scales=3).channels) == 3


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in DECODERS],
)
def test_decoders_have_the_published_size(name):
    with torch.device("meta"):
        model = SimpleNet(encoder=name)
    own = sum(p.numel() for key, p in model.named_parameters() if not key.startswith("encoder."))
    assert own / 1e6 == pytest.approx(DECODERS[name], abs=0.05)


def test_weights_of_either_naming_are_taken(tmp_path):
    torch.manual_seed(0)
    made = Encoder("mobilenetv2").eval()
    ours = made.network.graph_module.state_dict()  # the layers by timm's own names
    save_file({k: v.contiguous() for k, v in ours.items()}, tmp_path / "timm.safetensors")
    again = Encoder("mobilenetv2", weights=str(tmp_path / "timm.safetensors")).eval()
    images = torch.rand(1, 3, 64, 64)
    for a, b in zip(made(images), again(images), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("name", ["pdp", "sam-vgg", "sam-resnet", "mlnet"])
def test_where_only_shapes_are_wanted_nothing_is_downloaded(name, monkeypatch):
    timm = import_timm()
    asked, made = [], timm.create_model

    def make(*names, pretrained, **options):
        asked.append(pretrained)
        return made(*names, **options)

    monkeypatch.setattr(timm, "create_model", make)
    with torch.device("meta"):
        create_model(name, encoder_weights="timm")
    assert asked == [False]


@pytest.mark.parametrize("error", [OSError("no host"), RuntimeError("the client\nis closed"), KeyError()])
def test_weights_that_cannot_be_fetched_are_named_with_their_address(error, monkeypatch, capsys):
    """Whatever the library raises; it has kinds of its own, of which not all are OSErrors."""

    def refused(name, *, pretrained, **options):
        assert pretrained
        raise error

    monkeypatch.setattr(import_timm(), "create_model", refused)
    address = r"https://huggingface\.co/timm/mobilenetv2_100\.\w+"
    why = {OSError: "no host", RuntimeError: "the client", KeyError: "KeyError"}[type(error)]
    message = (
        rf"mobilenetv2_100 cannot be fetched from {address} \({why}\)\. .*"
        rf"download {address}/resolve/main/model\.safetensors elsewhere, and give that file as "
        r"encoder_weights: in a command, --set model\.options\.encoder_weights=FILE"
    )
    with pytest.raises(WeightsError, match=message):
        Encoder("mobilenetv2", weights="timm")
    assert re.search(f"weights of mobilenetv2_100 come from {address}", capsys.readouterr().err)


def test_without_a_network_there_is_no_traceback_and_no_waiting(tmp_path, monkeypatch):
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # where nobody listens
    timm, made, offline = import_timm(), import_timm().create_model, []

    def make(*names, **options):
        offline.append(constants.HF_HUB_OFFLINE)
        return made(*names, **options)

    monkeypatch.setattr(timm, "create_model", make)
    with pytest.raises(WeightsError, match="weights of mobilenetv2_100 cannot be fetched from"):
        Encoder("mobilenetv2", weights="timm")
    assert offline == [True]  # so that the library asks once, and not again for a minute
    assert not constants.HF_HUB_OFFLINE


def test_weights_that_were_kept_are_taken_without_a_network(tmp_path, monkeypatch):
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    torch.manual_seed(0)
    whole = {k: v.contiguous() for k, v in import_timm().create_model("mobilenetv2_100").state_dict().items()}
    kept = tmp_path / "models--timm--mobilenetv2_100.ra_in1k"
    (kept / "snapshots" / "abc").mkdir(parents=True)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    save_file(whole, kept / "snapshots" / "abc" / "model.safetensors")
    network = Encoder("mobilenetv2", weights="timm").network.graph_module
    assert torch.equal(network.conv_stem.weight, whole["conv_stem.weight"])


def test_a_server_that_says_no_is_there(monkeypatch):
    def refuse(request, timeout):
        raise HTTPError(request.full_url, 403, "no", Message(), None)

    monkeypatch.setattr(encoder_weights.urllib.request, "urlopen", refuse)
    assert encoder_weights._answers("https://example.org")


def test_the_file_that_timm_gives_out_is_taken_with_its_classifier(tmp_path):
    """As `model.safetensors` has it, and in torchvision's naming."""
    torch.manual_seed(0)
    whole = {k: v.contiguous() for k, v in import_timm().create_model("mobilenetv2_100").state_dict().items()}
    assert "classifier.weight" in whole
    save_file(whole, tmp_path / "model.safetensors")
    numbered = {k: v for k, v in whole.items() if not k.startswith("classifier")}
    foreign = {f"features.{place}.{k.rpartition('.')[2]}": v for place, (k, v) in enumerate(numbered.items())}
    save_file(foreign | {"classifier.1.weight": torch.ones(3, 4)}, tmp_path / "other.safetensors")
    for name in ("model", "other"):
        network = Encoder("mobilenetv2", weights=str(tmp_path / f"{name}.safetensors")).network.graph_module
        assert torch.equal(network.conv_stem.weight, whole["conv_stem.weight"])
        assert torch.equal(network.bn2.bias, whole["bn2.bias"])


def test_weights_for_another_scaling_are_not_taken_in_silence(tmp_path, capsys):
    with pytest.raises(WeightsError, match=r"timm does not have\. Take encoder=mobilenetv2 for timm's"):
        Encoder("mobilenetv2-tf", weights="timm")
    made = Encoder("mobilenetv2").network.graph_module
    for norm in (module for module in made.modules() if isinstance(module, torch.nn.BatchNorm2d)):
        norm.running_mean.fill_(0.1)
    own = {k: v.contiguous() for k, v in made.state_dict().items()}
    save_file(own, tmp_path / "own.safetensors")
    folded = {k: torch.zeros_like(v) if k.endswith("running_mean") else v for k, v in own.items()}
    save_file(folded, tmp_path / "folded.safetensors")
    Encoder("mobilenetv2", weights=str(tmp_path / "own.safetensors"))
    Encoder("mobilenetv2-tf", weights=str(tmp_path / "folded.safetensors"))
    assert capsys.readouterr().err == ""
    Encoder("mobilenetv2", weights=str(tmp_path / "folded.safetensors"))
    assert "looks like weights of TensorFlow. If it is, set encoder=mobilenetv2-tf" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [None, "0"])
def test_what_fetches_weights_asks_for_nothing_else(chosen):
    """A first request would also ask for other things; the user has the last word."""
    pytest.importorskip("huggingface_hub")
    code = (
        "from gazemap.models.encoder_weights import import_timm; import_timm()\n"
        "from huggingface_hub.constants import HF_HUB_DISABLE_TELEMETRY as off; print(off)"
    )
    names = ("HF_HUB_DISABLE_TELEMETRY", "DISABLE_TELEMETRY", "DO_NOT_TRACK")
    own = {name: value for name, value in os.environ.items() if name not in names}
    own |= {} if chosen is None else {"HF_HUB_DISABLE_TELEMETRY": chosen}
    own["PYTHONPATH"] = os.pathsep.join(sys.path)
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=own, check=True)
    assert made.stdout == ("True\n" if chosen is None else "False\n")


def test_weights_that_do_not_fit_are_refused(tmp_path):
    save_file({"a.weight": torch.ones(2)}, tmp_path / "other.safetensors")
    (tmp_path / "damaged.safetensors").write_bytes(b"no")
    with pytest.raises(WeightsError, match=r"other\.safetensors does not fit this encoder"):
        Encoder("mobilenetv2", weights=str(tmp_path / "other.safetensors"))
    for name in ("damaged", "missing"):
        with pytest.raises(WeightsError, match=rf"{name}\.safetensors cannot be read"):
            Encoder("mobilenetv2", weights=str(tmp_path / f"{name}.safetensors"))
    with pytest.raises(InputError, match="Did you mean 'vgg16'"):
        Encoder("vgg1")


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="no ImageNet weights beside this repository")
def test_imagenet_weights_in_torchvision_s_naming_land_where_they_belong():
    """The first and the last convolution, whose names differ most."""
    tensors = load_file(WEIGHTS)
    network = Encoder("mobilenetv2-tf", weights=str(WEIGHTS)).network.graph_module
    assert torch.equal(network.conv_stem.weight, tensors["features.0.0.weight"])
    assert torch.equal(network.conv_head.weight, tensors["features.18.0.weight"])
    assert torch.equal(network.bn2.bias, tensors["features.18.1.bias"])


@pytest.mark.parametrize(
    ("name", "timms", "blocks"),
    [
        pytest.param("efficientnet-b4", "tf_efficientnet_b4", 6, marks=pytest.mark.slow),
        ("efficientnet-lite2", "tf_efficientnet_lite2", 7),
    ],
)
def test_efficientnets_are_as_timm_runs_them_from_files_without_their_last_layers(name, timms, blocks):
    """The published tensors in timm's own network, block after block, beside what the encoder reads."""
    file = WEIGHTS.with_name(f"{timms}_features.safetensors")
    if not file.is_file():
        pytest.skip("no ImageNet weights beside this repository")
    spec, tensors = ENCODERS[name], load_file(file)
    network = import_timm().create_model(timms, num_classes=0).eval()
    network.load_state_dict({k: v for k, v in tensors.items() if k in network.state_dict()}, strict=False)
    images = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    scaled = (images - torch.tensor(spec.mean).view(3, 1, 1)) / torch.tensor(spec.std).view(3, 1, 1)
    with torch.no_grad():
        features = network.bn1(network.conv_stem(scaled))
        outputs = {f"blocks.{k}": (features := network.blocks[k](features)) for k in range(blocks)}
        read = Encoder(name, weights=str(file)).eval()(images)
    for tap, found in zip(spec.taps, read, strict=True):
        torch.testing.assert_close(found, outputs[tap], rtol=1e-4, atol=1e-4)


def test_tensors_that_are_read_may_not_be_missing(tmp_path):
    own = Encoder("efficientnet-lite2").network.graph_module.state_dict()
    kept = {k: v.contiguous() for k, v in own.items() if not k.startswith("blocks.6.0.conv_pwl")}
    save_file(kept, tmp_path / "a.safetensors")
    with pytest.raises(
        WeightsError, match=r"1 of \d+ tensors differ .*first is blocks\.6\.0\.conv_pwl\.weight"
    ):
        Encoder("efficientnet-lite2", weights=str(tmp_path / "a.safetensors"))
    assert len(Encoder("efficientnet-lite2", weights=str(tmp_path / "a.safetensors"), scales=4).channels) == 4


def test_a_frozen_encoder_stays_as_it_is():
    model = SimpleNet(encoder="mobilenetv2", train_encoder=False, input_size=(64, 64)).train()
    before = {k: v.clone() for k, v in model.encoder.state_dict().items()}
    model(torch.rand(2, 3, 64, 64)).sum().backward()
    assert all(p.grad is None for p in model.encoder.parameters())
    assert all(torch.equal(v, before[k]) for k, v in model.encoder.state_dict().items())


def test_a_pretrained_encoder_keeps_its_batch_statistics(tmp_path):
    torch.manual_seed(0)
    save_file(
        {k: v.contiguous() for k, v in Encoder("mobilenetv2").network.graph_module.state_dict().items()},
        tmp_path / "weights.safetensors",
    )
    images = torch.rand(4, 3, 64, 64)
    started = Encoder("mobilenetv2", weights=str(tmp_path / "weights.safetensors"))
    with torch.no_grad():
        for a, b in zip(started.train()(images), started.eval()(images), strict=True):
            assert torch.equal(a, b)
        scratch = Encoder("mobilenetv2")
        assert not torch.equal(scratch.train()(images)[0], scratch.eval()(images)[0])
    assert all(p.requires_grad for p in started.parameters())


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_the_mixture_is_that_of_pytorch_s_distributions(covariance):
    torch.manual_seed(1)
    model = MDNSal(encoder="mobilenetv2", gaussians=3, covariance=covariance, input_size=(64, 96)).eval()
    torch.nn.init.normal_(model.widths.weight, std=0.05)
    images = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        log_weights, means, factors = model.mixture(images)
        grid = model(images)
    scale = torch.zeros(2, 3, 2, 2)
    scale[..., 0, 0], scale[..., 1, 0], scale[..., 1, 1] = factors.unbind(-1)
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=log_weights),
        torch.distributions.MultivariateNormal(means, scale_tril=scale),
    )
    height, width = model.output_size
    for row, column in ((0, 0), (3, 7), (height - 1, width - 1)):
        at = torch.tensor([(column + 0.5) / width, (row + 0.5) / height])
        other = torch.tensor([0.5 / width, 0.5 / height])
        expected = mixture.log_prob(at) - mixture.log_prob(other)
        torch.testing.assert_close(grid[:, row, column] - grid[:, 0, 0], expected, atol=1e-4, rtol=1e-4)


def test_a_fixed_center_bias_is_the_density_that_it_is_given():
    bias = CenterBiasPrior("fixed", (6, 8))
    density = torch.rand(12, 16)
    bias.fix(density)
    assert bias(torch.zeros(1, 6, 8)).exp().sum().item() == pytest.approx(1, abs=1e-5)
    top = divmod(bias.log_prior.argmax().item(), 8)
    pooled = torch.nn.functional.avg_pool2d(density[None, None], 2)[0, 0]
    assert top == divmod(pooled.argmax().item(), 8)
    assert torch.equal(CenterBiasPrior("none", (6, 8))(density), density)
    assert CenterBiasPrior("learned", (6, 8)).log_prior.requires_grad


def test_gaussian_priors_have_their_top_at_their_clipped_center():
    priors = GaussianPriors(2)
    with torch.no_grad():
        priors.centers.copy_(torch.tensor([[0.5, 0.9], [0.5, 0.1]]))
        priors.widths.fill_(0.2)
    maps = priors(torch.zeros(1, 1, 61, 81))[0, 1:]
    assert maps.amax(dim=(1, 2)).tolist() == [1.0, 1.0]
    assert divmod(maps[0].argmax().item(), 81) == (30, 40)
    row, column = divmod(maps[1].argmax().item(), 81)
    assert column / 80 == pytest.approx(0.75, abs=0.01)  # 0.9 is clipped
    span = 61 / 81
    assert (1 - span) / 2 + span * row / 60 == pytest.approx(0.35, abs=0.01)  # 0.1 is clipped


def test_a_learned_blur_keeps_sums_and_is_a_gaussian():
    blur = LearnedBlur(sigma=2.0)
    impulse = torch.zeros(1, 41, 41)
    impulse[0, 20, 20] = 1
    spread = blur(impulse)[0]
    assert spread.sum().item() == pytest.approx(1, abs=1e-5)
    offsets = torch.arange(41) - 20.0
    assert (spread.sum(0) * offsets**2).sum().sqrt().item() == pytest.approx(2.0, abs=0.02)
    assert torch.allclose(blur(torch.ones(1, 41, 41)), torch.ones(41, 41), atol=1e-5)
