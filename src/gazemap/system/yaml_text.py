"""YAML from elsewhere as plain values: no aliases, no deep nesting, and one kind of error."""

from __future__ import annotations

from typing import Any

import yaml

_DEEPEST = 32  # a recipe is 4 deep


class _Loader(yaml.SafeLoader):
    """Refuses what makes a small text a large value, or one that holds itself."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's own types
        if self.check_event(yaml.AliasEvent):
            raise ValueError("aliases (*name) are not read; write the value out")
        if self._depth >= _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} deep")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def parse_yaml(text: str) -> Any:  # noqa: ANN401 - YAML
    """The value of a text.

    Raises:
        ValueError: it is no YAML, has aliases or is nested deeper than 32, or a wrong tag.
    """
    try:
        return yaml.load(text, _Loader)
    except ValueError:
        raise
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError) as error:
        # what PyYAML raises where a tag, as in "!!binary 5", does not fit
        raise ValueError(str(error) or type(error).__name__) from error
