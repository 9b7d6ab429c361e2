//! Options from a file: TOML, with the names of the options as keys. What stands before the first table is for every command
//! that has such an option; a table with the name of a command is for that one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::{Table, Value};

use crate::likeness::{hint, most_like};

/// A file of options that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read {}: {error}", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{}: {error}", path.display())]
    NoToml { path: PathBuf, error: toml::de::Error },
    #[error("{}: there is no option {key:?}{}", path.display(), hint(.like.as_deref()))]
    UnknownKey { path: PathBuf, key: String, like: Option<String> },
    #[error("{}: {key} takes {wants}", path.display())]
    WrongType { path: PathBuf, key: String, wants: &'static str },
}

/// The arguments, and behind them the options of the file that they name with `--config`. An option on the command line counts
/// more than one of the same name, or one that goes not with it, in the file.
pub(crate) fn complete(
    command: &Command,
    mut arguments: Vec<OsString>,
) -> Result<Vec<OsString>, ConfigError> {
    // Where arguments are wrong it is said later, with all of them.
    let Ok(matches) = command.clone().ignore_errors(true).try_get_matches_from(&arguments) else {
        return Ok(arguments);
    };
    let Some((name, matches)) = matches.subcommand() else { return Ok(arguments) };
    let Some(path) = matches.get_one::<PathBuf>("config") else { return Ok(arguments) };
    let file = File { path, command, table: read(path)? };
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let options = file.options(name, matches)?;
    arguments.splice(end..end, options.into_iter().map(OsString::from));
    Ok(arguments)
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
    text.parse().map_err(|error| ConfigError::NoToml { path: path.to_owned(), error })
}

struct File<'f> {
    path: &'f Path,
    command: &'f Command,
    table: Table,
}

impl File<'_> {
    /// The options for the command of that name, as they would be typed.
    fn options(&self, name: &str, matches: &ArgMatches) -> Result<Vec<String>, ConfigError> {
        let mut options = Vec::new();
        let own = self.command.find_subcommand(name);
        let of_command = self.table.get(name).and_then(Value::as_table);
        for (key, value) in &self.table {
            if let (Value::Table(table), Some(command)) = (value, self.command.find_subcommand(key)) {
                for (key, value) in table {
                    let option = option(command, key).ok_or_else(|| self.unknown(key, [command]))?;
                    if command.get_name() == name && free(command, option, matches) {
                        self.add(option, key, value, &mut options)?;
                    }
                }
                continue;
            }
            if !self.command.get_subcommands().any(|command| option(command, key).is_some()) {
                return Err(self.unknown(key, self.command.get_subcommands()));
            }
            let said_again = of_command.is_some_and(|table| table.contains_key(key));
            if let Some(command) = own
                && let Some(option) = option(command, key)
                && !said_again
                && free(command, option, matches)
            {
                self.add(option, key, value, &mut options)?;
            }
        }
        Ok(options)
    }

    /// Adds an option with its value or values.
    fn add(
        &self,
        option: &Arg,
        key: &str,
        value: &Value,
        options: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let wrong = |wants| ConfigError::WrongType { path: self.path.to_owned(), key: key.to_owned(), wants };
        if matches!(option.get_action(), ArgAction::SetTrue) {
            if value.as_bool().ok_or_else(|| wrong("true or false"))? {
                options.push(format!("--{key}"));
            }
            return Ok(());
        }
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        if values.len() > 1 && !matches!(option.get_action(), ArgAction::Append) {
            return Err(wrong("one value"));
        }
        for value in values {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
                _ => return Err(wrong("a text or a number")),
            };
            options.push(format!("--{key}={text}"));
        }
        Ok(())
    }

    fn unknown<'c>(&self, key: &str, commands: impl IntoIterator<Item = &'c Command>) -> ConfigError {
        let commands: Vec<_> = commands.into_iter().collect();
        let names = commands.iter().flat_map(|command| command.get_arguments().filter_map(Arg::get_long));
        let like = most_like(key, names).map(str::to_owned);
        ConfigError::UnknownKey { path: self.path.to_owned(), key: key.to_owned(), like }
    }
}

/// The command's option of that name.
fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    command
        .get_arguments()
        .find(|option| option.get_long() == Some(name) && !["help", "version", "config"].contains(&name))
}

/// Whether neither the option nor one that does not go with it is on the command line.
fn free(command: &Command, option: &Arg, matches: &ArgMatches) -> bool {
    let is_typed = |other: &&Arg| {
        let id = other.get_id().as_str();
        matches.try_contains_id(id).unwrap_or(false)
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let excludes = |other: &Arg| {
        let mut excluded = command.get_arg_conflicts_with(other).into_iter();
        other.get_id() == option.get_id() || excluded.any(|excluded| excluded.get_id() == option.get_id())
    };
    !command.get_arguments().filter(is_typed).any(excludes)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Args;

    /// The options that the command line gets of a file with that text.
    fn added(text: &str, typed: &[&str]) -> Result<Vec<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap();
        let mut arguments: Vec<OsString> = vec!["kexray".into()];
        arguments.extend(typed.iter().map(OsString::from));
        arguments.extend(["--config".into(), path.into()]);
        let count = arguments.len();
        let all =
            complete(&Args::command(), arguments).map_err(|error| error.to_string().replace(path, "FILE"))?;
        Ok(all[count..].iter().map(|argument| argument.to_str().unwrap().to_owned()).collect())
    }

    #[test]
    fn options_have_the_names_of_flags() {
        let file = "auth = 'dialogue'\nstats = true\nquiet = false\nmax-flows = 7\n\
                    [read]\nlocal = ['10.0.0.0/8', '::/0']\nfields = '+hassh'\n[events]\nauth = 'classic'\n";
        let sorted = |typed: &[&str]| {
            let mut options = added(file, typed).unwrap();
            options.sort();
            options
        };
        assert_eq!(
            sorted(&["read", "x.pcap"]),
            [
                "--auth=dialogue",
                "--fields=+hassh",
                "--local=10.0.0.0/8",
                "--local=::/0",
                "--max-flows=7",
                "--stats"
            ]
        );
        assert_eq!(sorted(&["events", "x.pcap"]), ["--auth=classic", "--max-flows=7", "--stats"]);
    }

    #[test]
    fn what_is_typed_counts_more() {
        let file = "auth = 'dialogue'\nquiet = true\n[read]\nformat = 'json'\n";
        assert_eq!(added(file, &["read", "x", "--auth", "classic", "-q"]).unwrap(), ["--format=json"]);
        assert_eq!(added(file, &["read", "x", "-f", "zeek"]).unwrap(), ["--auth=dialogue", "--quiet"]);
        assert_eq!(added(file, &["read", "x", "--explain", "C1"]).unwrap(), ["--auth=dialogue", "--quiet"]);
    }

    #[test]
    fn mistakes_are_told() {
        let mistake = |file| added(file, &["read", "x"]).unwrap_err();
        assert_eq!(
            mistake("fromat = 'json'"),
            "FILE: there is no option \"fromat\", did you mean \"format\"?"
        );
        assert_eq!(mistake("[events]\nformat = 'json'"), "FILE: there is no option \"format\"");
        assert_eq!(mistake("config = 'other'"), "FILE: there is no option \"config\"");
        assert_eq!(mistake("quiet = 'yes'"), "FILE: quiet takes true or false");
        assert_eq!(mistake("seed = ['1', '2']"), "FILE: seed takes one value");
        assert_eq!(mistake("seed = 1.5"), "FILE: seed takes a text or a number");
        assert!(mistake("seed =").starts_with("FILE: TOML parse error at line 1"));
    }
}
