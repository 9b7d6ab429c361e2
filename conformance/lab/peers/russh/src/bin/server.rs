//! A server of russh. Arguments: address, port, host key, user, password, authorized key.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use russh::keys::{PublicKey, load_public_key, load_secret_key};
use russh::server::{
    self, Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Response, Server as _, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId};

#[derive(Clone)]
struct Peer {
    user: String,
    password: String,
    known: PublicKey,
}

impl Peer {
    fn decide(accepted: bool) -> Auth {
        if accepted { Auth::Accept } else { Auth::reject() }
    }
}

impl server::Server for Peer {
    type Handler = Self;

    fn new_client(&mut self, _peer: Option<std::net::SocketAddr>) -> Self {
        self.clone()
    }
}

impl server::Handler for Peer {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(Self::decide(user == self.user && password == self.password))
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(Self::decide(user == self.user && offer.public_key.key_data() == self.known.key_data()))
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(Self::decide(user == self.user && key.public_key.key_data() == self.known.key_data()))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(mut answers) = response else {
            let prompts = vec![("Password: ".into(), false)].into();
            return Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts });
        };
        let right = answers.next().is_some_and(|answer| answer.as_ref() == self.password.as_bytes());
        Ok(Self::decide(right && user == self.user))
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        session.data(channel, b"hello\n".to_vec())?;
        session.exit_status_request(channel, 0)?;
        session.eof(channel)?;
        session.close(channel)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    env_logger::builder().filter_level(log::LevelFilter::Debug).init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, port, host_key, user, password, authorized] = &arguments[..] else {
        anyhow::bail!("arguments")
    };
    let config = server::Config {
        keys: vec![load_secret_key(host_key, None)?],
        auth_rejection_time: Duration::from_millis(300),
        auth_rejection_time_initial: Some(Duration::ZERO),
        ..server::Config::default()
    };
    let known = load_public_key(authorized)?;
    let mut peer = Peer { user: user.clone(), password: password.clone(), known };
    let socket = tokio::net::TcpListener::bind((address.as_str(), port.parse()?)).await?;
    println!("listening");
    peer.run_on_socket(Arc::new(config), &socket).await?;
    Ok(())
}
