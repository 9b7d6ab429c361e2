"""Labels from what each kind of peer logs about itself. The capture is never read."""

import re
from collections.abc import Iterator
from itertools import pairwise

import authentication
from labels import Label

SSHD_CONNECTION = re.compile(r"^Connection from (\S+) port (\d+) on (\S+) port (\d+)", re.M)
LOCAL_VERSION = re.compile(r"^Local version string (SSH-.*)$", re.M)
REMOTE_VERSION = re.compile(r"^Remote protocol version (\S+), remote software version (.*)$", re.M)
# Without a common name both log "(no match)".
KEX = re.compile(r"^kex: algorithm: ([^\s(]\S*)", re.M)
HOST_KEY_ALGORITHM = re.compile(r"^kex: host key algorithm: ([^\s(]\S*)", re.M)
HOST_KEY = re.compile(r"^Server host (?:key|certificate): \S+ (SHA256:[^\s,]+)", re.M)
DECISION = re.compile(r"^(Accepted|Failed|Partial) (\S+) for ", re.M)
AUTH_REQUEST = re.compile(r"^userauth-request for user ", re.M)


NODE_AGREED = {
    "kex_alg": "KEX algorithm",
    "host_key_alg": "Host key format",
    "cipher_c2s": "C->S Cipher",
    "cipher_s2c": "S->C Cipher",
    "mac_c2s": "C->S MAC",
    "mac_s2c": "S->C MAC",
    "compression_c2s": "C->S Compression",
    "compression_s2c": "S->C Compression",
}


def sshd(text: str) -> list[Label]:
    """OpenSSH's server at `LogLevel DEBUG3`: one label for each connection, in order."""
    text = _openssh_text(text)
    starts = [match.start() for match in SSHD_CONNECTION.finditer(text)]
    return [_sshd_session(text[start:end]) for start, end in pairwise([*starts, len(text)])]


def _sshd_session(text: str) -> Label:
    orig_h, orig_p, resp_h, resp_p = SSHD_CONNECTION.search(text).groups()
    # A "none" request asks for the list of methods; refusing it is not a failed attempt.
    decisions = [(verdict, method) for verdict, method in DECISION.findall(text) if method != "none"]
    verdicts = [verdict for verdict, _ in decisions]
    return Label(
        orig_h=orig_h,
        orig_p=int(orig_p),
        resp_h=resp_h,
        resp_p=int(resp_p),
        **_versions(_remote_version(text), _first(LOCAL_VERSION, text)),
        auth_success="Accepted" in verdicts if AUTH_REQUEST.search(text) else None,
        auth_failures=verdicts.count("Failed"),
        auth_methods_tried=authentication.of_sshd(text) or [],
        session=_session(OPENED_AT_SERVER, text),
        agent_forwarding="request auth-agent-req@openssh.com" in text,
        rekeys=_rekeys(text),
        **_negotiated(text),
    )


# What a session is opened for, as OpenSSH's server and its client log it.
OPENED_AT_SERVER = {
    "sftp": r"^subsystem request for sftp",
    "subsystem": r"^subsystem request for ",
    "exec": r"^server_input_channel_req: channel \d+ request exec",
    "shell": r"^server_input_channel_req: channel \d+ request shell",
    "forward": r"^server_input_channel_open: ctype direct-|^server_input_global_request: rtype \S*-?forward",
}
OPENED_BY_CLIENT = {
    "sftp": r"^Sending subsystem: sftp",
    "subsystem": r"^Sending subsystem: ",
    "exec": r"^Sending command: ",
    "shell": r"^shell request accepted",
    "forward": r"^channel \d+: new (?:\[)?direct-|^remote forward success",
}
OPENED_OVER_SSH1 = {"shell": r"^Incoming .*SSH1_CMSG_EXEC_SHELL", "exec": r"^Incoming .*SSH1_CMSG_EXEC_CMD"}


def _session(kinds: dict[str, str], text: str) -> str:
    """What the client opened, by what is logged of it."""
    return next((kind for kind, pattern in kinds.items() if re.search(pattern, text, re.M)), "none")


def _rekeys(text: str) -> int:
    """How often OpenSSH exchanged keys again."""
    return max(text.count("SSH2_MSG_KEXINIT received") - 1, 0)


def ssh(text: str) -> Label:
    """OpenSSH's client with `-vvv`: the one connection that it made."""
    text = _openssh_text(text)
    tried = authentication.of_ssh(text) or []
    return Label(
        **_versions(_first(LOCAL_VERSION, text), _remote_version(text)),
        host_key_fingerprint=_first(HOST_KEY, text),
        auth_success=_ssh_outcome(text),
        auth_failures=authentication.refused(tried),
        auth_methods_tried=tried,
        session=_session(OPENED_BY_CLIENT, text),
        agent_forwarding="Requesting authentication agent forwarding" in text,
        rekeys=_rekeys(text),
        **_negotiated(text),
    )


def node(text: str) -> Label:
    """Node's ssh2 with its debug lines: the one connection of a client."""
    tried = authentication.of_node(text) or []
    agreed = {}
    for column, words in NODE_AGREED.items():
        match = re.search(rf"Handshake: {words}: (\S+)", text)
        agreed[column] = match[1].replace("<implicit>", "implicit") if match else None
    remote = re.search(r"Remote ident: '(.*)'", text)
    local = re.search(r"Local ident: '(.*)'", text)
    success = ["success"] == [reply for _, reply in tried[-1:]]
    return Label(
        **_versions(local and local[1], remote and remote[1]),
        auth_success=success if tried else None,
        auth_failures=authentication.refused(tried),
        auth_methods_tried=tried,
        session="exec" if "Sending CHANNEL_REQUEST" in text and "exec" in text else "none",
        agent_forwarding=False,
        rekeys=0,
        **agreed,
    )


