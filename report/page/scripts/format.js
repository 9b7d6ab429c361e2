// Numbers, times and names as they are shown.

const number = (value) => value.toLocaleString("en");
const percent = (part, whole) => (whole === 0 ? "–" : `${Math.round((100 * part) / whole)} %`);
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

/** A time in microseconds since the epoch, to the second, UTC. */
const time = (micros) => new Date(micros / 1000).toISOString().slice(0, 19).replace("T", " ");

/** A step of time, by its length in seconds. */
function length(seconds) {
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [unit, name] = units.find(([unit]) => seconds % unit === 0);
  const count = seconds / unit;
  return count === 1 ? `a ${name}`.replace("a hour", "an hour") : `${count} ${name}s`;
}

/** Microseconds since the beginning of a session. */
const after = (micros) => `${(micros / 1e6).toFixed(6)} s`;

const all = (outcomes) => outcomes.success + outcomes.failure + outcomes.unknown;

const OUTCOMES = {
  success: { title: "login succeeded", badge: "succeeded" },
  failure: { title: "login failed", badge: "failed" },
  unknown: { title: "not known", badge: "" },
};
const outcomeBadge = (outcome) =>
  make("span", { class: `badge ${OUTCOMES[outcome].badge}` }, OUTCOMES[outcome].title);

/** A name as words. */
const words = (name) => name.replace(/^SSH::/, "").replaceAll("_", " ").toLowerCase();

/** An identification line without what all have in front. */
const software = (line) => (line ?? "no identification").replace(/^SSH-2\.0-/, "");

const KINDS = {
  clear: "in clear",
  transport: "transport",
  request: "request to log in",
  dialogue: "asked and answered",
  refused: "refused",
  granted: "logged in",
  connection: "channels",
  data: "data",
  ciphertext: "ciphertext",
};

const EVIDENCE = {
  clear: "read in clear",
  exact: "certain: lengths are in clear",
  aligned: "certain: no other reading fits",
  heuristic: "likely: other readings fit",
};

const MESSAGES = {
  ssh_client_version: "identification",
  ssh_server_version: "identification",
  ssh_server_pre_banner_data: "text before the identification",
  ssh_capabilities: "offer (KEXINIT)",
  ssh2_server_host_key: "host key",
  ssh1_server_host_key: "host key",
  ssh_server_host_key: "host key, MD5",
  ssh_server_host_key_fingerprint: "host key, SHA-256",
  ssh2_dh_server_params: "group",
  ssh2_dh_gex_init: "Diffie-Hellman value",
  ssh2_ecc_init: "begin of the exchange",
  ssh2_ecc_key: "ephemeral public key",
  ssh2_gss_init: "GSS-API token",
  ssh2_gss_error: "GSS-API error",
  ssh2_rsa_secret: "encrypted secret",
};
