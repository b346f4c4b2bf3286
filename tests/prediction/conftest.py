import pytest
import torch
from support import tiny_model


@pytest.fixture
def density_model():
    torch.manual_seed(0)
    return tiny_model.Tiny(output="log_density")


@pytest.fixture(params=["saliency", "log_density"])
def model(request):
    torch.manual_seed(0)
    return tiny_model.Tiny(output=request.param)
