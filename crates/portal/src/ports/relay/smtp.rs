//! The relay as administrators have one: SMTP with STARTTLS or TLS, and authentication.

use std::time::Duration;

use futures_util::future::BoxFuture;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail as MailFrom, Rcpt, Rset},
    extension::{ClientId, Extension, MailBodyParameter, MailParameter},
};

use super::{Connection, Mail, Refusal, Relay};

/// How long the relay may take for each answer.
const MAX_RELAY_ANSWER_DURATION: Duration = Duration::from_secs(20);

/// How long it may take to connect, and again for a whole mail: together less than the outbox's lease.
const MAX_RELAY_EXCHANGE_DURATION: Duration = Duration::from_secs(25);

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for a relay on the same machine.
    None,
    /// By STARTTLS, which must succeed (RFC 3207).
    StartTls,
    /// From the first byte (RFC 8314).
    Tls,
}

/// Where the relay is and how it lets us in.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User and password, where it wants them.
    pub credentials: Option<(String, String)>,
    /// A certificate authority of the administrator's own, as PEM.
    pub authority: Option<Vec<u8>>,
    /// The address that mails come from.
    pub from: String,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// An SMTP relay.
#[derive(Clone)]
pub struct SmtpRelay {
    settings: SmtpSettings,
    tls: TlsParameters,
    from: lettre::Address,
}

impl SmtpRelay {
    /// A relay by these settings.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(pem) = &settings.authority {
            let authority = Certificate::from_pem(pem).map_err(|_| "the relay's CA file is not a PEM certificate")?;
            tls = tls.add_root_certificate(authority);
        }
        let tls = tls
            .build_rustls()
            .map_err(|error| format!("the relay's TLS settings do not work: {error}"))?;
        let from = settings
            .from
            .parse()
            .map_err(|_| "the address that mails come from is not an address")?;
        Ok(Self { settings, tls, from })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let implicit = (self.settings.tls == Tls::Tls).then(|| self.tls.clone());
        let server = (self.settings.host.as_str(), self.settings.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(MAX_RELAY_ANSWER_DURATION), &hello, implicit, None)
                .await?;
        if self.settings.tls == Tls::StartTls {
            connection.starttls(self.tls.clone(), &hello).await?;
        }
        if let Some((user, password)) = &self.settings.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await?;
        }
        Ok(connection)
    }
}

impl Relay for SmtpRelay {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Refusal>> {
        Box::pin(async move {
            match tokio::time::timeout(MAX_RELAY_EXCHANGE_DURATION, self.open()).await {
                Ok(Ok(connection)) => {
                    let from = self.from.clone();
                    Ok(Box::new(SmtpConnection { connection, from }) as Box<dyn Connection>)
                }
                Ok(Err(error)) => {
                    tracing::warn!(code = ?error.status(), tls = error.is_tls(), timeout = error.is_timeout(),
                        "the SMTP relay cannot be used");
                    Err(Refusal::Relay)
                }
                Err(_) => Err(Refusal::Relay),
            }
        })
    }

    fn sender(&self) -> &str {
        &self.settings.from
    }
}

struct SmtpConnection {
    connection: AsyncSmtpConnection,
    from: lettre::Address,
}

impl SmtpConnection {
    /// Hands one mail over, and leaves the connection ready for the next: a relay that refused `RCPT` or `DATA` is still
    /// in the middle of this one (RFC 5321 section 4.1.1.5).
    async fn hand_over(&mut self, mail: &Mail) -> Result<(), Refusal> {
        let handed_over = self.transact(mail).await;
        if let Err(Refusal::Address | Refusal::Mail) = handed_over {
            self.connection.command(Rset).await.map_err(|_| Refusal::Relay)?;
        }
        handed_over
    }

    /// Step by step, because what a refusal means depends on what it refuses: a 5xx to `RCPT` is about this address, to
    /// anything before it about us.
    async fn transact(&mut self, mail: &Mail) -> Result<(), Refusal> {
        let Ok(to) = mail.to.as_typed().parse::<lettre::Address>() else {
            return Err(Refusal::Address);
        };
        let international = !mail.to.as_typed().is_ascii();
        let mut parameters = Vec::new();
        if international {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Refusal::Address);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if self.connection.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let from = MailFrom::new(Some(self.from.clone()), parameters);
        self.connection
            .command(from)
            .await
            .map_err(|error| refusal(&error, Refusal::Relay))?;
        if let Err(error) = self.connection.command(Rcpt::new(to, vec![])).await {
            let answered = match error.is_permanent() {
                true => Refusal::Address,
                false => Refusal::Mail,
            };
            return Err(refusal(&error, answered));
        }
        self.connection
            .command(Data)
            .await
            .map_err(|error| refusal(&error, Refusal::Mail))?;
        let handed_over = match std::str::from_utf8(&mail.message) {
            Ok(message) => self.connection.command(InOnePiece(message)).await,
            Err(_) => self.connection.message(&mail.message).await,
        };
        handed_over.map_err(|error| refusal(&error, Refusal::Mail))?;
        Ok(())
    }
}

/// A mail with the dot that ends it (RFC 5321 section 4.5.2), for one write. lettre writes the two apart, and Nagle's
/// algorithm then holds the dot back until the relay acknowledges the rest, 40 ms later: measured, that bounds the outbox
/// to 21 mails a second.
struct InOnePiece<'a>(&'a str);

impl std::fmt::Display for InOnePiece<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.0.split_inclusive("\r\n") {
            f.write_str(if line.starts_with('.') { "." } else { "" })?;
            f.write_str(line)?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// What an error means where an answer of the relay would mean `answered`: without an answer, the connection is gone.
/// 421 announces that the relay closes it (RFC 5321 section 3.8).
fn refusal(error: &Error, answered: Refusal) -> Refusal {
    match error.status() {
        Some(code) if u16::from(code) != 421 => answered,
        _ => Refusal::Relay,
    }
}

impl Connection for SmtpConnection {
    fn send<'a>(&'a mut self, mail: &'a Mail) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            tokio::time::timeout(MAX_RELAY_EXCHANGE_DURATION, self.hand_over(mail))
                .await
                .unwrap_or(Err(Refusal::Relay))
        })
    }

    fn quit(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _ = tokio::time::timeout(MAX_RELAY_ANSWER_DURATION, self.connection.quit()).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::InOnePiece;

    #[test]
    fn a_line_that_begins_with_a_dot_does_not_end_a_mail() {
        assert_eq!(InOnePiece("a\r\n.\r\n..b\r\n").to_string(), "a\r\n..\r\n...b\r\n.\r\n");
        assert_eq!(InOnePiece(".a").to_string(), "..a\r\n.\r\n");
    }
}
