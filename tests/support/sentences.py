"""Sentences of a page, without code, tables, headings and formulas."""

import re

_BLOCKS = (r"^( *)```.*?^ *```", r"<!--.*?-->", r"^\$\$.*?\$\$$")
_END = re.compile(r"(?<=[.!?])[)\"']?\s+(?=[A-Z(*\"']|code)")


def sentences(markdown):
    """Each sentence of the prose, a piece of code counted as one word."""
    for block in _BLOCKS:
        markdown = re.sub(block, "\n\n", markdown, flags=re.M | re.S)
    for paragraph in _paragraphs(markdown):
        text = re.sub(r"`[^`]*`", "code", paragraph).replace("**", "")
        yield from _END.split(re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text))


def _paragraphs(markdown):
    """Paragraphs and entries of lists, each on one line."""
    paragraph, in_list = [], False
    for line in [*markdown.splitlines(), ""]:
        entry = re.match(r" *(?:[-*]|\d+\.) +(.*)", line)
        code = line.startswith("    ") and not paragraph and not in_list
        if entry or not line.strip() or code or line.startswith(("|", "#", ":::")):
            if paragraph:
                yield " ".join(paragraph)
            paragraph = []
        if entry:
            paragraph, in_list = [entry[1]], True
        elif line.strip() and not code and not line.startswith(("|", "#", ":::")):
            in_list = in_list and (bool(paragraph) or line.startswith(" "))
            paragraph.append(line.strip())


def words(sentence):
    """How many words it has."""
    return sum(any(map(str.isalnum, word)) for word in sentence.split())
