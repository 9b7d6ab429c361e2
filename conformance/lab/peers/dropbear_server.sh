#!/bin/sh
# Dropbear's server, of the release in the folder ROOT if it is set. Arguments: address, port, host key (not used: it makes
# its own), user, password (the system's), authorized key.
. "$(dirname "$0")/daemon.sh"
folder=$(mktemp -d)
home=$(getent passwd "$4" | cut -d: -f6)
mkdir -p "$home/.ssh"
cp "$6" "$home/.ssh/authorized_keys"
chown -R "$4:$4" "$home/.ssh"
chmod 700 "$home/.ssh"
${ROOT:+chroot "$ROOT"} dropbearkey -t ed25519 -f "$folder/host-key"
serve "$2" ${ROOT:+chroot "$ROOT"} dropbear -F -E -m -r "$folder/host-key" -p "$1:$2" -P "$folder/pid"
