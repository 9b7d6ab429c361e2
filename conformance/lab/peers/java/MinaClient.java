/** A session of Apache MINA SSHD. Arguments: host, port, user, command, then `password=…` and `key=FILE`, in order. */
import java.nio.file.Path;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;

public class MinaClient {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    public static void main(String[] arguments) throws Exception {
        SshClient client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.start();
        int port = Integer.parseInt(arguments[1]);
        try (ClientSession session = client.connect(arguments[2], arguments[0], port).verify(LIMIT).getSession()) {
            for (int at = 4; at < arguments.length; at++) {
                String[] setting = arguments[at].split("=", 2);
                if (setting[0].equals("key")) {
                    var keys = new FileKeyPairProvider(Path.of(setting[1])).loadKeys(session);
                    session.addPublicKeyIdentity(keys.iterator().next());
                } else {
                    session.addPasswordIdentity(setting[1]);
                }
            }
            session.auth().verify(LIMIT);
            if (!arguments[3].isEmpty()) {
                System.out.println(session.executeRemoteCommand(arguments[3]));
            }
        } finally {
            client.stop();
        }
    }
}
