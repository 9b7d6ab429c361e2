"""A session of ccssh. Arguments: host, port, user, command, then one of `password=…`, `key=…` and `keyboard=…`."""

import sys

from ccssh.client import CCSSHClient


def main() -> None:
    host, port, user, command, setting = sys.argv[1:]
    name, value = setting.split("=", 1)
    given = {
        "password": {"password": value},
        "key": {"key_filename": value},
        "keyboard": {"kbdint_responder": lambda prompts: [value for _ in prompts]},
    }
    client = CCSSHClient(host_policy="off", use_agent=False, verbose=2)
    try:
        client.connect(host, port=int(port), username=user, **given[name])
        if command:
            print(client.exec_command(command))
    finally:
        client.close()


if __name__ == "__main__":
    main()
