#!/usr/bin/env escript
%% A server of Erlang's ssh. Arguments: address, port, host key, user, password, authorized key. It reads keys from
%% folders, under the names that OpenSSH gives them.

main([Address, Port, HostKey, User, Password, Authorized]) ->
    ok = ssh:start(),
    HostKeys = HostKey ++ ".system",
    UserKeys = HostKey ++ ".user",
    ok = filelib:ensure_dir(filename:join(HostKeys, "x")),
    ok = filelib:ensure_dir(filename:join(UserKeys, "x")),
    {ok, _} = file:copy(HostKey, filename:join(HostKeys, "ssh_host_ed25519_key")),
    {ok, _} = file:copy(Authorized, filename:join(UserKeys, "authorized_keys")),
    {ok, IP} = inet:parse_address(Address),
    Options = [
        {system_dir, HostKeys},
        {user_dir, UserKeys},
        {pwdfun, fun(Name, Given) -> Name =:= User andalso Given =:= Password end},
        {exec, {direct, fun(_) -> {ok, "hello\n"} end}}
    ],
    {ok, _} = ssh:daemon(IP, list_to_integer(Port), Options),
    io:format("listening~n"),
    receive stop -> ok end.
