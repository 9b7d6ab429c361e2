/**
 * A server of Apache MINA SSHD. Arguments: address, port, host key (not used: it makes its own), user, password,
 * authorized key.
 */
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;

public class MinaServer {
    public static void main(String[] arguments) throws Exception {
        String user = arguments[3];
        String password = arguments[4];
        String known = Files.readString(Path.of(arguments[5]));
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost(arguments[0]);
        server.setPort(Integer.parseInt(arguments[1]));
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPasswordAuthenticator(
                (name, given, session) -> name.equals(user) && given.equals(password));
        server.setPublickeyAuthenticator(
                (name, key, session) -> name.equals(user) && known.startsWith(PublicKeyEntry.toString(key)));
        server.setCommandFactory(new ProcessShellCommandFactory());
        server.start();
        System.out.println("listening");
        Thread.sleep(Long.MAX_VALUE);
    }
}
