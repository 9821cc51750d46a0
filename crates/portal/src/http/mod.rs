//! What a handler needs: who asks, what a request holds, and how pages and documents are answered.

mod caller;
mod extract;
pub(crate) mod idempotency;
mod page;
mod unit;

pub(crate) use caller::{ADDRESS_PASSWORD_LIFETIME, ByPassword, InPerson, PASSWORD_GIVEN_LIFETIME, cookie_name};
pub use caller::{Administrator, Caller, Professional};
pub(crate) use extract::parse_json;
pub use extract::{IdempotencyKey, IfMatch, JsonBody, Network, PathParams, QueryParams};
pub(crate) use page::{Bundle, MayBeFramed, REVALIDATE, answer, document, file, policy};
pub(crate) use unit::CallerUnit;
