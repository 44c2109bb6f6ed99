#!/usr/bin/env python3
"""Doxygen's input filter for the C++ headers: their plain comments become the kind that Doxygen reads.

usage: comments.py HEADER

The comment at the head of a file describes the file; one on lines of its own what follows it; one behind code, with the
lines that go on below it in the same column, that code.
"""

import re
import sys

MARKUP = re.compile(r"([\\@<>&#])")


def text_of(comment):
    """Doxygen's own marks mean nothing in these comments."""
    return MARKUP.sub(r"\\\1", comment)


def code_and_comment(line):
    """Splits at the // that begins a comment; one inside a string does not."""
    quoted = None
    at = 0
    while at < len(line):
        if quoted:
            if line[at] == "\\":
                at += 1
            elif line[at] == quoted:
                quoted = None
        elif line[at] == '"' or (line[at] == "'" and not (at and line[at - 1].isalnum())):
            quoted = line[at]
        elif line.startswith("//", at):
            return line[:at], line[at + 2:]
        at += 1
    return line, None


def filtered(lines):
    behind = None  # column of a comment behind code
    yield "/// @file"
    for line in lines:
        code, comment = code_and_comment(line)
        if comment is None:
            behind = None
            yield line
        elif "NOLINT" in comment:
            yield code
        elif code.strip():
            behind = len(code)
            yield f"{code}///<{text_of(comment)}"
        elif behind is not None and len(code) == behind:
            yield f"{code}///<{text_of(comment)}"
        else:
            behind = None
            yield f"{code}///{text_of(comment)}"


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        print("\n".join(filtered(header.read().splitlines())))


if __name__ == "__main__":
    main()
