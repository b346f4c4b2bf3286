"""What every entry of MODELS keeps: sizes, gradients, saving, determinism, compiling and exporting."""

import json
import re
import shutil

import pytest
import torch

from gazemap.errors import InputError, WeightsError
from gazemap.losses import LossTargets, NetworkOutput, weighted_loss
from gazemap.models.dilated import CaffeScale
from gazemap.models.files import describe
from gazemap.models.table import MODELS, create_model
from gazemap.models.weights import load_model, save_model
from gazemap.system.checking import options_of

SMALL = {"input_size": (64, 96)}
LIGHT = {**SMALL, "encoder": "mobilenetv2"}
ENCODER = {"encoder": "mobilenetv2-tf", "train_encoder": False, "input_size": (64, 96)}
OPTIONS = {  # make each network small enough for a test
    "shallow": {},
    "salnet": SMALL,
    "simplenet": LIGHT,
    "mdnsal": LIGHT,
    "pdp": LIGHT,
    "sam-vgg": SMALL,
    "sam-resnet": SMALL,
    "mlnet": SMALL,
    "deepgaze2": LIGHT,
    "gazenet": SMALL,
    "unet": SMALL,
}
# every option of each network, away from its default and still small
ALTERED = {
    "shallow": {
        "batch_norm": True,
        "head": "convolutional",
        "geometry": "pan2016",
        "initialization": "he",
        "output": "log_density",
        "target_range": (-1.0, 1.0),
        "input_size": (96, 96),  # the only one
    },
    "salnet": {"input_size": (64, 96), "output": "log_density"},
    "simplenet": {**ENCODER, "output": "log_density"},
    "mdnsal": {**ENCODER, "gaussians": 5, "covariance": "full"},
    "pdp": {**ENCODER, "output": "saliency", "train_encoder": False},
    "sam-vgg": {"input_size": (64, 96), "center_bias": "fixed", "output": "log_density"},
    "sam-resnet": {"input_size": (64, 96), "center_bias": "none", "output": "log_density"},
    "mlnet": {"input_size": (64, 96), "center_bias": "fixed", "output": "log_density"},
    "deepgaze2": {**ENCODER, "train_encoder": True, "center_bias": "learned"},
    "gazenet": {
        "encoder": "mobilenetv2",
        "train_encoder": False,
        "encoder_blocks": 6,
        "width": 24,
        "center_bias": "learned",
        "input_size": (64, 96),
    },
    "unet": {"width": 8, "center_bias": "fixed", "output": "saliency", "input_size": (64, 96)},
}
# as published, or as the shapes of the published networks give them
PARAMETERS = {
    "shallow": 76_778_816,
    "salnet": 25_806_209,
    "sam-vgg": 51_835_841,
    "sam-resnet": 70_066_881,
}
HEAVY = {"shallow", "salnet", "sam-vgg", "sam-resnet", "mlnet"}  # tens of millions of parameters
DECODERS = {"simplenet", "mdnsal"}  # on an encoder that others have, too
DEFAULTS = pytest.param({}, marks=pytest.mark.slow, id="defaults")  # whose encoders are large
SIZES = [(32, 32), (45, 67), (33, 95)]
CASES = [(name, output) for name, model in MODELS.items() for output in model.outputs]


def make(name, output, **options):
    torch.manual_seed(0)
    chosen = {**OPTIONS[name], **options}
    return create_model(name, **chosen, **({"output": output} if len(MODELS[name].outputs) > 1 else {}))


def images_for(model, count=2):
    return torch.rand(count, 3, *model.input_size, generator=torch.Generator().manual_seed(0))


def marked(slow, cases=CASES):
    """The cases, those of networks in `slow` marked so."""
    return [
        pytest.param(case, id="-".join(case), marks=[pytest.mark.slow] if case[0] in slow else [])
        for case in cases
    ]


# one output per model, where the other differs by its last step alone
ONE_OUTPUT = [(name, model.outputs[-1]) for name, model in MODELS.items()]


OTHERS = [case for case in CASES if case not in ONE_OUTPUT]


@pytest.fixture(scope="module", params=marked(HEAVY, ONE_OUTPUT) + marked(MODELS, OTHERS))
def model(request):
    return make(*request.param).eval()


@pytest.fixture(scope="module")
def images(model):
    return images_for(model)


@torch.no_grad()
def check_grid(model, images):
    grid = model(images)
    assert grid.shape == (len(images), *model.output_size)
    assert grid.isfinite().all()
    if model.output == "log_density":
        sums = grid.flatten(1).logsumexp(1)
        torch.testing.assert_close(sums, torch.zeros(len(images)), atol=1e-4, rtol=0)


def test_grid_has_the_stated_size_and_meaning(model, images):
    check_grid(model, images)


SIZE_CASES = [
    pytest.param(
        case,
        size,
        id="-".join([*case, str(size)]),
        marks=[pytest.mark.slow] if case[0] in HEAVY or (size != SIZES[1] and case[0] != "unet") else [],
    )
    for case in ONE_OUTPUT[1:]  # all but the shallow network
    for size in SIZES
]


