/** A session of JSch. Arguments: host, port, user, command, then `password=…` and `key=…`; one of each is used. */
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Logger;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.UIKeyboardInteractive;
import com.jcraft.jsch.UserInfo;
import java.util.ArrayDeque;
import java.util.Queue;

public class JschClient {
    public static void main(String[] arguments) throws Exception {
        JSch.setLogger(new Logger() {
            public boolean isEnabled(int level) { return true; }
            public void log(int level, String message) { System.out.println(message); }
        });
        JSch jsch = new JSch();
        Queue<String> passwords = new ArrayDeque<>();
        for (int at = 4; at < arguments.length; at++) {
            String[] setting = arguments[at].split("=", 2);
            if (setting[0].equals("key")) jsch.addIdentity(setting[1]);
            else passwords.add(setting[1]);
        }
        Session session = jsch.getSession(arguments[2], arguments[0], Integer.parseInt(arguments[1]));
        session.setConfig("StrictHostKeyChecking", "no");
        session.setUserInfo(new Asked(passwords));
        session.connect(10000);
        if (!arguments[3].isEmpty()) {
            ChannelExec channel = (ChannelExec) session.openChannel("exec");
            channel.setCommand(arguments[3]);
            channel.setInputStream(null);
            java.io.InputStream output = channel.getInputStream();
            channel.connect();
            output.readAllBytes();
            channel.disconnect();
        }
        session.disconnect();
    }

    /** Gives one password each time it is asked. */
    static class Asked implements UserInfo, UIKeyboardInteractive {
        private final Queue<String> passwords;

        Asked(Queue<String> passwords) { this.passwords = passwords; }

        public String getPassphrase() { return null; }
        public String getPassword() { return passwords.poll(); }
        public boolean promptPassword(String message) { return !passwords.isEmpty(); }
        public boolean promptPassphrase(String message) { return false; }
        public boolean promptYesNo(String message) { return true; }
        public void showMessage(String message) { }
        public String[] promptKeyboardInteractive(
                String destination, String name, String instruction, String[] prompt, boolean[] echo) {
            return prompt.length == 0 ? new String[0] : passwords.isEmpty() ? null : new String[] {passwords.poll()};
        }
    }
}
