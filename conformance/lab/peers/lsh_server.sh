#!/bin/sh
# lsh's server. Arguments: address, port, host key (not used: it makes its own), user, password, authorized key.
. "$(dirname "$0")/daemon.sh"
folder=$(mktemp -d)
export HOME="$folder" LSH_YARROW_SEED_FILE="$folder/seed"
(umask 077 && head -c 32 /dev/urandom > "$folder/seed" && mkdir "$folder/.lsh" && cp "$folder/seed" "$folder/.lsh/yarrow-seed-file")
lsh-keygen | lsh-writekey -c none -o "$folder/host-key"
serve "$2" lshd --host-key="$folder/host-key" --interface="$1" -p "$2" --no-tcpwrappers
