"""Other programs at the same work: LangBatch, and OpenAI's own client, each in an environment of its own."""
import subprocess
import sys

from cases import HERE, POLLING, Row, collected, expect_output
from measure import Failed, run

ENVIRONMENTS = HERE.parent / ".build-python-peers"
# LangBatch wants an older version of OpenAI's client: two environments.
PACKAGES = {"langbatch": ["langbatch"], "openai": ["openai[aiohttp]"]}
# Looking up many ids takes LangBatch the product of both numbers: not more than this.
MOST_REQUESTS = 50_000
REALTIME = [  # delay in milliseconds, concurrency, what carries the client's requests
    (0, 64, "httpx"), (0, 64, "aiohttp"), (50, 256, "httpx"), (50, 256, "aiohttp"),
]
LEFT_OUT = (
    "Left out: llmbo (`llmbo-bedrock` on PyPI), which speaks only Bedrock's API; the service here speaks OpenAI's. "
    "LangBatch has no calls in real time, and OpenAI's client keeps nothing that could be looked up."
)


class Peer:
    def __init__(self, bench, name):
        self.bench, self.script = bench, HERE / f"peer_{name}.py"
        folder = ENVIRONMENTS / name
        self.python = folder / "bin" / "python"
        if not (folder / "installed").exists():
            self.install(folder, PACKAGES[name])
        listed = subprocess.run(
            [self.python, "-c", f"import importlib.metadata as m; print(m.version('{name}'), m.version('openai'))"],
            check=True, capture_output=True, text=True,
        ).stdout.split()
        self.version, self.client = listed

    @staticmethod
    def install(folder, packages):
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, stdout=sys.stderr)
            subprocess.run(
                [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *packages], check=True, stdout=sys.stderr
            )
        except subprocess.CalledProcessError:
            raise Failed(f"{', '.join(packages)} cannot be installed into {folder}") from None
        (folder / "installed").touch()

    def __call__(self, *arguments):
        """Runs it, with its files in the folder of this run; returns the figures and the file of what it printed."""
        printed = self.bench.folder / "peer-printed"
        files = self.bench.folder / "peer"
        files.mkdir(exist_ok=True)
        environment = {"OPENAI_API_KEY": "benchmark", "LANGBATCH_DATA_PATH": str(files)}
        return run([str(self.python), str(self.script), *map(str, arguments)], environment, printed), printed


def compare(bench):
    """What is to be said about the rows, and the rows as they are measured; the peer is the baseline."""
    langbatch, openai = Peer(bench, "langbatch"), Peer(bench, "openai")
    notes = [
        f"LangBatch {langbatch.version} with OpenAI's client {langbatch.client}; OpenAI's client {openai.version}.",
        LEFT_OUT,
    ]

    def rows():
        yield from batches(bench, langbatch, openai)
        yield from look_ups(bench, langbatch)
        yield from realtime(bench, openai)

    return notes, rows()


def batches(bench, langbatch, openai):
    size = min(bench.size, MOST_REQUESTS)
    requests, printed = bench.requests(size), bench.folder / "printed"
    create = Row("create and save", "LangBatch")
    starts = [Row("create, save, upload, start", name) for name in ("LangBatch", "OpenAI's client (saves nothing)")]
    collects = [Row("collect", name) for name in ("LangBatch", "OpenAI's client (copies the file)")]
    with bench.serving() as address:
        service = ["--provider", "openai", "--base-url", address, *POLLING, "--json"]
        for _ in range(bench.runs):
            store = bench.fresh("ours")
            draft = ["submit", requests, "--draft", "--provider", "offline", "--db", store, "--json"]
            create.ours.runs.append(bench.ours(*draft, output=printed))
            bench.expect_counts(printed, total=size)
            create.baseline.runs.append(langbatch("create", requests)[0])

            store = bench.fresh("ours")
            ours = bench.ours("submit", requests, "--db", store, *service, output=printed)
            done = bench.ours("watch", "@last", "--db", store, *service, output=printed)
            bench.expect_counts(printed, succeeded=size)
            for start, collect in zip(starts, collects):
                start.ours.runs.append(ours)
                collect.ours.runs.append(done)

            figures, said = langbatch("submit", requests, address)
            starts[0].baseline.runs.append(figures)
            figures, said = langbatch("collect", said.read_text().strip(), address)
            collects[0].baseline.runs.append(figures)
            if said.read_text().split() != [str(size), "0"]:
                raise Failed(f"LangBatch collected {said.read_text().strip()}, not {size:,}")

            figures, said = openai("submit", requests, address)
            starts[1].baseline.runs.append(figures)
            copy = bench.folder / "copy.jsonl"
            collects[1].baseline.runs.append(openai("collect", said.read_text().strip(), address, copy)[0])
            expect_output(copy, size)
    return [create, *starts, *collects]


def look_ups(bench, langbatch):
    size = min(bench.size, MOST_REQUESTS)
    out = bench.folder / "printed"
    with bench.serving() as address:
        store, _, _ = collected(bench, address, size)
        identifier = langbatch("create", bench.requests(size))[1].read_text().strip()
        for count in (1, size // 2):
            ids = [f"request-{2 * number}" for number in range(count)]
            row = Row(f"look up {count:,} of {size:,}", "LangBatch")
            for _ in range(bench.runs):
                row.ours.runs.append(bench.show(ids, store, out))
                expect_output(out, count)
                figures, said = langbatch("requests", identifier, count, 2)
                row.baseline.runs.append(figures)
                expect_output(said, count)
            yield row


def realtime(bench, openai):
    printed = bench.folder / "printed"
    for delay, concurrency, transport in REALTIME:
        count = min(bench.size, 5_000)
        row = Row(f"realtime, {delay} ms, {concurrency} at once", f"OpenAI's client, {transport}")
        requests, answers = bench.requests(count), bench.folder / "answers.jsonl"
        with bench.serving(delay) as address:
            for _ in range(bench.runs):
                command = [
                    "run", requests, "--db", bench.fresh("ours"), "--provider", "realtime", "--base-url", address,
                    "--concurrency", concurrency, "--json",
                ]
                row.ours.runs.append(bench.ours(*command, output=printed))
                bench.expect_counts(printed, succeeded=count)
                extra = ["aiohttp"] if transport == "aiohttp" else []
                row.baseline.runs.append(openai("realtime", requests, address, concurrency, answers, *extra)[0])
                expect_output(answers, count)
        yield row
