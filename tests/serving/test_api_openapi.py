"""The API does what its OpenAPI says: requests that schemathesis makes of it, right ones and wrong ones."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support.api_pictures import picture, png

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
OPERATIONS = {
    "/v1/predict": "POST",
    "/v1/areas": "POST",
    "/v1/crop": "POST",
    "/v1/diff": "POST",
    "/v1/models": "GET",
    "/healthz": "GET",
    "/metrics": "GET",
}


@pytest.fixture(scope="module")
def described(api):
    return schemathesis.openapi.from_url(f"{api.base_url}/openapi.json")


def test_all_that_there_is_is_described(described):
    found = {path: method.upper() for path, methods in described.items() for method in methods}
    assert found == OPERATIONS


def asked(api, operation, mode, examples):
    """The statuses of requests that a strategy makes; each is checked against the description."""
    statuses = set()

    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        statuses.add(case.call_and_validate(base_url=str(api.base_url), checks=CHECKS).status_code)

    ask()
    return statuses


@pytest.mark.parametrize("path", OPERATIONS)
def test_what_is_described_is_answered_as_it_says(described, api, path):
    assert asked(api, described[path][OPERATIONS[path]], GenerationMode.POSITIVE, 15)


@pytest.mark.parametrize("path", [path for path, method in OPERATIONS.items() if method == "POST"])
def test_what_is_not_described_is_refused_as_it_says(described, api, path):
    assert 200 not in asked(api, described[path]["POST"], GenerationMode.NEGATIVE, 15)


@pytest.mark.parametrize(
    ("path", "query", "parts", "kinds"),
    [
        ("/v1/predict", {}, ["image"], ["application/json", "image/png", "image/jpeg", "application/x-npy"]),
        ("/v1/predict", {"viewport": "300x200", "center_bias": False}, ["image"], ["application/json"]),
        ("/v1/areas", {"areas": ["a=1,1,9,9", "b=5,5,9,9"]}, ["image"], ["application/json"]),
        ("/v1/crop", {"aspect": "1:1"}, ["image"], ["application/json", "image/png"]),
        ("/v1/diff", {"areas": ["a=1,1,9,9"]}, ["a", "b"], ["application/json"]),
        ("/v1/diff", {"viewport": "300x200"}, ["a", "b"], ["application/json"]),
    ],
)
def test_answers_have_the_described_form(described, api, path, query, parts, kinds):
    content = png(picture(600, 300))
    for kind in kinds:
        case = described[path]["POST"].Case(
            query=query,
            headers={"Accept": kind},
            body=dict.fromkeys(parts, content),
            media_type="multipart/form-data",
        )
        answer = case.call_and_validate(base_url=str(api.base_url), checks=CHECKS)
        assert answer.status_code == 200, answer.text
