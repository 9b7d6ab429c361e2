#!/usr/bin/env python3
"""Records the labelled traces. See README.md."""

import argparse
import shutil
import tempfile
import traceback
from pathlib import Path

import sandbox
from capture import Capture
from keys import Keys
from lab import Lab
from labels import write
from network import Network
from scenarios import SCENARIOS, Scenario

TRACES = Path(__file__).resolve().parent.parent / "traces"


def main() -> int:
    arguments = parse_arguments()
    if arguments.list:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name:30}{scenario.description}")
        return 0
    if arguments.inside_sandbox:
        sandbox.furnish(arguments.inside_sandbox)
        return record_all(arguments.names or list(SCENARIOS), arguments.inside_sandbox, arguments.output)
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
    parser.add_argument("--keep", action="store_true", help="keep the peers' logs")
    parser.add_argument(sandbox.INSIDE, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    return arguments


def record_all(names: list[str], work: Path, output: Path) -> int:
    keys = Keys(work / "keys")
    failed = []
    for name in names:
        try:
            print(name, flush=True)
            record(SCENARIOS[name], work / name, keys, output / name)
        except Exception:  # one failure should not cost the other traces
            traceback.print_exc()
            failed.append(name)
    if failed:
        print("failed:", *failed)
    return 1 if failed else 0


def record(scenario: Scenario, folder: Path, keys: Keys, output: Path) -> None:
    """Runs one scenario, and replaces its trace only when everything went well."""
    folder.mkdir()
    pcap = folder / "trace.pcap"
    with Network(folder, scenario.impaired) as network:
        lab = Lab(folder, keys, network)
        try:
            with Capture(network.tap, pcap, folder / "tcpdump.log"):
                labels = scenario.run(lab)
                network.drain()
        finally:
            lab.stop()
    output.mkdir(parents=True, exist_ok=True)
    write(output / "expected.json", labels)
    (output / "README.md").write_text(scenario.description + "\n")
    shutil.copyfile(pcap, output / "trace.pcap")


if __name__ == "__main__":
    raise SystemExit(main())
