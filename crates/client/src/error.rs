use std::{
    fmt, io,
    time::{Duration, UNIX_EPOCH},
};

use vault::{ChangedKey, ReadersError};
use wire::{Millis, Problem, ProblemType, address::AddressError};

/// Everything that can go wrong. No variant carries secrets or what somebody wrote.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The portal refused, and said why.
    #[error("{}", Refusal(.0))]
    Problem(Box<Problem>),
    /// The portal could not be reached, or the connection broke.
    #[error("the portal cannot be reached: {}", innermost(.0))]
    Network(#[source] reqwest::Error),
    /// What answered is no portal, or one that this version does not understand.
    #[error("what answered does not speak as a portal does ({0}); is the portal's URL right?")]
    Answer(&'static str),
    /// Something could not be sealed or opened, or the password is wrong.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// Recipients have other keys than the ones last seen. Ask them, in person or by telephone, whether the new
    /// fingerprints are theirs; then [accept](crate::Session::accept_changed) them and send again.
    #[error("{}", Changed(.0))]
    KeysChanged(Vec<ChangedKey>),
    /// The twelve characters are not those of the key that an account would be handed over to: whoever claims its address has
    /// others, or the portal names itself in the claimant's place. Nothing was sealed.
    #[error("these are not the twelve characters of the key that would get the account; nothing was handed over")]
    Characters,
    /// What the portal answered about the recipients cannot be true. Nothing was sealed.
    #[error("nothing was sent: {0}")]
    Readers(ReadersError),
    /// The portal gave another delivery than the one that was asked for.
    #[error("the portal gave another message than the one that was asked for")]
    OtherDelivery,
    /// A file of this machine cannot be read or written.
    #[error("{name}: {source}")]
    File {
        /// Which.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The portal's URL cannot be used.
    #[error("{0}")]
    Url(&'static str),
    /// This machine's clock and the portal's are too far apart: what is sealed now could not be opened later, by anybody.
    #[error("{}", Clocks(*.here, *.there))]
    Clock {
        /// What this machine's says.
        here: Millis,
        /// What the portal's says.
        there: Millis,
    },
    /// A link of a portal's mail without a secret in it.
    #[error("this is not the link of a mail: one ends in # and 43 letters, digits, - or _")]
    Link,
    /// A text is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The program is ending.
    #[error("the program is ending")]
    Ending,
}

impl Error {
    /// Which problem the portal named, if it named one.
    pub fn problem(&self) -> Option<ProblemType> {
        match self {
            Self::Problem(problem) => Some(problem.kind),
            _ => None,
        }
    }

    /// Whether address and password do not go together.
    pub fn is_wrong_password(&self) -> bool {
        matches!(self, Self::Vault(vault::Error::WrongPassword))
            || self.problem() == Some(ProblemType::WrongCredentials)
    }

    /// Whether the same request may well succeed in a moment.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Network(error) => !error.is_builder(),
            Self::Problem(problem) => match problem.kind {
                ProblemType::Unavailable
                | ProblemType::TimedOut
                | ProblemType::UploadIncomplete
                | ProblemType::HashMismatch => true,
                // Without a time it is about a day's allowance.
                ProblemType::TooManyRequests => problem.retry_after.is_some(),
                _ => false,
            },
            _ => false,
        }
    }

    /// How long the portal asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem(problem) => problem.retry_after.map(|seconds| Duration::from_secs(seconds.into())),
            _ => None,
        }
    }

    pub(crate) fn file(name: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let name = name.into();
        move |source| Self::File { name, source }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ReadersError> for Error {
    fn from(error: ReadersError) -> Self {
        match error {
            ReadersError::KeysChanged(keys) => Self::KeysChanged(keys),
            other => Self::Readers(other),
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The path names deliveries and files.
        Self::Network(error.without_url())
    }
}

/// The cause that says something: what stands around it only repeats that a request failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

struct Refusal<'a>(&'a Problem);

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.title)?;
        if let Some(detail) = &self.0.detail {
            write!(f, " ({detail})")?;
        }
        if let Some(seconds) = self.0.retry_after {
            write!(f, " Try again in {seconds} s.")?;
        }
        Ok(())
    }
}

struct Changed<'a>(&'a [ChangedKey]);

impl fmt::Display for Changed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "nothing was sent, because keys are not the ones last seen: ask these people whether they are theirs",
        )?;
        for key in self.0 {
            write!(f, "\n  {}: {} (before: {})", key.address, key.now, key.before)?;
            if let Some(formerly) = &key.formerly {
                write!(f, ", whom you know as {formerly}")?;
            }
        }
        Ok(())
    }
}

/// Two clocks that are too far apart.
struct Clocks(Millis, Millis);

impl fmt::Display for Clocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [here, there] = [self.0, self.1].map(|at| {
            let since = Duration::from_millis(at.max(0).unsigned_abs());
            httpdate::fmt_http_date(UNIX_EPOCH + since)
        });
        write!(
            f,
            "this computer's clock says {here}, and the portal's says {there}: what is sealed now could not be opened \
             later. Nothing was sent. Set this computer's date and time, then try again"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        let mut problem = Problem::new(ProblemType::TooManyAttempts).detail("5 wrong passwords");
        problem.retry_after = Some(10);
        let error = Error::from(problem);
        assert_eq!(
            error.to_string(),
            "Too many attempts. Wait a little, then try again. (5 wrong passwords) Try again in 10 s."
        );
        assert!(!error.is_passing());
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let mut busy = Problem::new(ProblemType::TooManyRequests);
        assert!(!Error::from(busy.clone()).is_passing());
        busy.retry_after = Some(1);
        assert!(Error::from(busy).is_passing());
        assert!(Error::from(Problem::new(ProblemType::Unavailable)).is_passing());
        assert!(!Error::from(Problem::new(ProblemType::Internal)).is_passing());
        assert!(!Error::from(vault::Error::WrongKey).is_passing());
    }
}
