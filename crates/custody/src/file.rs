//! Secret files: made for their owner alone, and refused where others could read them.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// Why a secret file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Somebody else may read it.
    #[error("others than its owner may read it; give it mode 0600")]
    Exposed,
}

/// Writes a secret into a new file of mode 0600, durably. A file that is there already is never overwritten: what it
/// holds may be the only copy.
///
/// # Errors
/// Where it exists or cannot be written.
pub fn create_file(path: &Path, secret: &[u8]) -> Result<(), FileError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret)?;
    file.sync_all()?;
    Ok(sync_folder(path)?)
}

/// Changes a secret file, which may not be there yet and which other programs of its owner change too: those wait for each
/// other, so that none writes over what another wrote. `change` looks at the file, and answers what it is to hold from now
/// on; nothing where it stays as it is. Whatever happens in between, what it held or what it is to hold is there whole.
///
/// The folder is made where there is none, for its owner alone. Beside the file lies one of the ending `.lock`.
///
/// # Errors
/// Where `change` fails, or the file cannot be written.
pub fn change_file<E: From<FileError>>(
    path: &Path,
    change: impl FnOnce() -> Result<Option<Zeroizing<Vec<u8>>>, E>,
) -> Result<(), E> {
    let turn = lock(path).map_err(FileError::from)?;
    if let Some(secret) = change()? {
        replace(path, &secret)?;
    }
    drop(turn);
    Ok(())
}

/// Held until it is dropped.
fn lock(path: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(false).mode(0o600);
    let turn = open.open(beside(path, ".lock"))?;
    turn.lock()?;
    Ok(turn)
}

fn replace(path: &Path, secret: &[u8]) -> Result<(), FileError> {
    let new = beside(path, ".new");
    // What a program that died left behind. Nobody else writes it now.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    create_file(&new, secret)?;
    fs::rename(&new, path)?;
    Ok(sync_folder(path)?)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Io(error) => error,
            exposed @ FileError::Exposed => Self::other(exposed),
        }
    }
}

/// Reads a secret file.
///
/// # Errors
/// Where it cannot be read, or others may read it.
pub fn open_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let mut file = File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(FileError::Exposed);
    }
    let mut secret = Zeroizing::new(Vec::new());
    file.read_to_end(&mut secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn a_secret_file_is_its_owners_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        create_file(&path, b"one").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create_file(&path, b"two").is_err());
        assert_eq!(*open_file(&path).unwrap(), b"one");
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(open_file(&path), Err(FileError::Exposed)));
    }

    #[test]
    fn a_file_that_programs_change_is_its_owners_alone_and_no_change_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/numbers");
        let add = |number: u8| {
            change_file(&path, || -> Result<_, FileError> {
                let mut numbers = match open_file(&path) {
                    Err(FileError::Io(error)) if error.kind() == ErrorKind::NotFound => Zeroizing::default(),
                    read => read?,
                };
                numbers.push(number);
                Ok(Some(numbers))
            })
        };
        add(0).unwrap();
        // What a program that died left behind is in nobody's way.
        fs::write(beside(&path, ".new"), "half of it").unwrap();
        std::thread::scope(|scope| {
            for number in 1..16 {
                scope.spawn(move || add(number).unwrap());
            }
        });
        let mut numbers = open_file(&path).unwrap().to_vec();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..16).collect::<Vec<u8>>());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        // Where nothing is to be changed, or what is there cannot be read, it stays.
        change_file(&path, || Ok::<_, FileError>(None)).unwrap();
        let failed = change_file(&path, || Err(FileError::Exposed));
        assert!(matches!(failed, Err(FileError::Exposed)));
        assert_eq!(open_file(&path).unwrap().len(), 16);
        assert!(!beside(&path, ".new").exists());
    }
}
