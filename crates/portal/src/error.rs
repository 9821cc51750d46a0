//! From every error to its answer.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use certificate::SealedFormError;
use wire::{Problem, ProblemType};

use crate::{
    ports::{blobs::BlobError, custody::CustodyError},
    storage::StoreError,
};

/// What a route can answer instead of its success.
#[derive(Debug)]
pub struct Error(Box<Problem>);

/// What the portal's rules and routes come to.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The document that will be sent.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<ProblemType> for Error {
    fn from(kind: ProblemType) -> Self {
        Problem::new(kind).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable => ProblemType::Unavailable.into(),
            StoreError::NotFound => ProblemType::NotFound.into(),
            // A conflict that means something is handled where it can happen; one that arrives here is a fault.
            StoreError::Conflict(constraint) => {
                tracing::error!(%constraint, "unexpected conflict");
                ProblemType::Internal.into()
            }
            StoreError::Corrupt => ProblemType::Internal.into(),
        }
    }
}

impl From<CustodyError> for Error {
    fn from(error: CustodyError) -> Self {
        tracing::error!(%error, "custody failed");
        ProblemType::Internal.into()
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NotFound => ProblemType::NotFound,
            BlobError::HashMismatch => ProblemType::HashMismatch,
            BlobError::Incomplete => ProblemType::UploadIncomplete,
            BlobError::TooLarge => ProblemType::TooLarge,
            BlobError::Unavailable => ProblemType::Unavailable,
        }
        .into()
    }
}

/// A request whose parts are well formed each, and do not fit what they are about.
pub(crate) fn unacceptable(why: &str) -> Error {
    Problem::new(ProblemType::Unacceptable).detail(why).into()
}

/// What is to be sealed, and from outside can be seen not to be.
pub(crate) fn not_sealed(what: &str, why: SealedFormError) -> Error {
    Problem::new(ProblemType::NotSealed)
        .detail(format!("{what}: {why}"))
        .into()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.retry_after;
        let mut response = (status, Json(*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            // What a program can do about it (RFC 9110 section 11.6.1). A scheme that browsers ask nobody a password for.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
