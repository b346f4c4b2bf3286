from importlib.util import find_spec

import pytest
from support.api_pictures import picture, png

# the light environment has neither
_NEEDED = {"fastapi": "test_api_*", "mcp": "test_agent_*"}
collect_ignore_glob = [tests for package, tests in _NEEDED.items() if find_spec(package) is None]


@pytest.fixture(scope="session")
def predictors():
    from gazemap.serving.models import DEFAULT_MODELS, open_models

    return open_models(DEFAULT_MODELS, engine="auto", device="auto")


@pytest.fixture(scope="module")
def guarded(predictors):
    """Makes the whole app, with its gate, of limits and of what the gate asks for."""
    from gazemap.serving.app import create_app
    from gazemap.serving.gate import Gate

    def make(limits=None, **gate):
        app = create_app(predictors, limits)
        return Gate(app, app.state.monitor, **gate)

    return make


@pytest.fixture(scope="module")
def api(guarded):
    """A client of a server that runs as long as a file's tests."""
    import httpx
    from support.api_server import serving

    with serving(guarded()) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def photo():
    """A picture with something to look at, as the bytes of a PNG file."""
    return png(picture(300, 400))


@pytest.fixture(scope="session")
def page():
    """A page of three screens."""
    return png(picture(1500, 400))
