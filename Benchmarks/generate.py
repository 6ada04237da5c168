#!/usr/bin/env python3
"""Writes a file of chat requests in the format of OpenAI's batches; the same arguments give the same bytes.

  Benchmarks/generate.py LINES [--bytes 1100] > requests.jsonl

Each line has exactly that many bytes. The service of the benchmarks makes the results itself.
"""
import argparse
import random
import sys

WORDS = (
    "the quick brown fox jumps over lazy dog while analysts classify company filings into sectors with care and "
    "patience"
).split()
LINE = (
    '{"custom_id": "request-%d", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4o-mini", '
    '"messages": [{"role": "system", "content": "You are careful."}, {"role": "user", "content": "%d %s"}], '
    '"max_tokens": 100}}\n'
)
# Different enough that no request repeats its neighbour, few enough that a million lines take seconds.
TEXTS = 500


def write(lines, size, file):
    dice = random.Random(7)
    texts = [" ".join(dice.choices(WORDS, k=size // 2)) for _ in range(TEXTS)]
    for number in range(lines):
        room = size - len(LINE % (number, number, ""))
        # The space at a cut would be lost to a reader that trims.
        text = texts[number % TEXTS][:room]
        file.write(LINE % (number, number, text[:-1] + "." if text else ""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=int)
    parser.add_argument("--bytes", type=int, default=1100, help="of each line, with its end (default: 1100)")
    arguments = parser.parse_args()
    if arguments.bytes < 280:
        parser.error("a line needs at least 280 bytes")
    write(arguments.lines, arguments.bytes, sys.stdout)
