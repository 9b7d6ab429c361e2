/* A server of libssh, one process for each connection. Arguments: address, port, host key, user, password, authorized
 * key. It answers any command with a greeting. */
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *user, *password;
static ssh_key known;

static int permitted(ssh_message message)
{
    const char *name = ssh_message_auth_user(message);
    if (name == NULL || strcmp(name, user) != 0)
        return 0;
    switch (ssh_message_subtype(message)) {
    case SSH_AUTH_METHOD_PASSWORD:
        return strcmp(ssh_message_auth_password(message), password) == 0;
    case SSH_AUTH_METHOD_PUBLICKEY:
        return ssh_key_cmp(ssh_message_auth_pubkey(message), known, SSH_KEY_CMP_PUBLIC) == 0;
    default:
        return 0;
    }
}

static void refuse(ssh_message message)
{
    int methods = SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_INTERACTIVE;
    ssh_message_auth_set_methods(message, methods);
    ssh_message_reply_default(message);
}

/* Whether authentication is over, with success. */
static int authenticate(ssh_session session, ssh_message message)
{
    if (ssh_message_subtype(message) == SSH_AUTH_METHOD_INTERACTIVE) {
        if (!ssh_message_auth_kbdint_is_response(message)) {
            const char *prompts[] = {"Password: "};
            char echo[] = {0};
            ssh_message_auth_interactive_request(message, "", "", 1, prompts, echo);
            return 0;
        }
        const char *answer = ssh_userauth_kbdint_getanswer(session, 0);
        if (answer != NULL && strcmp(answer, password) == 0) {
            ssh_message_auth_reply_success(message, 0);
            return 1;
        }
    } else if (permitted(message)) {
        if (ssh_message_subtype(message) == SSH_AUTH_METHOD_PUBLICKEY
            && ssh_message_auth_publickey_state(message) == SSH_PUBLICKEY_STATE_NONE) {
            ssh_message_auth_reply_pk_ok_simple(message);
            return 0;
        }
        ssh_message_auth_reply_success(message, 0);
        return 1;
    }
    refuse(message);
    return 0;
}

static void serve(ssh_session session)
{
    ssh_channel channel = NULL;
    ssh_message message;
    if (ssh_handle_key_exchange(session) != SSH_OK)
        return;
    while ((message = ssh_message_get(session)) != NULL) {
        switch (ssh_message_type(message)) {
        case SSH_REQUEST_AUTH:
            authenticate(session, message);
            break;
        case SSH_REQUEST_CHANNEL_OPEN:
            channel = ssh_message_channel_request_open_reply_accept(message);
            break;
        case SSH_REQUEST_CHANNEL:
            if (channel != NULL && ssh_message_subtype(message) == SSH_CHANNEL_REQUEST_EXEC) {
                ssh_message_channel_request_reply_success(message);
                ssh_channel_write(channel, "hello\n", 6);
                ssh_channel_request_send_exit_status(channel, 0);
                ssh_channel_send_eof(channel);
                ssh_channel_close(channel);
                break;
            }
            /* fall through */
        default:
            ssh_message_reply_default(message);
        }
        ssh_message_free(message);
    }
}

int main(int count, char **arguments)
{
    if (count < 7)
        return 2;
    user = arguments[4];
    password = arguments[5];
    ssh_bind listener = ssh_bind_new();
    ssh_bind_options_set(listener, SSH_BIND_OPTIONS_BINDADDR, arguments[1]);
    ssh_bind_options_set(listener, SSH_BIND_OPTIONS_BINDPORT_STR, arguments[2]);
    ssh_bind_options_set(listener, SSH_BIND_OPTIONS_HOSTKEY, arguments[3]);
    if (ssh_pki_import_pubkey_file(arguments[6], &known) != SSH_OK || ssh_bind_listen(listener) != SSH_OK) {
        fprintf(stderr, "%s\n", ssh_get_error(listener));
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    puts("listening");
    fflush(stdout);
    for (;;) {
        ssh_session session = ssh_new();
        if (ssh_bind_accept(listener, session) == SSH_OK && fork() == 0) {
            serve(session);
            ssh_disconnect(session);
            exit(0);
        }
        close(ssh_get_fd(session));
        ssh_free(session);
    }
}
