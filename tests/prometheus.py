"""Reads Prometheus's text format 0.0.4 strictly, and prints a line for each sample: NAME LABELS VALUE.

Fails, with the line, on whatever the format or the conventions of names do not allow; stricter than
Prometheus, which takes families in any order and samples without HELP and TYPE."""

import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?(?:[0-9.]+(?:e[-+]?[0-9]+)?|Inf)|NaN)$")
NOT_BASE_UNITS = r"_(ms|millis|milliseconds|us|minutes|hours|days|kb|kilobytes|mb|megabytes|percent)(_|$)"


def fail(number, line, why):
    sys.exit(f"line {number}: {why}: {line}")


def check_name(number, line, name, kind):
    if re.search(NOT_BASE_UNITS, name):
        fail(number, line, "not a base unit")
    if (kind == "counter") != name.endswith("_total"):
        fail(number, line, "a counter, and only a counter, ends in _total")


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    if not text.endswith("\n"):
        sys.exit("the last line has no end")
    family, kind, seen_families, seen_samples = None, None, set(), set()
    for number, line in enumerate(text[:-1].split("\n"), 1):
        if match := re.fullmatch(rf"# HELP ({NAME}) ((?:[^\\]|\\\\|\\n)+)", line):
            family, kind = match[1], None
            if family in seen_families:
                fail(number, line, "a family that was there already")
            seen_families.add(family)
        elif match := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|untyped)", line):
            if match[1] != family or kind:
                fail(number, line, "TYPE does not follow its HELP")
            kind = match[2]
            check_name(number, line, family, kind)
        elif match := SAMPLE.fullmatch(line):
            labels = re.findall(LABEL, match[2] or "")
            if match[1] != family or not kind:
                fail(number, line, "a sample outside its family")
            if len({name for name, _ in labels}) != len(labels):
                fail(number, line, "a label twice")
            if (family, tuple(sorted(labels))) in seen_samples:
                fail(number, line, "a sample twice")
            seen_samples.add((family, tuple(sorted(labels))))
            float(match.groups()[-1])
            rest = ",".join(f"{name}={value}" for name, value in labels if name != "event")
            print(family, rest or "-", match.groups()[-1])
        else:
            fail(number, line, "not of the format")


main()
