//! The mailer: what is due in the outbox becomes basic mail and goes to the relay. A mail holds the portal's name, who
//! wrote, and one link.

mod announce;
mod letter;
mod render;
mod send_loop;

pub(crate) use send_loop::deliver_due;
