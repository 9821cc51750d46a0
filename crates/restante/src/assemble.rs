//! Puts a portal together from what the administrator chose.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use custody::CustodyKey;
use object_store::{ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem};
use portal::{
    Portal, Secrets, Services,
    ports::{
        blobs::Blobs,
        clock::{Entropy, SystemClock},
        relay::{FolderRelay, Relay, SmtpRelay},
        wakes::Wakes,
    },
    storage::{Engine, Store},
};
use rustix::fs::Mode;

use crate::options::Options;

/// The portal's own secrets (OPAQUE), and the custody key: each a file of mode 0600 in the data folder.
const SECRETS: &str = "portal.key";
const CUSTODY: &str = "custody.key";

/// The demonstration's basic mail, in the data folder.
const BASIC_MAIL: &str = "basic-mail";

/// Makes what a new portal needs in its data folder. What is there already stays.
pub fn create(options: &Options) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    keep_from_others();
    let data = &options.data;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    let entropy = Entropy::system();
    if !data.join(SECRETS).exists() {
        custody::create_file(&data.join(SECRETS), &Secrets::generate(&entropy).to_bytes())?;
    }
    if !data.join(CUSTODY).exists() {
        let key = CustodyKey::generate(&mut entropy.rng());
        custody::create_file(&data.join(CUSTODY), &key.to_bytes())?;
    }
    Ok(())
}

/// What the process makes from now on is its owner's alone, in a folder too that was there before with another mode.
fn keep_from_others() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Whether a portal was created in the data folder.
pub fn is_created(options: &Options) -> bool {
    options.data.join(SECRETS).exists() && options.data.join(CUSTODY).exists()
}

/// Opens the portal.
pub async fn open(options: &Options, listening: SocketAddr, demo: bool) -> Result<Portal> {
    if !is_created(options) {
        bail!(
            "there is no portal in {} yet: begin with `restante init`",
            options.data.display()
        );
    }
    keep_from_others();
    let mut settings = options.settings(listening)?;
    let basic_mail = options.data.join(BASIC_MAIL);
    let relay: Box<dyn Relay> = if demo {
        settings.demo = true;
        settings.demo_mail = Some(basic_mail.clone());
        Box::new(FolderRelay::new(basic_mail))
    } else {
        Box::new(SmtpRelay::new(options.smtp()?).map_err(anyhow::Error::msg)?)
    };
    let secrets = secret(&options.data.join(SECRETS))?;
    let custody = secret(&options.data.join(CUSTODY))?;
    let (url, engine) = options.database()?;
    let store = Store::open(&url).await.with_context(|| match engine {
        Engine::Sqlite => "the SQLite database cannot be opened".to_owned(),
        Engine::Postgres => "the PostgreSQL database cannot be reached".to_owned(),
    })?;
    Ok(Portal::new(Services {
        settings,
        secrets: Secrets::from_bytes(&secrets)?,
        store,
        blobs: Blobs::new(blobs(options)?),
        custody: Box::new(CustodyKey::from_bytes(&custody)?),
        relay,
        clock: Box::new(SystemClock),
        entropy: Entropy::system(),
        wakes: Wakes::default(),
    }))
}

fn secret(path: &Path) -> Result<impl std::ops::Deref<Target = Vec<u8>> + use<>> {
    custody::open_file(path).with_context(|| format!("the secret file {} cannot be used", path.display()))
}

fn blobs(options: &Options) -> Result<Arc<dyn ObjectStore>> {
    let place = match &options.blobs {
        Some(place) => place.clone(),
        None => options.data.join("blobs").display().to_string(),
    };
    if let Some(bucket) = place.strip_prefix("s3://") {
        let mut s3 = AmazonS3Builder::from_env().with_bucket_name(bucket.trim_end_matches('/'));
        if let Some(endpoint) = options.s3_endpoint()? {
            // Without TLS on loopback alone.
            s3 = s3
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        if let Some(region) = &options.s3_region {
            s3 = s3.with_region(region);
        }
        if let Some(key) = &options.s3_access_key {
            s3 = s3.with_access_key_id(key);
        }
        if let Some(key) = &options.s3_secret_key {
            s3 = s3.with_secret_access_key(key);
        }
        return Ok(Arc::new(s3.build().context("the S3 settings do not work")?));
    }
    std::fs::create_dir_all(&place).with_context(|| format!("the blob folder {place} cannot be made"))?;
    let folder = LocalFileSystem::new_with_prefix(&place)
        .with_context(|| format!("the blob folder {place} cannot be used"))?
        // An accepted file is on the disk, as an accepted message is.
        .with_fsync(true);
    Ok(Arc::new(folder))
}
