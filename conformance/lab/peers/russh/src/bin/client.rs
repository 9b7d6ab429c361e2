//! A session of russh. Arguments: host, port, user, command, then `none=`, `password=…`, `key=…`, `keyboard=…` in order.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use russh::client::{self, AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::{PrivateKeyWithHashAlg, load_secret_key};

struct Trusting;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _key: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    env_logger::builder().filter_level(log::LevelFilter::Debug).init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, user, command, settings @ ..] = &arguments[..] else { anyhow::bail!("arguments") };
    let config = Arc::new(client::Config::default());
    let mut session = client::connect(config, (host.as_str(), port.parse()?), Trusting).await?;
    for setting in settings {
        let (name, value) = setting.split_once('=').context("a setting has a value")?;
        let accepted = attempt(&mut session, user, name, value).await?;
        println!("{name} {accepted}");
        if accepted {
            run(&session, command).await?;
            break;
        }
    }
    session.disconnect(russh::Disconnect::ByApplication, "", "en").await?;
    Ok(())
}

async fn attempt(
    session: &mut client::Handle<Trusting>,
    user: &str,
    name: &str,
    value: &str,
) -> Result<bool> {
    let result: AuthResult = match name {
        "none" => session.authenticate_none(user).await?,
        "key" => {
            let key = Arc::new(load_secret_key(value, None)?);
            let hash = session.best_supported_rsa_hash().await?.flatten();
            session.authenticate_publickey(user, PrivateKeyWithHashAlg::new(key, hash)).await?
        }
        "keyboard" => {
            let mut state = session.authenticate_keyboard_interactive_start(user, None).await?;
            while let KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } = state {
                let answers = prompts.iter().map(|_| value.to_owned()).collect();
                state = session.authenticate_keyboard_interactive_respond(answers).await?;
            }
            return Ok(matches!(state, KeyboardInteractiveAuthResponse::Success));
        }
        _ => session.authenticate_password(user, value).await?,
    };
    Ok(result.success())
}

async fn run(session: &client::Handle<Trusting>, command: &str) -> Result<()> {
    if !command.is_empty() {
        let mut channel = session.channel_open_session().await?;
        channel.exec(true, command).await?;
        while let Some(message) = channel.wait().await {
            println!("{message:?}");
        }
    }
    Ok(())
}
