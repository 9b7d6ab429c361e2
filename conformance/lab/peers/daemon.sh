# Sourced: runs a server that does not say when it is ready, and says so. Arguments: port, command.
serve() {
    port=$1
    shift
    "$@" &
    server=$!
    trap 'kill "$server"; wait "$server"; exit' TERM
    until ss -Hltn "sport = :$port" | grep -q .; do
        kill -0 "$server" || exit 1
        sleep 0.05
    done
    echo listening
    wait "$server"
}
