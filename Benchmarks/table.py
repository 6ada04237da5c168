"""Markdown tables: written, and read back from the document that keeps them."""
import re


def write(heads, rows):
    """Prints each row as soon as it is there: rows that took long are not lost with the ones that follow."""
    print("| " + " | ".join(heads) + " |")
    print("|---|" + "--:|" * (len(heads) - 1), flush=True)
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print(flush=True)


def seconds(value):
    return f"{value * 1000:,.0f} ms" if value < 1 else f"{value:.2f} s" if value < 10 else f"{value:,.1f} s"


def span(low, high):
    """The least and the most, in one unit."""
    if high < 1:
        return f"{low * 1000:,.0f}–{high * 1000:,.0f} ms"
    return f"{low:.2f}–{high:.2f} s" if high < 10 else f"{low:,.1f}–{high:,.1f} s"


def ratio(value):
    return f"{value:.2f} ×" if value < 10 else f"{value:.1f} ×"


def megabytes(value):
    return f"{value / 1e6:,.0f} MB"


def read(document, heading, column):
    """The ratios in a column of the first table below a heading: the first cell of each row, and the number."""
    text = document.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE)
    if not found:
        raise KeyError(f"{document.name} has no heading \"{heading}\"")
    lines = text[found.end():].splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("|")), None)
    if start is None:
        raise KeyError(f"{document.name} has no table below \"{heading}\"")
    heads, ratios = cells(lines[start]), {}
    if column not in heads:
        raise KeyError(f"the table below \"{heading}\" has no column \"{column}\"")
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        row = cells(line)
        number = re.match(r"[\d.]+", row[heads.index(column)].replace(",", ""))
        if number:
            ratios[row[0]] = float(number.group())
    return ratios


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
