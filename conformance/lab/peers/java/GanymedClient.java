/** A session of Ganymed. Arguments: host, port, user, command, then `password=…`, `key=…` and `none=` in order. */
import ch.ethz.ssh2.Connection;
import ch.ethz.ssh2.Session;
import java.io.File;

public class GanymedClient {
    public static void main(String[] arguments) throws Exception {
        String user = arguments[2];
        Connection connection = new Connection(arguments[0], Integer.parseInt(arguments[1]));
        connection.connect();
        boolean accepted = false;
        for (int at = 4; at < arguments.length && !accepted; at++) {
            String[] setting = arguments[at].split("=", 2);
            accepted = switch (setting[0]) {
                case "none" -> connection.authenticateWithNone(user);
                case "key" -> connection.authenticateWithPublicKey(user, new File(setting[1]), null);
                case "keyboard" -> connection.authenticateWithKeyboardInteractive(user,
                        (name, instruction, prompts, prompt, echo) -> {
                            String[] answers = new String[prompts];
                            java.util.Arrays.fill(answers, setting[1]);
                            return answers;
                        });
                default -> connection.authenticateWithPassword(user, setting[1]);
            };
            System.out.println(setting[0] + " " + accepted);
        }
        if (accepted && !arguments[3].isEmpty()) {
            Session session = connection.openSession();
            session.execCommand(arguments[3]);
            session.getStdout().readAllBytes();
            session.close();
        }
        connection.close();
    }
}
