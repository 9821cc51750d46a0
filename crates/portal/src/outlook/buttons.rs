//! The buttons of the ribbon, for both manifests. Each opens the task pane at what it is for.
//!
//! None runs a function instead: in Outlook on the web a function has no click behind it that would let it open a window.

use serde::Serialize;

use super::{MANIFEST_VERSION, url};
use crate::Settings;

/// The ribbon's tab, and its one group.
pub(super) const TAB: &str = "Secure Messaging";

/// What the add-in is, in a line and in a few sentences.
pub(super) const SHORT_DESCRIPTION: &str = "Read and send secure messages without leaving Outlook.";

/// At most 250 characters: the add-in only manifest takes no more.
pub(super) const LONG_DESCRIPTION: &str = "Opens the secure messages that notifications tell of, and sends what you are writing \
    securely instead of as ordinary mail. Messages are sealed and opened in Outlook itself, by the keys of your Secure \
    Account.";

/// One button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Button {
    /// What the pane is to show. Names the button in ids too.
    pub(super) show: &'static str,
    /// What is on it.
    pub(super) label: &'static str,
    /// What is said of it, at most 128 characters.
    pub(super) tip: &'static str,
    /// Whether its pane may stay open beside the next message too. Without that, going to another message closes it,
    /// and what was being written in it is gone.
    pub(super) pins: bool,
}

const READ_SECURE: Button = Button {
    show: "read",
    label: "Read Secure",
    tip: "Shows the secure message that this notification tells of.",
    pins: true,
};

const NEW_SECURE: Button = Button {
    show: "new",
    label: "New Secure",
    tip: "Writes a new secure message.",
    pins: true,
};

const SEND_SECURE: Button = Button {
    show: "send",
    label: "Send Secure",
    tip: "Sends the message you are writing, with its files, as a secure message instead.",
    pins: false,
};

const SECURE_WEBMAIL: Button = Button {
    show: "webmail",
    label: "Secure Webmail",
    tip: "Opens your Secure Account in the browser, signed in.",
    pins: false,
};

const SECURE_ACCOUNTS: Button = Button {
    show: "accounts",
    label: "Secure Accounts",
    tip: "Shows the Secure Accounts that are activated here: activate one, block it, or remove it.",
    pins: false,
};

const CHECK_FOR_UPDATES: Button = Button {
    show: "updates",
    label: "Check for Updates",
    tip: "Shows which version runs, and brings in the newest.",
    pins: false,
};

/// Beside a message that is being read.
pub(super) const BUTTONS_WHEN_READING: [Button; 5] = [
    READ_SECURE,
    NEW_SECURE,
    SECURE_WEBMAIL,
    SECURE_ACCOUNTS,
    CHECK_FOR_UPDATES,
];

/// Beside a message that is being written.
pub(super) const BUTTONS_WHEN_WRITING: [Button; 4] = [SEND_SECURE, SECURE_WEBMAIL, SECURE_ACCOUNTS, CHECK_FOR_UPDATES];

/// Each once.
pub(super) const ALL_BUTTONS: [Button; 6] = [
    READ_SECURE,
    NEW_SECURE,
    SEND_SECURE,
    SECURE_WEBMAIL,
    SECURE_ACCOUNTS,
    CHECK_FOR_UPDATES,
];

/// The sizes, in pixels, that Outlook wants a button's icon in.
pub(super) const ICON_SIZES_PX: [u32; 3] = [16, 32, 80];

impl Button {
    /// The pane, where it shows what this button is for. It learns there which manifest Outlook has, which may be older
    /// than the pane.
    pub(super) fn page(&self, settings: &Settings) -> String {
        url(
            settings,
            &format!("pane.html?show={}&manifest={MANIFEST_VERSION}", self.show),
        )
    }
}