@pytest.mark.parametrize(("case", "size"), SIZE_CASES)
def test_every_size_of_at_least_32_pixels_works(case, size):
    network = make(*case, input_size=size).eval()
    assert network.input_size == size
    check_grid(network, images_for(network))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["simplenet", "mdnsal", "pdp", "deepgaze2"])
def test_odd_sizes_work_on_an_encoder_that_drops_the_last_row(name):
    network = make(name, "log_density", encoder="vgg16", input_size=(45, 67)).eval()
    check_grid(network, images_for(network, 1))


@pytest.mark.slow
@torch.no_grad()
def test_salnet_pads_an_odd_image_with_its_mean_color():
    odd, whole = (make("salnet", "saliency", input_size=size).eval() for size in [(45, 67), (48, 68)])
    image = images_for(odd, 1)
    padded = (odd.mean / 255).flip(0).expand(1, 3, 48, 68).clone()
    padded[..., :45, :67] = image
    torch.testing.assert_close(odd(image), whole(padded)[..., :45, :67], atol=1e-5, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("size", [(48, 64), (45, 67)])
def test_the_dilated_encoders_scale_keeps_the_whole_image(size):
    ramp = torch.linspace(0, 1, size[0])[:, None].expand(1, 3, *size)
    scale = CaffeScale()
    scaled = (scale(ramp) + scale.mean) / 255
    assert scaled.shape == (1, 3, -8 * (-size[0] // 8), -8 * (-size[1] // 8))
    assert scaled[..., 0, :].max() < 0.01
    assert scaled[..., -1, :].min() > 0.99


@pytest.mark.parametrize("size", [(16, 320), (240, 31), (240,), 240, "240", (240.0, 320), (0, 64), None])
@pytest.mark.parametrize("name", MODELS)
def test_a_size_that_is_not_supported_is_refused(name, size):
    with pytest.raises(InputError, match=rf"{re.escape(repr(size))}.*from 32 to 4,096 pixels"):
        create_model(name, input_size=size)


def test_the_shallow_network_takes_one_size_alone():
    with torch.device("meta"):
        assert create_model("shallow", input_size=[96, 96]).input_size == (96, 96)
    with pytest.raises(InputError, match=r"64 x 96 is not supported.*take 96 x 96"):
        create_model("shallow", input_size=(64, 96))


@torch.no_grad()
def test_a_batch_of_one_equals_a_batch_of_many_and_itself(model, images):
    together = model(images)
    apart = torch.cat([model(image[None]) for image in images])
    torch.testing.assert_close(apart, together, atol=1e-4, rtol=1e-4)
    assert torch.equal(model(images), together)


def test_every_trainable_parameter_has_a_gradient(model, images):
    model.zero_grad()
    model(images).square().sum().backward()
    missing = [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert missing == []
    assert any(p.grad.abs().sum() > 0 for p in model.parameters() if p.grad is not None)


@torch.no_grad()
def test_bfloat16_is_close(model, images):
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(images).float()
    exact = model(images)
    assert (rough - exact).abs().max() < 0.05 * exact.abs().max()


def test_saved_and_loaded_it_predicts_the_same(model, images, tmp_path):
    save_model(tmp_path / "weights.safetensors", model, note="contract")
    loaded = load_model(tmp_path / "weights.safetensors")
    assert describe(tmp_path / "weights.safetensors")["note"] == "contract"
    assert loaded.options == model.options
    with torch.no_grad():
        assert torch.equal(loaded(images), model(images))


@pytest.mark.parametrize("given", [DEFAULTS, pytest.param(ALTERED, id="altered")])
@pytest.mark.parametrize("name", MODELS)
def test_every_option_that_it_is_made_with_is_recorded(name, given):
    options = options_of(MODELS[name]).keys() - {"encoder_weights"}
    assert ALTERED[name].keys() == options
    own = given.get(name, {})
    with torch.device("meta"):
        model = create_model(name, **own)
        assert model.options.keys() == options
        assert {key: model.options[key] for key in own} == json.loads(json.dumps(own))
        assert create_model(name, **json.loads(json.dumps(model.options))).options == model.options


@torch.no_grad()
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in HEAVY | DECODERS else []) for name in MODELS],
)
def test_options_away_from_their_defaults_survive_saving(name, tmp_path):
    network = create_model(name, **ALTERED[name]).eval()
    assert "\n" not in repr(network)
    assert f"{network.parameter_count():,} parameters" in repr(network)
    save_model(tmp_path / "weights.safetensors", network)
    loaded = load_model(tmp_path / "weights.safetensors")
    assert loaded.options == network.options
    assert (loaded.target_range, loaded.output) == (network.target_range, network.output)
    assert torch.equal(loaded(images_for(network)), network(images_for(network)))


def compiled(network, images, **options):
    torch._dynamo.reset()  # forgets the networks compiled before
    return torch.compile(network, fullgraph=True, **options)(images)


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize("case", marked((), ONE_OUTPUT))
def test_compiled_it_predicts_the_same(case):
    network = make(*case).eval()
    images = images_for(network)
    # traces as the default does, and computes without a C compiler
    rewritten = compiled(network, images, backend="aot_eager")
    torch.testing.assert_close(rewritten, network(images), atol=1e-4, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="TorchInductor calls a C++ compiler")
@pytest.mark.filterwarnings("default:.*torch.jit.script_method:DeprecationWarning")  # its own import
@torch.no_grad()
def test_compiled_to_machine_code_it_predicts_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path))
    network = make("shallow", "saliency").eval()
    images = images_for(network)
    torch.testing.assert_close(compiled(network, images), network(images), atol=1e-4, rtol=1e-4)


