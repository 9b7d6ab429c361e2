"""Runs a program at a terminal and types slowly. Arguments: text, command."""

import os
import pty
import sys
import time

PAUSE = 0.15


def main() -> None:
    text, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    time.sleep(1.5)
    for letter in text:
        os.write(terminal, letter.encode())
        time.sleep(PAUSE)
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # the program has closed its side
        pass
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
