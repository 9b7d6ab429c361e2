#!/bin/sh
# sshesame, a honeypot in Go, which lets everyone in. Arguments: address, port, host key, then others that are not used.
. "$(dirname "$0")/daemon.sh"
folder=$(mktemp -d)
cat > "$folder/config.yaml" <<CONFIG
server:
  listen_address: $1:$2
  host_keys: [$3]
CONFIG
serve "$2" sshesame -config "$folder/config.yaml" -data_dir "$folder"
