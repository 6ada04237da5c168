"""The cases: what is run, beside which baseline, and how it is known that the work was done."""
import contextlib
import filecmp
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import urllib.request

from measure import Failed, Series, run

HERE = pathlib.Path(__file__).resolve().parent
# At most so many ids in one command; never more than a quarter of the batch.
MOST_IDS = 25_000
REALTIME = [(0, 64), (0, 256), (50, 64), (50, 256)]  # delay in milliseconds, concurrency
# The service reports a batch as done at once: poll often, so that waiting is not what is measured.
POLLING = ["--option", "poll-interval=0.1"]


class Row:
    """A line of the table: the runs of ours and of a baseline, and what the baseline is."""

    def __init__(self, name, baseline):
        self.name, self.baseline_name = name, baseline
        self.ours, self.baseline = Series(), Series()

    def ratio(self, member):
        base = self.baseline.median(member)
        return self.ours.median(member) / base if base else 0.0


class Bench:
    """What all cases share: the programs, a folder, the size and the number of runs."""

    def __init__(self, tool, folder, size, runs):
        self.folder, self.size, self.runs = folder, size, runs
        self.tool = folder / "llmbatch"
        shutil.copy2(tool, self.tool)  # a build in the meantime does not change what is measured
        self.raw, self.service = self.compile("raw", "-lsqlite3"), self.compile("service")
        self.environment = {"OPENAI_API_KEY": "benchmark", "LLMBATCH_API_KEY": "benchmark"}

    def compile(self, name, *libraries):
        program = self.folder / name
        compiler = os.environ.get("CC", "cc")
        try:
            subprocess.run(
                [compiler, "-O2", "-Wall", "-Wextra", "-o", program, HERE / f"{name}.c", *libraries], check=True
            )
        except FileNotFoundError:
            raise Failed(f"there is no C compiler ({compiler}); Debian has one in the package gcc") from None
        except subprocess.CalledProcessError:
            raise Failed(f"{name}.c does not compile; Scripts/setup installs SQLite's headers") from None
        return program

    def requests(self, lines, size=1100):
        """A file of requests, made once. Another process makes it, so that this one stays small: see measure.floor."""
        path = self.folder / f"requests-{lines}-{size}.jsonl"
        if not path.exists():
            with open(path, "wb") as file:
                subprocess.run(
                    [sys.executable, HERE / "generate.py", str(lines), "--bytes", str(size)], stdout=file, check=True
                )
        return path

    def results(self, requests, address):
        """The result lines of a file, as the service gives them to any client: the baseline stores the same bytes."""
        path = requests.with_suffix(".results")
        if path.exists():
            return path
        with open(requests, "rb") as file:
            call = urllib.request.Request(
                f"{address}/files", file, {"content-length": str(requests.stat().st_size)}, method="POST"
            )
            number = json.load(urllib.request.urlopen(call))["id"].removeprefix("file-")
        with urllib.request.urlopen(f"{address}/files/file-out{number}/content") as body, open(path, "wb") as file:
            shutil.copyfileobj(body, file, 1 << 20)
        return path

    @contextlib.contextmanager
    def serving(self, delay=0, error_every=0):
        """A service of its own, and its base URL."""
        process = subprocess.Popen([self.service, str(delay), str(error_every)], stdout=subprocess.PIPE, text=True)
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            if process.poll() is not None:
                print(f"bench: the service ended by itself, with {process.returncode}", file=sys.stderr)
            process.terminate()
            process.wait()
            process.stdout.close()

    def ours(self, *arguments, output=None, given=None):
        return run([str(self.tool), *map(str, arguments)], self.environment, output, given=given)

    def show(self, ids, store, output):
        """Looks up requests by id: many come from standard input, since the arguments of a command are limited."""
        if len(ids) == 1:
            return self.ours("show", *ids, "--jsonl", "--db", store, output=output)
        given = self.folder / "ids"
        given.write_text("\n".join(ids))
        return self.ours("show", "-", "--jsonl", "--db", store, output=output, given=given)

    def base(self, *arguments, output=None):
        return run([str(self.raw), *map(str, arguments)], output=output)

    def fresh(self, name):
        """The path of a store that is not there. Removing is not measured."""
        for file in self.folder.glob(f"{name}.db*"):
            file.unlink()
        return self.folder / f"{name}.db"

    def expect_counts(self, output, **expected):
        counts = json.loads(output.read_text())["batch"]["counts"]
        for name, count in expected.items():
            if counts[name] != count:
                raise Failed(f"the batch has {counts[name]:,} {name}, not {count:,}")

    def expect_lines(self, store, count):
        with contextlib.closing(sqlite3.connect(store)) as database:
            (found,) = database.execute("SELECT count(*) FROM lines").fetchone()
        if found != count:
            raise Failed(f"the baseline has stored {found:,} lines, not {count:,}")


