#!/usr/bin/python3
"""Shows Doxygen the plain comments of the public headers as its own.

A comment that stands before a declaration documents it; one after code documents what precedes it, and all declarators of that line; the
first one documents the file. A line of the kind "---- title ----" only divides.
"""

import pathlib
import re
import sys

COMMENT = r"/\*(?P<comment>(?:[^*]|\*(?!/))*)\*/"
SEVERAL = re.compile(r"^    (?P<type>(?:(?:const|unsigned|struct|volatile|static) )*\w+)(?P<names>[\w\s*,\[\]]+,[\w\s*,\[\]]+);(?:[ ]*" + COMMENT + ")?", re.M)


def spread(match):
    """`double low, high; /* c */` as two declarations, each with the comment."""
    comment = f" /**<{match['comment']}*/" if match["comment"] else ""
    lines = match[0].count("\n")
    text = " ".join(f"{match['type']} {' '.join(name.split())};{comment}" for name in match["names"].split(","))
    return "    " + text.replace("\n", " ") + "\n" * lines


def spread_below(match):
    """The same where one comment stands above the line."""
    names = SEVERAL.match(match["line"])
    if names is None or names["comment"]:
        return match[0]
    first, *others = names["names"].split(",")
    of = lambda name: f"{names['type']} {' '.join(name.split())};"  # noqa: E731
    return f"{match['above']}    {of(first)} " + " ".join(f"/** {match['text']}*/ {of(name)}" for name in others) + "\n" * names[0].count("\n")


def shown(text, name):
    text = re.sub(r"\A/\* ", rf"/** \\file {name}\n * ", text)
    text = re.sub(r"^/\* (----.*) \*/$", r"// \1", text, flags=re.M)
    text = re.sub(r"(?P<above>^    /\* (?P<text>(?:[^*]|\*(?!/))*)\*/\n)(?P<line>    [^;{]*;.*)", spread_below, text, flags=re.M)
    text = SEVERAL.sub(spread, text)
    text = re.sub(r"^(\s*)/\* ", r"\1/** ", text, flags=re.M)
    text = re.sub(r"^(.*[^\s/].*?) /\* ", r"\1 /**< ", text, flags=re.M)
    # what a table of rows (*.def) is expanded by, for a moment
    return re.sub(r"^(#define QD_[A-Z_]+\((?:[a-z]+, )+)", r"/** One entry for each row of the table. */ \1", text, flags=re.M)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header:
        sys.stdout.write(shown(header.read(), pathlib.Path(sys.argv[1]).name))
