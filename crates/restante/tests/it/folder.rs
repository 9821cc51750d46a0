//! The data folder: nobody but its owner reads anything in it.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use crate::site::Site;

/// Every file and folder below, with its mode.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().mode() & 0o777;
        found.push((path.file_name().unwrap().to_string_lossy().into_owned(), mode));
        if path.is_dir() {
            found.extend(modes(&path));
        }
    }
    found
}

#[tokio::test]
async fn a_folder_that_was_there_before_shows_others_nothing() {
    let site = Site::found(None).await;
    // As a folder is that somebody made by hand: what lies in it stands on its own.
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let portal = site.serve().await;
    site.administrator().await;
    let found = modes(&site.data());
    assert!(found.iter().any(|(name, _)| name == "restante.sqlite-wal"), "{found:?}");
    for (name, mode) in found {
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
    portal.kill().await;
}