def importing(bench):
    rows, printed = [], bench.folder / "printed"
    for name, size in [("import: `submit --draft`", 1100), ("import of lines of 286 bytes", 286)]:
        row = Row(name, "lines into SQLite")
        requests = bench.requests(bench.size, size)
        for _ in range(bench.runs):
            store = bench.fresh("ours")
            command = ["submit", requests, "--draft", "--provider", "offline", "--db", store, "--json"]
            row.ours.runs.append(bench.ours(*command, output=printed))
            bench.expect_counts(printed, total=bench.size, open=bench.size)
            store = bench.fresh("raw")
            row.baseline.runs.append(bench.base("import", store, requests))
            bench.expect_lines(store, bench.size)
        rows.append(row)
    return rows


def loopback(bench):
    """One store is submitted and collected by two commands, another by one."""
    submit = Row("import, plan, upload: `submit`", "request lines into SQLite")
    watch = Row("collect: `watch`", "result lines into SQLite")
    whole = Row("all of it: `run`", "both into SQLite")
    requests, printed = bench.requests(bench.size), bench.folder / "printed"
    with bench.serving() as address:
        results = bench.results(requests, address)
        service = ["--provider", "openai", "--base-url", address, *POLLING, "--json"]
        for _ in range(bench.runs):
            store = bench.fresh("ours")
            submit.ours.runs.append(bench.ours("submit", requests, "--db", store, *service, output=printed))
            bench.expect_counts(printed, total=bench.size)
            watch.ours.runs.append(bench.ours("watch", "@last", "--db", store, *service, output=printed))
            bench.expect_counts(printed, succeeded=bench.size, open=0)
            store = bench.fresh("ours")
            whole.ours.runs.append(bench.ours("run", requests, "--db", store, *service, output=printed))
            bench.expect_counts(printed, succeeded=bench.size, open=0)
            for row, files in [(submit, [requests]), (watch, [results]), (whole, [requests, results])]:
                store = bench.fresh("raw")
                row.baseline.runs.append(bench.base("import", store, *files))
                bench.expect_lines(store, bench.size * len(files))
    return [submit, watch, whole]


def collected(bench, address, size):
    """A store with a batch that has all its results, and the baseline's with the same lines as its second batch."""
    requests, printed = bench.requests(size), bench.folder / "printed"
    ours, raw = bench.fresh("collected"), bench.fresh("collected-raw")
    results = bench.results(requests, address)
    bench.ours(
        "run", requests, "--db", ours, "--provider", "openai", "--base-url", address, *POLLING, "--json", output=printed
    )
    bench.expect_counts(printed, succeeded=size)
    bench.base("import", raw, requests, results)
    return ours, raw, results


def exporting(bench):
    row = Row("export: `results --jsonl`", "select into a file")
    with bench.serving() as address:
        ours, raw, results = collected(bench, address, bench.size)
        out, raw_out = bench.folder / "ours.jsonl", bench.folder / "raw.jsonl"
        for _ in range(bench.runs):
            row.ours.runs.append(bench.ours("results", "@last", "--jsonl", "--db", ours, output=out))
            row.baseline.runs.append(bench.base("select", raw, 2, output=raw_out))
            for path in (out, raw_out):
                if not filecmp.cmp(path, results, shallow=False):
                    raise Failed(f"{path.name} is not what the service sent")
    return [row]


