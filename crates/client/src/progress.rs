/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being done with it.
    pub stage: Stage,
    /// Its name.
    pub name: &'a str,
    /// How many bytes are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// What is being done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is sealed, before anything of it leaves this machine.
    Sealing,
    /// Its sealed bytes go to the portal.
    Uploading,
    /// Its sealed bytes come from the portal and are opened.
    Downloading,
}