def _ssh_outcome(text: str) -> bool | None:
    if re.search(r"^Authenticated to ", text, re.M):
        return True
    refused = r"^(Authentications that can continue|No more authentication methods to try|Received disconnect)"
    return False if re.search(refused, text, re.M) else None


def _openssh_text(text: str) -> str:
    """The log without the level in front of a line and without the mark of the process that wrote it."""
    text = re.sub(r"^debug\d: ", "", text.replace("\r", ""), flags=re.M)
    return re.sub(r" \[(preauth|postauth)\]$", "", text, flags=re.M)


def _versions(client: str | None, server: str | None) -> dict[str, str | int | None]:
    """Both identification strings, and the protocol that they agree on if both were sent."""
    agreed = all(version and version.startswith("SSH-2.0-") for version in (client, server))
    return {"client": client, "server": server, "version": 2 if agreed else None}


def _remote_version(text: str) -> str | None:
    match = REMOTE_VERSION.search(text)
    return f"SSH-{match[1]}-{match[2]}" if match else None


def _negotiated(text: str) -> dict[str, str | None]:
    """The outcome of the first key exchange, which OpenSSH's client and server log in the same words."""
    columns: dict[str, str | None] = {
        "kex_alg": _first(KEX, text),
        "host_key_alg": _first(HOST_KEY_ALGORITHM, text),
    }
    for way, words in (("c2s", "client->server"), ("s2c", "server->client")):
        pattern = rf"^kex: {words} cipher: (\S+) MAC: (\S+) compression: (\S+)"
        match = re.search(pattern, text, re.M)
        cipher, mac, compression = match.groups() if match else (None, None, None)
        columns[f"cipher_{way}"] = cipher
        columns[f"mac_{way}"] = mac.strip("<>") if mac else None
        columns[f"compression_{way}"] = compression
    return columns


def dropbear(text: str, resp_h: str, resp_p: int) -> Iterator[Label]:
    """Dropbear's server: addresses and authentication. It logs neither versions nor algorithms."""
    for session in re.split(r"^.*Child connection from ", text, flags=re.M)[1:]:
        orig_h, orig_p = re.match(r"(\S+):(\d+)", session).groups()
        failures = len(re.findall(r"Bad password attempt|Pubkey auth attempt with unknown", session))
        success = bool(re.search(r"\w+ auth succeeded", session))
        yield Label(
            orig_h=orig_h,
            orig_p=int(orig_p),
            resp_h=resp_h,
            resp_p=resp_p,
            auth_success=success if success or failures else None,
            auth_failures=failures,
        )


def uppity(text: str) -> Label:
    """PuTTY's test server with a packet log, over SSH-1: one connection. It does not log addresses."""
    tried = authentication.of_uppity(text) or []
    return Label(
        version=1,
        client=_first(re.compile(r"^Event Log: Remote version: (.*)$", re.M), text),
        server=_first(re.compile(r"^Event Log: We claim version: (.*)$", re.M), text),
        auth_success="success" in [reply for _, reply in tried] if tried else None,
        auth_failures=authentication.refused(tried),
        auth_methods_tried=tried,
        session=_session(OPENED_OVER_SSH1, text),
        agent_forwarding="SSH1_CMSG_AGENT_REQUEST_FORWARDING" in text,
        rekeys=0,
    )


def asyncssh_server(text: str) -> Label:
    """AsyncSSH at debug level 2, with the two lines that `peers/asyncssh_server.py` adds: one connection."""
    client = re.search(r"Received version (SSH-.*)", text)[1]
    server = re.search(r"Sending version (SSH-.*)", text)[1]
    resp_h, resp_p = re.search(r"^local address: (\S+) (\d+)", text, re.M).groups()
    orig_h, orig_p = re.search(r"^peer address: (\S+) (\d+)", text, re.M).groups()
    ways = {}
    for way, words in (("c2s", "Client to server"), ("s2c", "Server to client")):
        # "alg:" is what was agreed on, "algs:" what was offered.
        pattern = rf"{words}:\n.*Encryption alg: (\S+)\n.*MAC alg: (\S+)\n.*Compression alg: (\S+)"
        cipher, mac, compression = re.search(pattern, text).groups()
        if mac == cipher:  # how AsyncSSH says that the cipher authenticates by itself
            mac = "implicit"
        ways |= {f"cipher_{way}": cipher, f"mac_{way}": mac, f"compression_{way}": compression}
    return Label(
        orig_h=orig_h,
        orig_p=int(orig_p),
        resp_h=resp_h,
        resp_p=int(resp_p),
        **_versions(client, server),
        kex_alg=re.search(r"Key exchange alg: (\S+)", text)[1],
        host_key_alg=re.search(r"^host key algorithm: (\S+)", text, re.M)[1],
        auth_success=bool(re.search(r"Auth for user \S+ succeeded", text)),
        auth_failures=len(re.findall(r"^password refused", text, re.M)),
        **ways,
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1].strip() if match else None
