# A session of Ruby's net-ssh. Arguments: host, port, user, command, then `password=…` and `key=…`.
require "logger"
require "net/ssh"

host, port, user, command, *settings = ARGV
values = settings.map { |setting| setting.split("=", 2) }
keys = values.select { |name, _| name == "key" }.map(&:last)
passwords = values.select { |name, _| name == "password" }.map(&:last)

# Gives the next password each time it is asked.
class Answers < Net::SSH::Prompt
  def initialize(passwords)
    @passwords = passwords
  end

  def start(_info)
    self
  end

  def ask(_prompt, _echo = true)
    @passwords.shift
  end

  def success; end
end

options = {
  port: port.to_i, keys: keys, keys_only: true, config: false, use_agent: false, verify_host_key: :never, timeout: 20,
  logger: Logger.new($stdout), password: passwords.shift, password_prompt: Answers.new(passwords),
  number_of_password_prompts: passwords.length, auth_methods: %w[none publickey password]
}
options[:non_interactive] = passwords.empty?
Net::SSH.start(host, user, options) { |session| puts session.exec!(command) unless command.empty? }
