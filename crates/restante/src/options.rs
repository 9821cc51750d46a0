//! What an administrator chooses: by flags, by environment, or in a TOML file, in this order of precedence.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use figment::{
    Figment,
    providers::{Format as _, Serialized, Toml},
};
use portal::{
    Settings, outlook,
    ports::relay::{SmtpSettings, Tls},
    storage::{Engine, private},
};
use serde::{Deserialize, Serialize};
use wire::{Address, activations::Leaves};

/// The file in the data folder that `restante init` writes.
const FILE: &str = "restante.toml";

/// Every choice. The same names serve as flags, as environment variables (`RESTANTE_…`) and as keys of the TOML file.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The folder of the portal's own files: settings, secrets, and by default database and blobs.
    #[arg(long, env = "RESTANTE_DATA", default_value = "data", value_name = "FOLDER")]
    #[serde(skip)]
    pub data: PathBuf,

    /// The settings file, where it is not `restante.toml` in the data folder.
    #[arg(long, env = "RESTANTE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The portal's name, on every page and mail.
    #[arg(long, env = "RESTANTE_NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,

    /// Where people reach the portal, like https://mail.example.org. Only on loopback may it be http.
    #[arg(long, env = "RESTANTE_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,

    /// The address and port to listen on; port 0 takes any that is free. 127.0.0.1:8080 unless told.
    #[arg(long, env = "RESTANTE_LISTEN", value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,

    /// The database: sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME. A SQLite file in the data folder unless told.
    #[arg(long, env = "RESTANTE_DATABASE", value_name = "URL", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,

    /// The blob store: a folder, or s3://BUCKET. A folder in the data folder unless told.
    #[arg(long, env = "RESTANTE_BLOBS", value_name = "FOLDER|s3://BUCKET")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blobs: Option<String>,

    /// The S3 store's URL, where it is not Amazon's.
    #[arg(long, env = "RESTANTE_S3_ENDPOINT", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_endpoint: Option<String>,

    /// The S3 store's region.
    #[arg(long, env = "RESTANTE_S3_REGION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_region: Option<String>,

    /// The S3 store's access key.
    #[arg(long, env = "RESTANTE_S3_ACCESS_KEY", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_access_key: Option<String>,

    /// The S3 store's secret key. Better in the environment or the file: others on the machine see flags.
    #[arg(long, env = "RESTANTE_S3_SECRET_KEY", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_secret_key: Option<String>,

    /// The SMTP relay that takes the portal's basic mail.
    #[arg(long, env = "RESTANTE_SMTP_HOST", value_name = "HOST")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_host: Option<String>,

    /// Its port; 587, 465 or 25 unless told, as the protection goes.
    #[arg(long, env = "RESTANTE_SMTP_PORT", value_name = "PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_port: Option<u16>,

    /// How the connection to it is protected; starttls unless told.
    #[arg(long, env = "RESTANTE_SMTP_TLS", value_name = "KIND")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_tls: Option<Protection>,

    /// The user that the relay wants.
    #[arg(long, env = "RESTANTE_SMTP_USER", value_name = "USER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_user: Option<String>,

    /// That user's password. Better in the environment or the file: others on the machine see flags.
    #[arg(
        long,
        env = "RESTANTE_SMTP_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_password: Option<String>,

    /// A certificate authority of your own that the relay's certificate is by, as a PEM file.
    #[arg(long, env = "RESTANTE_SMTP_CA", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_ca: Option<PathBuf>,

    /// The address that the portal's basic mail comes from.
    #[arg(long, env = "RESTANTE_MAIL_FROM", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_from: Option<String>,

    /// Whether a proxy stands before the portal whose X-Forwarded-For is to be believed.
    #[arg(long, env = "RESTANTE_BEHIND_PROXY", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_proxy: Option<bool>,

    /// The largest file, in bytes, sealed; 5 GiB unless told.
    #[arg(long, env = "RESTANTE_MAX_FILE_SIZE", value_name = "BYTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_file_size: Option<u64>,

    /// After how many hours people sign in again; 12 unless told.
    #[arg(long, env = "RESTANTE_SESSION_HOURS", value_name = "HOURS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_hours: Option<u32>,

    /// How many days an invitation link works; 30 unless told.
    #[arg(long, env = "RESTANTE_INVITATION_DAYS", value_name = "DAYS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_days: Option<u32>,

    /// The domains whose Professionals' certificates anybody may look up (Web Key Directory), by commas; none unless told.
    #[arg(
        long,
        env = "RESTANTE_DIRECTORY_DOMAINS",
        value_name = "DOMAIN",
        value_delimiter = ','
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_domains: Option<Vec<String>>,

    /// What stays in Outlook of a message that was written there and sent securely; nothing unless told.
    #[arg(long, env = "RESTANTE_OUTLOOK_LEAVES", value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlook_leaves: Option<Left>,

    /// Origins beside Outlook's own that may embed the add-in's pane, by commas: Exchange on premises, national clouds.
    #[arg(long, env = "RESTANTE_OUTLOOK_HOSTS", value_name = "ORIGIN", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlook_hosts: Option<Vec<String>>,

    /// Where the Outlook add-in's pane loads Microsoft's office.js from: a URL, or a path on this host. No add-in unless told.
    #[arg(long, env = "RESTANTE_OFFICE_JS", value_name = "URL|PATH")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_js: Option<String>,

    /// How many requests one network may make a second; 100 unless told, ten times that in a burst.
    #[arg(long, env = "RESTANTE_REQUESTS_A_SECOND", value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_a_second: Option<u32>,

    /// How many recipients the messages of one account may have in an hour; 3000 unless told.
    #[arg(long, env = "RESTANTE_RECIPIENTS_AN_HOUR", value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients_an_hour: Option<u32>,

    /// How many mails of a kind one account causes to one address in an hour before they go out together; 5 unless told.
    #[arg(long, env = "RESTANTE_NOTIFICATIONS_AN_HOUR", value_name = "NUMBER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notifications_an_hour: Option<u32>,
}

