//! The outbox: basic mails that the database says must go out.
//!
//! A mail is a row that commits with what it tells of. It holds no confidential content. What it says is made when it goes
//! out, by the mailer.

mod announcements;
pub(crate) mod coalesce;
mod due;
mod kind;
mod queue;

pub(crate) use announcements::{advance_announcement, announce_master, oldest_announcement};
pub(crate) use due::{Due, MailStatus, Served, end, lease, next_due_at, postpone};
pub(crate) use kind::MailKind;
pub use kind::SecurityNotice;
pub(crate) use queue::{
    ClaimMail, MAX_MAIL_WAIT, Notice, OutboxRow, claim_mails, insert_rows, invitations_since, newest_claim_mail,
    queue_claim_mail, queue_device_link, queue_invitation, queue_notifications, queue_security_notice, sweep,
};
