#!/bin/sh
# curl lists a folder over SFTP, with libssh2. Arguments: host, port, user, command (not used), then one `password=…` or
# `key=FILE`.
host=$1 port=$2 user=$3
case $5 in
    key=*) set -- --key "${5#key=}" --pubkey "${5#key=}.pub" -u "$user:" ;;
    *) set -- -u "$user:${5#password=}" ;;
esac
exec curl -sS -k "$@" "sftp://$host:$port/"
