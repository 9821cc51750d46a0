//! The relay: a real mail system, and one that misbehaves.

use std::sync::{Arc, Mutex};

use portal::ports::relay::{Mail, Refusal, Relay as _, SmtpRelay, SmtpSettings, Tls};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

fn mail(to: &str) -> Mail {
    Mail {
        to: to.parse().unwrap(),
        message: b"Subject: x\r\n\r\n.\r\nhello\r\n".to_vec(),
    }
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        credentials: None,
        authority: None,
        from: "portal@example.test".into(),
    }
}

async fn send(settings: SmtpSettings, to: &str) -> Result<(), Refusal> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let relay = SmtpRelay::new(settings).unwrap();
    let mut connection = relay.connect().await?;
    let sent = connection.send(&mail(to)).await;
    connection.quit().await;
    sent
}

#[tokio::test]
async fn real_postfix_takes_mail_in_each_protected_way() {
    let env = |name: &str| std::env::var(format!("RESTANTE_TEST_{name}")).expect("see tools/with-parts");
    let port = |name: &str| env(name).parse().unwrap();
    let authority = std::fs::read(env("MAIL_CA")).unwrap();
    let credentials = Some((env("MAIL_USER"), env("MAIL_PASSWORD")));
    assert_eq!(send(settings(port("SMTP_PORT")), "anna@example.test").await, Ok(()));
    for (port, tls) in [(port("SUBMISSION_PORT"), Tls::StartTls), (port("SMTPS_PORT"), Tls::Tls)] {
        let right = SmtpSettings {
            tls,
            credentials: credentials.clone(),
            authority: Some(authority.clone()),
            host: "localhost".into(),
            ..settings(port)
        };
        assert_eq!(send(right.clone(), "anna@example.test").await, Ok(()), "{tls:?}");
        let stranger = SmtpSettings {
            authority: None,
            ..right.clone()
        };
        assert_eq!(
            send(stranger, "anna@example.test").await,
            Err(Refusal::Relay),
            "a certificate of nobody we know"
        );
        let wrong = Some((env("MAIL_USER"), "wrong".to_owned()));
        assert_eq!(
            send(
                SmtpSettings {
                    credentials: wrong,
                    ..right
                },
                "anna@example.test"
            )
            .await,
            Err(Refusal::Relay)
        );
    }
    let no_tls = SmtpSettings {
        credentials,
        ..settings(port("SUBMISSION_PORT"))
    };
    assert_eq!(
        send(no_tls, "anna@example.test").await,
        Err(Refusal::Relay),
        "the relay insists on TLS"
    );
}

/// What a relay answers to what begins so.
type Replies = &'static [(&'static str, &'static str)];

/// A relay that answers each command as `replies` say, and takes everything else, one mail after the other: `MAIL` in the
/// middle of one is refused. `DATA` is asked as `DATA` and its recipient. Its address, and what it was told.
async fn relay_that(replies: Replies) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = Arc::new(Mutex::new(Vec::new()));
    let commands = told.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let commands = commands.clone();
            tokio::spawn(async move { talk(stream, replies, &commands).await });
        }
    });
    (port, told)
}

