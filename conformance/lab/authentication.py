"""Every request for authentication and its answer, from what one peer logs about its own messages.

A request is `[method, reply]`. Replies: `fail`, `partial` (the method was accepted, another is wanted besides), `pk_ok`
(the key would do), `success`, `disconnect` (the server hung up instead) and `no_reply` (the client did). Each function
gives `None` where the log holds no request at all.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

Requests = list[list[str]]
FAILURE, SUCCESS, PK_OK, HANGS_UP, CLIENT_LEAVES = "fail", "success", "pk_ok", "disconnect", "no_reply"

SSHD = re.compile(
    r"^userauth-request for user .* service \S+ method (?P<method>\S+)"
    r"|^userauth_finish: failure partial=(?P<partial>[01])"
    r"|^send packet: type (?P<sent>\d+)$",
    re.M,
)
SSH = re.compile(
    r"^Next authentication method: (?P<method>\S+)"
    r"|^Authenticated .*(?P<partial>with partial success)"
    r"|^send packet: type (?P<sent>\d+)$"
    r"|^receive packet: type (?P<received>\d+)$"
    r"|^(?P<closed>Connection (?:closed|reset) by )",
    re.M,
)
NODE = re.compile(
    r"(?:Sending|Received) USERAUTH_REQUEST \((?P<method>[a-z-]+)"
    r"|(?:Sending|Received) USERAUTH_(?P<answer>FAILURE|SUCCESS|PK_OK)"
    r"|(?P<disconnect>Received DISCONNECT|Socket (?:ended|closed))"
)
UPPITY = re.compile(r"^(?:Incoming|Outgoing) packet type \d+ / 0x\w+ \(SSH1_(?P<name>\w+)\)", re.M)
UPPITY_REQUESTS = {
    "CMSG_USER": "none",
    "CMSG_AUTH_PASSWORD": "password",
    "CMSG_AUTH_RSA": "publickey(rsa1)",
    "CMSG_AUTH_TIS": "tis",
}


def of_sshd(text: str) -> Requests | None:
    """OpenSSH's server at `LogLevel DEBUG3`."""

    def words() -> Iterator[tuple[str, str]]:
        partial = False
        for match in SSHD.finditer(text):
            if match["method"]:
                partial = False
                # OpenSSH's own variant of "publickey" also signs the host key.
                yield "request", "publickey" if match["method"].startswith("publickey-") else match["method"]
            elif match["partial"]:
                partial = match["partial"] == "1"
            elif match["sent"] == "51":
                yield "answer", "partial" if partial else FAILURE
            elif match["sent"] in ("52", "60", "1"):
                yield "answer", {"52": SUCCESS, "60": PK_OK, "1": HANGS_UP}[match["sent"]]

    return _requests(words(), CLIENT_LEAVES)


def of_ssh(text: str) -> Requests | None:
    """OpenSSH's client with `-vvv`."""

    def words() -> Iterator[tuple[str, str]]:
        method = "none"
        # "with partial success" is logged after the failure that says so.
        failures = [match for match in SSH.finditer(text) if match["received"] == "51" or match["partial"]]
        partial = {before.start() for before, after in pairwise(failures) if after["partial"] and before["received"]}
        for match in SSH.finditer(text):
            if match["method"]:
                method = match["method"]
            elif match["sent"] == "50":
                yield "request", method
            elif match["received"] == "51":
                yield "answer", "partial" if match.start() in partial else FAILURE
            elif match["received"] in ("52", "60", "1"):
                yield "answer", {"52": SUCCESS, "60": PK_OK, "1": HANGS_UP}[match["received"]]
            elif match["closed"]:
                yield "answer", HANGS_UP

    return _requests(words(), CLIENT_LEAVES)


def of_node(text: str) -> Requests | None:
    """Node's ssh2 on either side, one connection. It does not say whether a failure is a partial success."""

    def words() -> Iterator[tuple[str, str]]:
        for match in NODE.finditer(text):
            if match["method"]:
                yield "request", match["method"].rstrip("-")
            elif match["answer"]:
                yield "answer", {"FAILURE": FAILURE, "SUCCESS": SUCCESS, "PK_OK": PK_OK}[match["answer"]]
            else:
                yield "answer", HANGS_UP

    return _requests(words(), CLIENT_LEAVES)


def refused(requests: Requests) -> int:
    """How many were refused; to ask for the list of methods with "none" is not to try."""
    return sum(method != "none" and reply in (FAILURE, HANGS_UP) for method, reply in requests)


def of_uppity(text: str) -> Requests | None:
    """PuTTY's test server with a packet log, over SSH-1: the user's name alone is a request for "none"."""

    def words() -> Iterator[tuple[str, str]]:
        waits = False
        for match in UPPITY.finditer(text):
            name = match["name"]
            if name in UPPITY_REQUESTS:
                waits = True
                yield "request", UPPITY_REQUESTS[name]
            elif waits and name in ("SMSG_SUCCESS", "SMSG_FAILURE", "MSG_DISCONNECT"):
                waits = False
                yield "answer", {"SMSG_SUCCESS": SUCCESS, "SMSG_FAILURE": FAILURE}.get(name, HANGS_UP)

    return _requests(words(), CLIENT_LEAVES)


def _requests(words: Iterable[tuple[str, str]], unanswered: str) -> Requests | None:
    """Pairs requests with answers. 60 is PK_OK for a public key alone; elsewhere it asks the client to go on."""
    requests: Requests = []
    pending = None
    for kind, word in words:
        if kind == "request":
            if pending:
                requests.append([pending, unanswered])
            pending = word
        elif pending and (word != PK_OK or pending == "publickey"):
            requests.append([pending, word])
            pending = None
            if word == SUCCESS:
                return requests
    if pending:
        requests.append([pending, unanswered])
    return requests or None
