#!/bin/sh
# ProFTPD with mod_sftp, of the release in the folder ROOT if it is set. Arguments: address, port, host key, user, password, authorized key.
. "$(dirname "$0")/daemon.sh"
folder=$(mktemp -d)
chmod 755 "$folder"
ssh-keygen -e -f "$6" > "$folder/authorized"
cp "$3" "$folder/host-key"
chmod 600 "$folder/host-key"
cat > "$folder/proftpd.conf" <<CONFIG
LoadModule mod_sftp.c
LoadModule mod_sftp_pam.c
ServerType standalone
DefaultAddress $1
Port $2
User nobody
Group nogroup
UseReverseDNS off
RequireValidShell off
AuthOrder mod_auth_unix.c
ScoreboardFile $folder/scoreboard
PidFile $folder/pid
SFTPEngine on
SFTPLog $folder/sftp.log
SFTPHostKey $folder/host-key
SFTPAuthorizedUserKeys file:$folder/authorized
CONFIG
serve "$2" ${ROOT:+chroot "$ROOT"} proftpd -n -c "$folder/proftpd.conf"