/// How the connection to the relay is protected.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Not at all: for a relay on the same machine.
    None,
    /// By STARTTLS, which must succeed.
    #[value(name = "starttls")]
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// What stays in Outlook of a message that was written there and sent securely.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Left {
    /// Nothing: the draft is discarded.
    Nothing,
    /// A note that says to whom and when.
    Note,
    /// The draft, without its recipients.
    Copy,
}

impl From<Left> for Leaves {
    fn from(left: Left) -> Self {
        match left {
            Left::Nothing => Self::Nothing,
            Left::Note => Self::Note,
            Left::Copy => Self::Copy,
        }
    }
}

impl Options {
    /// With what the file says where flags and environment say nothing.
    pub fn with_file(self) -> Result<Self> {
        let file = self.file();
        if self.config.is_some() && !file.exists() {
            bail!("there is no settings file {}", file.display());
        }
        let Self { data, config, .. } = self.clone();
        let merged: Self = Figment::from(Toml::file(&file))
            .merge(Serialized::defaults(self))
            .extract()
            .with_context(|| format!("the settings in {} are not understood", file.display()))?;
        Ok(Self { data, config, ..merged })
    }

    /// The settings file.
    pub fn file(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| self.data.join(FILE))
    }

    /// As the settings file holds it.
    pub fn to_toml(&self) -> Result<String> {
        Ok(toml::to_string_pretty(self)?)
    }

    /// Where to listen.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    /// The database's URL, and its engine.
    pub fn database(&self) -> Result<(String, Engine)> {
        let url = match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("restante.sqlite").display()),
        };
        let engine = Engine::of(&url).context("the database must be sqlite:FILE or postgres://…")?;
        Ok((private(&url)?, engine))
    }

    /// The S3 store's URL, where it is not Amazon's.
    pub fn s3_endpoint(&self) -> Result<Option<&str>> {
        match self.s3_endpoint.as_deref() {
            Some(endpoint) if endpoint.starts_with("http://") && !is_loopback(endpoint) => {
                bail!("s3_endpoint must begin with https://; http:// is for loopback alone")
            }
            endpoint => Ok(endpoint),
        }
    }

    /// What the portal is to be, reached at `public_url` unless the administrator said otherwise.
    pub fn settings(&self, listening: SocketAddr) -> Result<Settings> {
        let public_url = match &self.public_url {
            Some(url) => url.clone(),
            None if listening.ip().is_loopback() => format!("http://{listening}"),
            None => bail!("say where people reach the portal: --public-url https://…"),
        };
        let mut settings = Settings::new(self.name.clone().unwrap_or_else(|| "Restante".into()), public_url);
        if !settings.is_https() && !is_loopback(&settings.public_url) {
            bail!("the public URL must begin with https://; http:// is for loopback alone");
        }
        settings.behind_proxy = self.behind_proxy.unwrap_or(false);
        settings.max_file_size = self.max_file_size.unwrap_or(settings.max_file_size);
        settings.requests_a_second = self.requests_a_second.unwrap_or(settings.requests_a_second);
        settings.recipients_an_hour = self.recipients_an_hour.unwrap_or(settings.recipients_an_hour);
        settings.notifications_an_hour = self.notifications_an_hour.unwrap_or(settings.notifications_an_hour);
        if let Some(hours) = self.session_hours {
            settings.session_lifetime = i64::from(hours) * 3_600_000;
        }
        for domain in self.directory_domains.iter().flatten() {
            settings.directory_domains.push(canonical(domain)?);
        }
        for host in self.outlook_hosts.iter().flatten() {
            let host = outlook::host(host).with_context(|| format!("{host} in outlook_hosts is no host of Outlook"))?;
            settings.outlook_hosts.push(host);
        }
        if let Some(place) = &self.office_js {
            let place = outlook::office_js(place).with_context(|| format!("{place} is no office_js"))?;
            settings.office_js = Some(place);
        }
        settings.outlook_leaves = self.outlook_leaves.map_or(settings.outlook_leaves, Leaves::from);
        if let Some(days) = self.invitation_days {
            settings.invitation_lifetime = i64::from(days) * 86_400_000;
        }
        Ok(settings)
    }

    /// The relay that takes basic mail.
    pub fn smtp(&self) -> Result<SmtpSettings> {
        let host = self
            .smtp_host
            .clone()
            .context("say which SMTP relay takes the portal's basic mail: --smtp-host HOST")?;
        let from = self
            .mail_from
            .clone()
            .context("say which address the portal's basic mail comes from: --mail-from ADDRESS")?;
        let protection = self.smtp_tls.unwrap_or(Protection::StartTls);
        let (tls, port) = match protection {
            Protection::None => (Tls::None, 25),
            Protection::StartTls => (Tls::StartTls, 587),
            Protection::Tls => (Tls::Tls, 465),
        };
        let credentials = match (&self.smtp_user, &self.smtp_password) {
            (Some(user), Some(password)) => Some((user.clone(), password.clone())),
            (None, None) => None,
            _ => bail!("--smtp-user and --smtp-password go together"),
        };
        if tls == Tls::None && !is_loopback(&format!("smtp://{host}")) {
            bail!("mails and their links do not leave this machine in clear: choose --smtp-tls starttls or tls");
        }
        let authority = self.smtp_ca.as_deref().map(read).transpose()?;
        Ok(SmtpSettings {
            host,
            port: self.smtp_port.unwrap_or(port),
            tls,
            credentials,
            authority,
            from,
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// A domain as addresses are compared by it.
fn canonical(domain: &str) -> Result<String> {
    let somebody = format!("anybody@{domain}").parse::<Address>();
    let somebody = somebody.with_context(|| format!("{domain} in directory_domains is not a domain"))?;
    Ok(somebody.domain().to_owned())
}

/// Whether a URL's host is this machine.
fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_may_be_http() {
        let options = |url: &str| Options {
            public_url: Some(url.into()),
            ..Options::default()
        };
        let at = SocketAddr::from(([127, 0, 0, 1], 8080));
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:80/",
            "https://mail.example.org",
        ] {
            assert!(options(url).settings(at).is_ok(), "{url}");
        }
        for url in [
            "http://mail.example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org:80",
        ] {
            assert!(options(url).settings(at).is_err(), "{url}");
        }
        assert!(
            Options::default()
                .settings(SocketAddr::from(([0, 0, 0, 0], 80)))
                .is_err()
        );
    }

    #[test]
    fn flags_win_over_the_file_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_owned();
        std::fs::write(data.join(FILE), "name = \"Clinic\"\nsession_hours = 2\n").unwrap();
        let options = Options {
            data: data.clone(),
            name: Some("Other".into()),
            ..Options::default()
        };
        let merged = options.clone().with_file().unwrap();
        assert_eq!((merged.name.as_deref(), merged.session_hours), (Some("Other"), Some(2)));
        std::fs::write(data.join(FILE), "nmae = \"Clinic\"\n").unwrap();
        assert!(options.with_file().is_err());
    }

    #[test]
    fn the_directorys_domains_are_domains_in_canonical_form() {
        let at = SocketAddr::from(([127, 0, 0, 1], 8080));
        let published = |domains: &[&str]| {
            let options = Options {
                directory_domains: Some(domains.iter().map(|&domain| domain.to_owned()).collect()),
                ..Options::default()
            };
            Some(options.settings(at).ok()?.directory_domains)
        };
        let canonical = Some(vec!["clinic.example".to_owned(), "xn--bcher-kva.example".to_owned()]);
        assert_eq!(published(&["Clinic.example", "bücher.example"]), canonical);
        assert_eq!(published(&["clinic example"]), None);
        assert_eq!(published(&[""]), None);
        assert!(Options::default().settings(at).unwrap().directory_domains.is_empty());
    }

    #[test]
    fn the_add_ins_settings_are_taken_or_refused() {
        let at = SocketAddr::from(([127, 0, 0, 1], 8080));
        let settings = |toml: &str| toml::from_str::<Options>(toml).ok()?.settings(at).ok();
        let usual = settings("").unwrap();
        assert_eq!(usual.outlook_leaves, Leaves::Nothing);
        assert!(usual.outlook_hosts.is_empty());
        assert_eq!(usual.office_js, None);
        let chosen = settings(
            "outlook_leaves = \"note\"\noffice_js = \"/office/office.js\"\n\
             outlook_hosts = [\"https://Mail.clinic.example\", \"https://outlook.office365.us\"]",
        );
        let chosen = chosen.unwrap();
        assert_eq!(chosen.outlook_leaves, Leaves::Note);
        assert_eq!(chosen.office_js.as_deref(), Some("/office/office.js"));
        assert_eq!(
            chosen.outlook_hosts,
            ["https://mail.clinic.example", "https://outlook.office365.us"]
        );
        for bad in [
            "outlook_leaves = \"everything\"",
            "outlook_hosts = [\"mail.clinic.example\"]",
            "outlook_hosts = [\"https://mail.clinic.example/owa\"]",
            "outlook_hosts = [\"https://*.clinic.example\"]",
            "outlook_hosts = \"https://mail.clinic.example\"",
            "office_js = \"http://files.example/office.js\"",
            "office_js = \"office.js\"",
        ] {
            assert!(settings(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_database_elsewhere_is_reached_by_tls_alone() {
        let database = |url: &str| {
            Options {
                database: Some(url.into()),
                ..Options::default()
            }
            .database()
        };
        let (url, engine) = database("postgres://portal:secret@db.example/portal").unwrap();
        assert_eq!(engine, Engine::Postgres);
        assert_eq!(url, "postgres://portal:secret@db.example/portal?sslmode=verify-full");
        let refused = database("postgres://portal:secret@db.example/portal?sslmode=disable").unwrap_err();
        assert!(refused.to_string().contains("sslmode"), "{refused}");
        assert!(!format!("{refused:#}").contains("secret"), "{refused:#}");
        assert_eq!(database("sqlite:portal.sqlite").unwrap().0, "sqlite:portal.sqlite");
    }

    #[test]
    fn the_s3_store_elsewhere_is_reached_by_tls_alone() {
        let endpoint = |url: &str| {
            Options {
                s3_endpoint: Some(url.into()),
                ..Options::default()
            }
            .s3_endpoint()
            .is_ok()
        };
        assert!(endpoint("https://s3.example") && endpoint("http://127.0.0.1:9000"));
        assert!(!endpoint("http://s3.example") && !endpoint("http://127.0.0.1.s3.example"));
    }

    #[test]
    fn no_mail_and_no_password_leaves_this_machine_in_clear() {
        let options = Options {
            smtp_host: Some("mail.example.org".into()),
            mail_from: Some("portal@example.org".into()),
            smtp_tls: Some(Protection::None),
            smtp_user: Some("portal".into()),
            smtp_password: Some("secret".into()),
            ..Options::default()
        };
        assert!(options.smtp().is_err());
        let without_password = Options {
            smtp_user: None,
            smtp_password: None,
            ..options.clone()
        };
        assert!(without_password.smtp().is_err());
        assert!(
            Options {
                smtp_tls: Some(Protection::StartTls),
                ..options.clone()
            }
            .smtp()
            .is_ok()
        );
        assert!(
            Options {
                smtp_host: Some("127.0.0.1".into()),
                ..options
            }
            .smtp()
            .is_ok()
        );
    }
}
