"""What a file of gazemap imports from gazemap, read from its syntax tree."""

import ast


def module_names(path, root):
    """A module by its names below the package, e.g. ["metrics", "auc"]; `__init__.py` by its folder's."""
    names = [*path.relative_to(root).with_suffix("").parts]
    return names[:-1] if names[-1] == "__init__" else names


def imported_modules(path, root):
    """(line, names) of every module of the package that a file imports, wherever it does so.

    `from gazemap.metrics import auc` names the module `auc`, if there is one, and else the folder `metrics`;
    a name of the package itself gives [].
    """
    folder = [*path.parent.relative_to(root).parts]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            parts = [alias.name.split(".") for alias in node.names]
            found += [(node.lineno, names) for first, *names in parts if first == "gazemap"]
        elif isinstance(node, ast.ImportFrom):
            named = node.module.split(".") if node.module else []
            if node.level:
                named = folder[: len(folder) + 1 - node.level] + named
            elif named[0] == "gazemap":
                named = named[1:]
            else:
                continue
            for alias in node.names:
                deeper = [*named, alias.name]
                names = deeper if is_module(root, deeper) else named
                found += [(node.lineno, names)] if (node.lineno, names) not in found else []
    return found


def is_module(root, names):
    place = root.joinpath(*names)
    return place.is_dir() or place.with_suffix(".py").is_file()
