//! What a handler needs: who asks, what a request holds, and how pages and documents are answered.

mod body;
mod caller;
mod extract;
pub(crate) mod idempotency;
mod page;
mod unit;

pub use body::JsonBody;
pub(crate) use body::{BodyRoom, LargeJsonBody, admit_link};
pub(crate) use caller::{
    ADDRESS_PASSWORD_LIFETIME, ByPassword, InPerson, PASSWORD_GIVEN_LIFETIME, cookie_name, standing_sessions,
};
pub use caller::{Administrator, Caller, Professional};
pub use extract::{IdempotencyKey, IfMatch, Network, PathParams, QueryParams};
pub(crate) use page::{Bundle, MayBeFramed, REVALIDATE, answer, document, file, policy};
pub(crate) use unit::CallerUnit;
