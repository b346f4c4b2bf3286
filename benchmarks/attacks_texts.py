"""Mutations of texts: JSON, lines of JSON, tables and YAML."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

from attacks_values import other_value

_WORDS = (
    *("", "nan", "inf", "-inf", "-1", "0", "1e308", "-1e308", "9" * 400, "text", "1,5", "1;5", '"', "\t"),
    *("../../x", "/x", "=1+1", "\x1b[2J", "\u202e", "None", "null", "True", "0x10", "1_000", "٣", "a\0b"),
)


def _json(content: bytes, dice: random.Random) -> bytes:
    if dice.random() < 0.1:
        depth = dice.choice((200, 5000, 200_000))
        return b"[" * depth + b"]" * depth
    tree = json.loads(content)
    for _ in range(dice.randint(1, 2)):
        tree = other_value(tree, dice)
    return json.dumps(tree).encode("utf-8", "replace")


def _lines(content: bytes, dice: random.Random) -> bytes:
    """A table in text: cells, lines and separators."""
    text = content.decode("utf-8", "replace")
    cells = re.split(r"([,;\t\n ])", text)
    for _ in range(dice.choice((1, 1, 3, 10))):
        place = dice.randrange(len(cells))
        kind = dice.randrange(6)
        if kind == 0:
            del cells[place]
        elif kind == 1:
            cells.insert(place, dice.choice(_WORDS))
        else:
            cells[place] = dice.choice(_WORDS)
        cells = cells or [""]
    return "".join(cells).encode(dice.choice(("utf-8", "utf-8", "utf-16", "utf-16-le")), "replace")


def _json_lines(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines()
    place = dice.randrange(len(lines))
    lines[place] = _json(lines[place], dice)
    return b"\n".join(lines)


def _yaml(content: bytes, dice: random.Random) -> bytes:
    import yaml

    kind = dice.randrange(4)
    if kind == 0:
        return dice.choice(_YAML_BOMBS).encode()
    if kind == 1:
        lines = content.decode().splitlines()
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(_YAML_BOMBS))
        return "\n".join(lines).encode()
    tree = yaml.safe_load(content)
    for _ in range(dice.randint(1, 2)):
        tree = other_value(tree, dice)
    return yaml.safe_dump(tree).encode("utf-8", "replace")


_YAML_BOMBS = (
    "[" * 50_000,
    "{a: " * 20_000,
    "a: &a ["
    + "x," * 9
    + "]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(8)),
    "loop: &x [*x]",
    "loop: &x {y: *x}",
    "!!python/object/apply:os.system ['true']",
    "a: !!binary 'x'",
    "a: !!timestamp '9999-99-99'",
    "a: !!int 'x'",
    "a: !!float {}",
    "a: !!set {1, [2]}",
    "? [a, b]\n: 1",
    "? {a: b}\n: 1",
    "a: 0o999999999999",
    "a: 1:" + "59:" * 2000 + "1",
    "a: " + "9" * 10_000,
    "a: 0b",
    "=: 1",
    "<<: 5",
    "<<: [*a]",
    "training: {epochs: 10000000000000000000000}",
    "model: {name: gazenet, options: {width: 1000000000}}",
    "model: {name: shallow, options: {input_size: [100000000, 100000000]}}",
)


TEXTS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".csv": _lines,
    ".tsv": _lines,
    ".txt": _lines,
    ".yaml": _yaml,
}
