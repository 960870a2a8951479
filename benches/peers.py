"""Runs evaluators side by side on one detection set and prints the figures of each process.

    python benches/peers.py TRUTH.json DETECTIONS.json NAME=COMMAND [NAME=COMMAND ...] [--rounds 5]

{gt} and {dt} in a COMMAND stand for the two files. The commands take turns, A B C A B C ..., after a round that does not
count, so that a change of the machine's speed falls on all of them. CPU time and memory are the operating system's own
accounting of each finished process (wait4).
"""

import os
import shlex
import statistics
import subprocess
import sys
import time


def run(command):
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def main(arguments):
    rounds = 5
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at : at + 2]
    truth, detections, *named = arguments
    commands = {}
    for argument in named:
        name, command = argument.split("=", 1)
        commands[name] = [part.format(gt=truth, dt=detections) for part in shlex.split(command)]
    figures = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            figure = run(command)
            if turn > 0:
                figures[name].append(figure)
    base = [statistics.median(column) for column in zip(*next(iter(figures.values())))]
    print(f"{rounds} rounds, medians (smallest to largest); ratios to the first line")
    print("| evaluator | CPU s | wall s | peak MB | CPU ratio | wall ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, rows in figures.items():
        cpu, wall, memory = zip(*rows)
        middle = [statistics.median(column) for column in (cpu, wall, memory)]
        print(
            f"| {name} | {middle[0]:.2f} ({min(cpu):.2f}–{max(cpu):.2f}) | {middle[1]:.2f} ({min(wall):.2f}–{max(wall):.2f}) "
            f"| {middle[2]:.0f} | {middle[0] / base[0]:.1f} | {middle[1] / base[1]:.1f} |"
        )


main(sys.argv[1:])
