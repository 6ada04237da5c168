"""Runs commands and measures them: wall time, CPU time and peak memory, as the kernel counts them for the process."""
import os
import resource
import statistics
import subprocess
import time


class Failed(Exception):
    """A command did not do its work, so its figures mean nothing. The text is for the user."""


class Run:
    def __init__(self, wall, cpu, peak):
        self.wall, self.cpu, self.peak = wall, cpu, peak  # seconds, seconds, bytes


class Series:
    """The runs of one contender in one case."""

    def __init__(self):
        self.runs = []

    def median(self, member):
        return statistics.median(getattr(run, member) for run in self.runs)

    def range(self, member):
        values = [getattr(run, member) for run in self.runs]
        return min(values), max(values)


def run(command, environment=None, output=None, codes=(0,)):
    """Runs a command to its end. Its output goes to the file `output`; the exit code must be one of `codes`."""
    with open(output or os.devnull, "wb") as file, open(os.devnull) as nothing:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=nothing, stdout=file, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})}
        )
        # Read to its end, so that a full pipe stops nobody.
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
    process.stderr.close()
    if process.returncode not in codes:
        shown = " ".join(str(part) for part in command[:12]) + (" …" if len(command) > 12 else "")
        raise Failed(f"exit code {process.returncode}: {shown}\n{errors.decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def floor():
    """The least peak that can be measured: a process begins as a copy of this one, and the kernel counts that."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
