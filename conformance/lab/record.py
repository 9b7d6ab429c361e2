#!/usr/bin/env python3
"""Records the labelled traces. See README.md."""

import argparse
import shutil
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import sandbox
from capture import Capture, opened
from conditions import CABLES, CONDITIONS
from keys import Keys
from lab import Lab
from labels import Label, place, write, write_lines
from network import Cable, Network
from scenarios import SCENARIOS, Scenario
from sweeps import SWEEPS as OF_PEERS

SWEEPS = OF_PEERS | CONDITIONS
TRACES = Path(__file__).resolve().parent.parent / "traces"


def main() -> int:
    arguments = parse_arguments()
    if arguments.list:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name:30}{scenario.description}")
        print("sweeps:", *SWEEPS)
        return 0
    if arguments.inside_sandbox:
        sandbox.furnish(arguments.inside_sandbox)
        names = arguments.names or list(SWEEPS if arguments.sweep else SCENARIOS)
        return record_all(names, arguments.inside_sandbox, arguments.sweep or arguments.output)
    work = Path(tempfile.mkdtemp(prefix="kexray-lab-"))
    work.chmod(0o755)  # the test user's shell starts in there
    try:
        return sandbox.run_inside(work)
    finally:
        if arguments.keep:
            print(f"logs are in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Records small labelled captures of SSH sessions.")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help="which ones (default: all)")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    parser.add_argument("--output", type=Path, default=TRACES, help="folder of the traces (default: %(default)s)")
    parser.add_argument("--sweep", type=Path, metavar="FOLDER", help="record sweeps, into this folder")
    parser.add_argument("--keep", action="store_true", help="keep the peers' logs")
    parser.add_argument(sandbox.INSIDE, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(SWEEPS if arguments.sweep else SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    return arguments


def record_all(names: list[str], work: Path, output: Path) -> int:
    keys = Keys(work / "keys")
    failed = []
    for name in names:
        try:
            print(name, flush=True)
            if name in SWEEPS:
                record_sweep(name, work / name, keys, output)
            else:
                record(SCENARIOS[name], work / name, keys, output / name)
        except Exception:  # one failure should not cost the other traces
            traceback.print_exc()
            failed.append(name)
    if failed:
        print("failed:", *failed)
    return 1 if failed else 0


def record(scenario: Scenario, folder: Path, keys: Keys, output: Path) -> None:
    """Runs one scenario, and replaces its trace only when everything went well."""
    labels, pcap = captured(scenario.run, folder, keys, scenario.cable)
    output.mkdir(parents=True, exist_ok=True)
    write(output / "expected.json", labels)
    (output / "README.md").write_text(scenario.description + "\n")
    shutil.copyfile(pcap, output / "trace.pcap")


def record_sweep(name: str, folder: Path, keys: Keys, output: Path) -> None:
    """Runs one sweep: `NAME.pcap`, and lines in the folder's `labels.jsonl`."""
    labels, pcap = captured(SWEEPS[name], folder, keys, CABLES.get(name, Cable()))
    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pcap, output / f"{name}.pcap")
    write_lines(output / "labels.jsonl", f"{name}.pcap", labels, opened(pcap))
    print(f"  {len(labels)} connections", flush=True)


def captured(run: Callable[[Lab], list[Label]], folder: Path, keys: Keys, cable: Cable) -> tuple[list[Label], Path]:
    """The labels of what `run` does, and the capture around it."""
    folder.mkdir()
    pcap = folder / "trace.pcap"
    with Network(folder, cable) as network:
        lab = Lab(folder, keys, network)
        try:
            with Capture(network.tap, pcap, folder / "tcpdump.log"):
                labels = run(lab)
                network.drain()
        finally:
            lab.stop()
    return place(labels, opened(pcap)), pcap


if __name__ == "__main__":
    raise SystemExit(main())