@pytest.mark.slow  # the quick suite exports a tiny network to ONNX, which begins with the same export
@torch.no_grad()
@pytest.mark.parametrize("case", marked((), ONE_OUTPUT))
def test_exported_it_predicts_the_same_in_batches_of_any_size(case):
    network = make(*case).eval()
    images = images_for(network, 3)
    batch = torch.export.Dim("batch")
    program = torch.export.export(network, (images[:2],), dynamic_shapes=({0: batch},)).module()
    for count in (1, 3):
        torch.testing.assert_close(program(images[:count]), network(images[:count]), atol=1e-4, rtol=1e-4)


def test_layers_are_the_trainable_weights(model):
    counted = sum(layer.weight.numel() for layer in model.layers.values())
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad and p.ndim > 1)
    assert 0.9 * trainable <= counted <= trainable


@pytest.mark.parametrize("sizes", [DEFAULTS, pytest.param(OPTIONS, id="small")])
@pytest.mark.parametrize("name", MODELS)
def test_the_encoder_s_parameters_are_trainable_ones_of_its_own(name, sizes):
    """A recipe's `optimizer.encoder_lr` is for these; the readout is never among them."""
    own = sizes.get(name, {})
    options = options_of(MODELS[name]).keys()
    freezes = "train_encoder" in options
    with torch.device("meta"):
        network = create_model(name, **own, **({"train_encoder": True} if freezes else {}))
        trainable = {id(p) for p in network.parameters() if p.requires_grad}
        encoder = {id(p) for p in network.encoder_parameters()}
        assert encoder < trainable
        assert bool(encoder) == ("encoder_weights" in options)
        if freezes:
            assert not create_model(name, **own, train_encoder=False).encoder_parameters()


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_as_many_as_published(name):
    with torch.device("meta"):
        assert create_model(name).parameter_count() == PARAMETERS[name]


def one_bright_cell_per_image(network, cells):
    """Targets and fixations in one cell per image, given as (row, column) in shares of the grid."""
    height, width = network.output_size
    grid = torch.zeros(len(cells), height, width)
    for index, (row, column) in enumerate(cells):
        grid[index, int(row * height), int(column * width)] = 1.0
    return LossTargets(grid, grid)


@pytest.mark.parametrize("case", marked(HEAVY | DECODERS, ONE_OUTPUT) + marked(MODELS, OTHERS))
def test_two_steps_on_four_images_lower_the_loss(case):
    network = make(*case).eval()  # no dropout, so that losses can be compared
    images = images_for(network, 4)
    truth = one_bright_cell_per_image(network, [(0.3, 0.3), (0.6, 0.7), (0.2, 0.8), (0.7, 0.4)])
    loss = weighted_loss({"mse" if network.output == "saliency" else "nll": 1.0})
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-5)

    def current():
        return loss(NetworkOutput(network(images), network.output, network.target_range), truth)

    with torch.no_grad():
        before = current()
    for _ in range(2):
        optimizer.zero_grad()
        current().backward()
        optimizer.step()
    with torch.no_grad():
        assert current() < before


@pytest.mark.parametrize("name", MODELS)
def test_a_mistake_within_a_constructor_is_not_blamed_on_the_user(name, monkeypatch):
    def broken(self, *, input_size=(96, 96)):
        len(None)

    monkeypatch.setattr(MODELS[name], "__init__", broken)
    with pytest.raises(TypeError, match="object of type 'NoneType' has no len"):
        create_model(name)


def test_an_unknown_model_or_option_is_refused():
    with pytest.raises(InputError, match="Did you mean 'shallow'"):
        create_model("shalow")
    with pytest.raises(InputError, match="no option of the model shallow named 'depth'"):
        create_model("shallow", depth=3)
    with pytest.raises(InputError, match="Did you mean 'width'"):
        create_model("gazenet", widht=3)
    with pytest.raises(InputError, match=r"width: .*valid integer.*got 'wide'"):
        create_model("gazenet", width="wide")
    with pytest.raises(InputError, match="Did you mean 'saliency'"):
        create_model("salnet", output="salience")
    with pytest.raises(InputError, match=r"nurick2021"):
        create_model("shallow", geometry="nurick")
    with pytest.raises(InputError, match="Did you mean 'mobilenetv2'"):
        create_model("simplenet", encoder="mobilenet")


@pytest.mark.parametrize(
    "content", [b"", b"not safetensors at all", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "]
)
def test_damaged_or_foreign_weights_are_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"weights\.safetensors"):
        load_model(path)


def test_missing_weights_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="no model"):
        load_model(tmp_path)
