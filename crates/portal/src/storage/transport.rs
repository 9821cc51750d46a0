//! How a database elsewhere is reached: by TLS, and by no way that anybody between could read or answer on.

use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::Engine;

/// A URL that would let somebody between portal and database read, or answer in the database's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPrivate {
    /// Not a URL that PostgreSQL is reached by. What is wrong with it is not told: it may hold a password.
    #[error("the database's URL is not understood: postgres://USER:PASSWORD@HOST/NAME, with parameters behind a ?")]
    NotUnderstood,
    /// Its `sslmode` goes on without TLS where the server has none.
    #[error(
        "a database that is not on this machine is reached by TLS alone: leave sslmode out of its URL, which is \
         verify-full then, or write verify-full, verify-ca or require"
    )]
    InClear,
}

/// The URL of a database with what makes the way to it private: a PostgreSQL server on another machine has to prove by its
/// certificate that it is the host of the URL, unless the URL itself asks for less of a TLS connection.
///
/// # Errors
/// Where the URL is not understood, or goes on in clear.
pub fn private(url: &str) -> Result<String, NotPrivate> {
    if Engine::of(url) != Some(Engine::Postgres) {
        return Ok(url.to_owned());
    }
    let options: PgConnectOptions = url.parse().map_err(|_| NotPrivate::NotUnderstood)?;
    if is_this_machine(&options) {
        return Ok(url.to_owned());
    }
    // What the environment says (`PGSSLMODE`) is overruled: what was not chosen here was chosen for other programs.
    let (_, parameters) = url.split_once('?').unwrap_or((url, ""));
    let chooses = parameters
        .split('&')
        .any(|parameter| parameter.starts_with("sslmode=") || parameter.starts_with("ssl-mode="));
    match options.get_ssl_mode() {
        _ if !chooses => Ok(with_parameter(url, "sslmode=verify-full")),
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(url.to_owned()),
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => Err(NotPrivate::InClear),
    }
}

fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn with_parameter(url: &str, parameter: &str) -> String {
    let (url, fragment) = url
        .split_once('#')
        .map_or((url, String::new()), |(url, rest)| (url, format!("#{rest}")));
    let mark = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, parameters)) if parameters.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{mark}{parameter}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_has_to_prove_what_it_is() {
        for (url, private_url) in [
            (
                "postgres://p:w@db.example/x",
                "postgres://p:w@db.example/x?sslmode=verify-full",
            ),
            ("postgresql://db.example", "postgresql://db.example?sslmode=verify-full"),
            ("postgres://10.0.0.7/x?", "postgres://10.0.0.7/x?sslmode=verify-full"),
            (
                "postgres://db.example/x?sslrootcert=/etc/ca.pem",
                "postgres://db.example/x?sslrootcert=/etc/ca.pem&sslmode=verify-full",
            ),
            // Names that begin as loopback's do, and hosts that are named behind the question mark.
            (
                "postgres://localhost.example/x",
                "postgres://localhost.example/x?sslmode=verify-full",
            ),
            (
                "postgres://localhost/x?host=db.example",
                "postgres://localhost/x?host=db.example&sslmode=verify-full",
            ),
            (
                "postgres://localhost/x?hostaddr=10.0.0.7",
                "postgres://localhost/x?hostaddr=10.0.0.7&sslmode=verify-full",
            ),
        ] {
            assert_eq!(private(url).as_deref(), Ok(private_url));
            // It is what the database's driver understands by it.
            let options: PgConnectOptions = private_url.parse().unwrap();
            assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull), "{private_url}");
        }
    }

    #[test]
    fn whoever_chooses_may_choose_less_of_tls_and_never_none() {
        for mode in ["require", "verify-ca", "verify-full", "Verify-Full"] {
            for name in ["sslmode", "ssl-mode"] {
                let url = format!("postgres://db.example/x?{name}={mode}");
                assert_eq!(private(&url), Ok(url.clone()));
            }
        }
        for mode in ["disable", "allow", "prefer", "DISABLE"] {
            assert_eq!(
                private(&format!("postgres://db.example/x?sslmode={mode}")),
                Err(NotPrivate::InClear)
            );
        }
        for bad in ["postgres://db.example/x?sslmode=perhaps", "postgres://[/x"] {
            assert_eq!(private(bad), Err(NotPrivate::NotUnderstood), "{bad}");
        }
    }

    #[test]
    fn on_this_machine_nobody_is_between() {
        for url in [
            "sqlite:/var/lib/restante/restante.sqlite",
            "postgres://p:w@127.0.0.1:5432/x",
            "postgres://localhost/x?sslmode=disable",
            "postgres://[::1]/x",
            "postgres://%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/run/postgresql",
        ] {
            assert_eq!(private(url).as_deref(), Ok(url));
        }
    }
}