async fn talk(stream: tokio::net::TcpStream, replies: &[(&str, &str)], told: &Mutex<Vec<String>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let reply = |command: &str, usual: &'static str| {
        replies
            .iter()
            .find(|(start, _)| command.starts_with(start))
            .map_or(usual, |(_, reply)| *reply)
            .to_owned()
    };
    let mut said = reply("<connect>", "220 relay");
    let (mut in_data, mut recipient) = (false, None);
    loop {
        match said.as_str() {
            "<close>" => return None,
            "<silence>" => std::future::pending::<()>().await,
            "" => {}
            said => write.write_all(format!("{said}\r\n").as_bytes()).await.ok()?,
        }
        let line = lines.next_line().await.ok()??;
        if in_data {
            in_data = line != ".";
            said = if in_data {
                String::new()
            } else {
                reply("<message>", "250 taken")
            };
            continue;
        }
        told.lock().unwrap().push(line.clone());
        said = match line.split(' ').next()? {
            "EHLO" => reply("EHLO", "250-relay\r\n250 8BITMIME"),
            "MAIL" if recipient.is_some() => "503 one mail after the other".to_owned(),
            "DATA" => reply(&format!("DATA {}", recipient.as_deref()?), "354 go on"),
            "QUIT" => reply("QUIT", "221 bye"),
            _ => reply(&line, "250 fine"),
        };
        in_data = said.starts_with("354");
        match line.split(' ').next()? {
            "MAIL" if said.starts_with("250") => recipient = Some(String::new()),
            "RCPT" if said.starts_with("250") => recipient = Some(line.strip_prefix("RCPT TO:")?.to_owned()),
            "RSET" => recipient = None,
            _ if in_data => recipient = None,
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_a_refusal_means_depends_on_what_is_refused() {
    let cases: [(Replies, Result<(), Refusal>); 12] = [
        (&[], Ok(())),
        (&[("<connect>", "554 not you")], Err(Refusal::Relay)),
        (&[("<connect>", "421 later")], Err(Refusal::Relay)),
        (&[("<connect>", "<close>")], Err(Refusal::Relay)),
        (&[("MAIL", "550 not from there")], Err(Refusal::Relay)),
        (&[("RCPT", "550 no such person")], Err(Refusal::Address)),
        (&[("RCPT", "450 come back later")], Err(Refusal::Mail)),
        (&[("RCPT", "421 shutting down")], Err(Refusal::Relay)),
        (&[("RCPT", "<close>")], Err(Refusal::Relay)),
        (&[("DATA", "554 no")], Err(Refusal::Mail)),
        (&[("<message>", "552 too much")], Err(Refusal::Mail)),
        (&[("<message>", "<close>")], Err(Refusal::Relay)),
    ];
    for (replies, expected) in cases {
        let (port, _) = relay_that(replies).await;
        assert_eq!(send(settings(port), "anna@example.test").await, expected, "{replies:?}");
    }
    // Nobody listens there any more.
    let port = TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert_eq!(send(settings(port), "anna@example.test").await, Err(Refusal::Relay));
}

#[tokio::test(start_paused = true)]
async fn a_relay_that_falls_silent_is_given_up() {
    for silent in [
        &[("<connect>", "<silence>")][..],
        &[("RCPT", "<silence>")],
        &[("<message>", "<silence>")],
    ] {
        let silent: Replies = silent;
        let (port, _) = relay_that(silent).await;
        assert_eq!(
            send(settings(port), "anna@example.test").await,
            Err(Refusal::Relay),
            "{silent:?}"
        );
    }
}

#[tokio::test]
async fn one_connection_takes_the_next_mail_after_a_refusal() {
    let cases: [(Replies, Refusal); 4] = [
        (&[("RCPT TO:<ben@", "550 no such person")], Refusal::Address),
        (&[("RCPT TO:<ben@", "450 come back later")], Refusal::Mail),
        (&[("DATA <ben@", "554 not this one")], Refusal::Mail),
        (&[("DATA <ben@", "451 not now")], Refusal::Mail),
    ];
    for (replies, refused) in cases {
        let (port, told) = relay_that(replies).await;
        let relay = SmtpRelay::new(settings(port)).unwrap();
        let mut connection = relay.connect().await.unwrap();
        let sent = connection.send(&mail("ben@example.test")).await;
        assert_eq!(sent, Err(refused), "{replies:?}");
        assert_eq!(connection.send(&mail("anna@example.test")).await, Ok(()), "{replies:?}");
        connection.quit().await;
        let told = told.lock().unwrap();
        assert_eq!(told.iter().filter(|line| line.starts_with("EHLO")).count(), 1);
    }
}

#[tokio::test]
async fn starttls_is_never_done_without() {
    let (port, told) = relay_that(&[]).await;
    let wants = SmtpSettings {
        tls: Tls::StartTls,
        credentials: Some(("u".into(), "p".into())),
        ..settings(port)
    };
    assert_eq!(send(wants, "anna@example.test").await, Err(Refusal::Relay));
    assert!(
        told.lock()
            .unwrap()
            .iter()
            .all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL"))
    );
}

#[tokio::test]
async fn an_international_address_needs_a_relay_that_knows_them() {
    let (port, _) = relay_that(&[]).await;
    assert_eq!(send(settings(port), "jürgen@example.test").await, Err(Refusal::Address));
    let (port, told) = relay_that(&[("EHLO", "250-relay\r\n250-SMTPUTF8\r\n250 8BITMIME")]).await;
    assert_eq!(send(settings(port), "jürgen@example.test").await, Ok(()));
    assert!(
        told.lock()
            .unwrap()
            .iter()
            .any(|line| line.starts_with("MAIL") && line.contains("SMTPUTF8"))
    );
}
