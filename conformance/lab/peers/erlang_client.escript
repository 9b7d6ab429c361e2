#!/usr/bin/env escript
%% A session of Erlang's ssh. Arguments: host, port, user, command, then `password=…` or `key=FOLDER`, which holds keys
%% under the names that OpenSSH gives them.

main([Host, Port, User, Command | Settings]) ->
    ok = ssh:start(),
    Options = [setting(string:split(Setting, "=")) || Setting <- Settings],
    Always = [{user, User}, {silently_accept_hosts, true}, {user_interaction, false}, {save_accepted_host, false}],
    Folder = [{user_dir, "."} || not lists:keymember(user_dir, 1, Options)],
    case ssh:connect(Host, list_to_integer(Port), Always ++ Folder ++ Options, 20000) of
        {ok, Connection} ->
            Command =:= "" orelse run(Connection, Command),
            ssh:close(Connection);
        {error, Reason} ->
            io:format("~p~n", [Reason])
    end.

setting(["password", Password]) -> {password, Password};
setting(["key", Folder]) -> {user_dir, Folder}.

run(Connection, Command) ->
    {ok, Channel} = ssh_connection:session_channel(Connection, 5000),
    success = ssh_connection:exec(Connection, Channel, Command, 5000),
    wait(Channel).

wait(Channel) ->
    receive
        {ssh_cm, _, {closed, Channel}} -> ok;
        {ssh_cm, _, Message} -> io:format("~p~n", [Message]), wait(Channel)
    after 5000 -> ok
    end.
