"""Asks the jsonschema package for its verdict on values, one JSON line each on standard input.

{"schema": ID, "is": {...}} names a schema; {"of": ID, "fits": true, "value": ...} is a value with the verdict expected
of it. Prints each line on which the package disagrees (the first few), then how many values it judged.
"""

import json
import sys

from jsonschema import Draft202012Validator

validators, judged, disagreements = {}, 0, 0
for text in sys.stdin.buffer:
    line = json.loads(text)
    if "schema" in line:
        Draft202012Validator.check_schema(line["is"])
        checker = Draft202012Validator.FORMAT_CHECKER
        validators[line["schema"]] = Draft202012Validator(line["is"], format_checker=checker)
        continue
    judged += 1
    if validators[line["of"]].is_valid(line["value"]) != line["fits"]:
        disagreements += 1
        if disagreements <= 20:
            print("DISAGREES", text.decode().strip())
print("judged", judged, "disagreements", disagreements)
