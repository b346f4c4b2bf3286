"""No logic in the command line: a command is a call of one Python function with the same options."""

import ast
import importlib
import inspect
import typing
from pathlib import Path

import pytest
from support.commands import all_commands

from gazemap import cli

# command -> the function that it calls
FUNCTIONS = {
    "predict": "gazemap.reports.predict_sources.predict_sources",
    "manifest": "gazemap.prediction.cluster.make_manifest.make_manifest",
    "areas": "gazemap.reports.areas.areas",
    "check": "gazemap.analysis.check.check",
    "describe": "gazemap.reports.describe.describe",
    "crop": "gazemap.reports.crop.crop",
    "diff": "gazemap.reports.diff.diff",
    "mcp": "gazemap.serving.mcp_server.serve_mcp",
    "serve": "gazemap.serving.serve.serve",
    "sheet": "gazemap.reports.sheet.sheet",
    "demo": "gazemap.reports.demo.demo.demo",
    "data sources": "gazemap.data.download.catalogue.sources",
    "data download": "gazemap.data.download.download.download_dataset",
    "data formats": "gazemap.data.importers.formats",
    "data import": "gazemap.data.importers.import_dataset",
    "data popout": "gazemap.data.popout.generate.popout",
    "data info": "gazemap.data.dataset.load_dataset",
    "data check": "gazemap.data.check.check_dataset",
    "data view": "gazemap.reports.view.view",
    "data select": "gazemap.data.subsets.new_sets.select_dataset",
    "data split": "gazemap.data.subsets.new_sets.split_dataset",
    "data merge": "gazemap.data.subsets.new_sets.merge_datasets",
    "data duplicates": "gazemap.data.subsets.duplicates.find_duplicates",
    "data export": "gazemap.data.exporting.export_dataset",
    "data bids": "gazemap.data.bids.write_bids",
    "data prepare": "gazemap.training.prepare.prepare",
    "evaluate": "gazemap.evaluation.kept.evaluate_and_keep",
    "compare": "gazemap.reports.compare.compare",
    "report": "gazemap.reports.report.report",
    "submit": "gazemap.evaluation.interchange.submission.submit",
    "metrics": "gazemap.evaluation.overview.metrics_overview",
    "adapt": "gazemap.adaptation.adapt.adapt",
    "train": "gazemap.training.loop.train",
    "sweep": "gazemap.reports.studies.sweep.sweep",
    "cross-validate": "gazemap.reports.studies.cross_validation.cross_validate",
    "transfer": "gazemap.reports.studies.transfer.transfer",
    "reproduce": "gazemap.reports.studies.reproduction.reproduce",
    "recipes": "gazemap.reports.studies.recipes.recipes",
    "models": "gazemap.models.overview.models_overview",
    "export": "gazemap.prediction.engines.export.export",
    "page": "gazemap.serving.site.write_page",
}
# option -> the parameter, where the names differ in every command
RENAMED = {
    "data": "dataset",  # `--data SET` reads better where one types, `dataset` where one programs
    "set": "overrides",  # `set` is Python's own
    "option": "options",  # given one by one
}
# (command, option) -> the parameter, where the names differ in one
SPECIAL = {
    ("train", "resume"): "if_exists",  # "resume" or "refuse": the command has these two alone
    ("data download", "NAME"): "name",
}
NOT_OPTIONS = {
    "progress",  # the command line always shows it
    "size",  # of popout: a test makes small sets
    "patience",  # of download: for tests
}


def function_of(command):
    module, _, name = FUNCTIONS[command].rpartition(".")
    return getattr(importlib.import_module(module), name)


def parameters_of(command):
    """Name -> default; Parameter.empty where there is none."""
    function = function_of(command)
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:  # **choices: Unpack[Choices]
            (named,) = typing.get_args(typing.get_type_hints(function)[name])
            found |= dict.fromkeys(named.__annotations__)
        else:
            found[name] = parameter.default
    return found


def test_every_command_has_its_function():
    assert FUNCTIONS.keys() == all_commands().keys()


@pytest.mark.parametrize("words", FUNCTIONS)
def test_every_option_is_a_parameter_of_the_function_and_none_is_missing(words):
    parameters = parameters_of(words)
    used = set()
    for option in all_commands()[words].params:
        name = option.name.rstrip("_")
        if name == "json":
            continue
        name = SPECIAL.get((words, name)) or RENAMED.get(name, name)
        assert name in parameters, f"{FUNCTIONS[words]} has no {name}"
        used.add(name)
    assert parameters.keys() - used <= NOT_OPTIONS


@pytest.mark.parametrize("words", FUNCTIONS)
def test_the_defaults_are_those_of_the_function(words):
    parameters = parameters_of(words)
    for option in all_commands()[words].params:
        default = parameters.get(option.name)
        if default not in (inspect.Parameter.empty, None):
            shown = ",".join(default) if isinstance(default, tuple | list) else default
            assert str(option.default or "") == str(shown or ""), option.name


def test_a_command_imports_its_function_alone():
    """The body of each imports one name: whatever else there is to do, that function does."""
    for path in sorted(Path(cli.__file__).parent.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            made = [ast.unparse(part) for part in getattr(function, "decorator_list", [])]
            if any(part.startswith("command(") for part in made):
                imported = [node for node in ast.walk(function) if isinstance(node, ast.ImportFrom)]
                assert len(imported) == len(imported[0].names) == 1, f"{path.name}: {function.name}"