def commands(bench):
    """Commands that are short whatever the size: run five times as often, beside a look-up in C."""
    one = "request-0"
    count = min(MOST_IDS, bench.size // 4)
    many = [f"request-{number}" for number in range(0, bench.size, bench.size // count)][:count]
    out = bench.folder / "printed"
    with bench.serving() as address:
        ended, raw, _ = collected(bench, address, bench.size)
        draft = bench.fresh("draft")
        bench.ours("submit", bench.requests(bench.size), "--draft", "--provider", "offline", "--db", draft)
        short = [
            ("`--version`", ["--version"], None),
            ("`status` of a draft", ["status", "@last", "--db", draft], None),
            ("`status` of a collected batch", ["status", "@last", "--db", ended], None),
            ("`list` with a draft", ["list", "--jsonl", "--db", draft], 1),
            ("`list` with a collected batch", ["list", "--jsonl", "--db", ended], 1),
            ("`show` of one id", ["show", one, "--jsonl", "--db", ended], 1),
        ]
        rows = [Row(name, "look-up of one id") for name, _, _ in short]
        for _ in range(bench.runs * 5):
            base = bench.base("lookup", raw, 2, one, output=out)
            for row, (_, command, lines) in zip(rows, short):
                row.ours.runs.append(bench.ours(*command, output=out))
                row.baseline.runs.append(base)
                expect_output(out, lines)
        row = Row(f"`show` of {len(many):,} ids", "look-up of the same ids")
        for _ in range(bench.runs):
            row.ours.runs.append(bench.show(many, ended, out))
            expect_output(out, len(many))
            row.baseline.runs.append(bench.base("lookup", raw, 2, *many, output=out))
            expect_output(out, len(many))
    return rows + [row]


def expect_output(path, lines):
    with open(path, "rb") as file:
        found = sum(1 for _ in file)
    if not found or lines is not None and found != lines:
        raise Failed(f"a command printed {found:,} lines, not {lines or 'some'}")


def realtime(bench):
    """As many requests as take the ideal client about four seconds, at most as many as the size."""
    rows = []
    for delay, concurrency in REALTIME:
        count = min(bench.size, 20_000 if (delay, concurrency) == (50, 256) else 5_000)
        row = Row(f"realtime, {delay} ms, {concurrency} at once", "both lines into SQLite")
        row.count, row.ideal = count, count / concurrency * delay / 1000
        requests, printed = bench.requests(count), bench.folder / "printed"
        with bench.serving(delay) as address:
            results = bench.results(requests, address)
            for _ in range(bench.runs):
                store = bench.fresh("ours")
                row.ours.runs.append(
                    bench.ours(
                        "run", requests, "--db", store, "--provider", "realtime", "--base-url", address,
                        "--concurrency", concurrency, "--json", output=printed,
                    )
                )
                bench.expect_counts(printed, succeeded=count, open=0)
                store = bench.fresh("raw")
                row.baseline.runs.append(bench.base("import", store, requests, results))
                bench.expect_lines(store, 2 * count)
        rows.append(row)
    return rows


def memory(bench):
    """The peaks of the commands whose work grows with a batch, at a tenth of the size and at the size."""
    peaks = {}
    for size in (bench.size // 10, bench.size):
        requests, out = bench.requests(size), bench.folder / "ours.jsonl"
        with bench.serving() as address:
            service = ["--provider", "openai", "--base-url", address, *POLLING, "--db"]
            draft, store = bench.fresh("draft"), bench.fresh("ours")
            for name, command in [
                ("`submit --draft`", ["submit", requests, "--draft", "--provider", "offline", "--db", draft]),
                ("`submit`", ["submit", requests, *service, store]),
                ("`watch`", ["watch", "@last", *service, store]),
                ("`results --jsonl`", ["results", "@last", "--jsonl", "--db", store]),
            ]:
                peaks.setdefault(name, []).append(bench.ours(*command, output=out).peak)
            expect_output(out, size)
    return peaks


CASES = {"import": importing, "loopback": loopback, "export": exporting, "commands": commands, "realtime": realtime}
