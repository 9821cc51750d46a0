//! What basic mails there are.

use serde::{Deserialize, Serialize};

/// What a mail is. Its name is that of its texts, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MailKind {
    /// A secure message is waiting.
    Notification,
    /// The same to somebody who has not registered, or an invitation that is about no message.
    Invitation,
    /// Somebody claims the address that it goes to.
    Claim,
    /// A correspondent writes from another address now.
    NewAddress,
    /// Somebody asked for a link that makes a device known.
    DeviceLink,
    /// Something happened to a Secure Account that its owner should have done.
    #[serde(untagged)]
    SecurityNotice(SecurityNotice),
}

/// What a security notice tells. Each names only the address that it goes to: no address of an account leads to another
/// by way of somebody else's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityNotice {
    /// To an address that became an alias.
    Joined,
    /// To the addresses that its account had before.
    AliasAdded,
    /// To the addresses of an account that was absorbed.
    Absorbed,
    /// To the addresses that the absorbing account had before.
    AccountAbsorbed,
    /// To the addresses of an account that begins to join another, while its password separates the two.
    Joining,
    /// To the addresses that the other had before.
    AccountJoining,
    /// To addresses that the account that had them before took back.
    Separated,
    /// To the addresses that the account keeps that had taken them over.
    SeparatedFrom,
    /// To an alias that moved to another account.
    Moved,
    /// To the addresses that its former account goes on having.
    AliasMovedAway,
    /// To an alias that moved to another account, and can be taken back.
    Moving,
    /// To the addresses that its former account goes on having.
    AliasMovingAway,
    /// To the new Master.
    Promoted,
    /// To the former Master.
    Demoted,
    /// To the other aliases of an account that has a new Master.
    MasterChanged,
    /// To an alias that was removed.
    Removed,
    /// To the addresses that the account goes on having.
    AliasRemoved,
    /// To every address of an account that a client program was activated for.
    Activated,
}

impl SecurityNotice {
    /// All there are.
    pub const ALL: [Self; 18] = [
        Self::Joined,
        Self::AliasAdded,
        Self::Absorbed,
        Self::AccountAbsorbed,
        Self::Joining,
        Self::AccountJoining,
        Self::Separated,
        Self::SeparatedFrom,
        Self::Moved,
        Self::AliasMovedAway,
        Self::Moving,
        Self::AliasMovingAway,
        Self::Promoted,
        Self::Demoted,
        Self::MasterChanged,
        Self::Removed,
        Self::AliasRemoved,
        Self::Activated,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_stored_by_its_name() {
        let stored = |kind| crate::storage::name(&kind);
        assert_eq!(stored(MailKind::NewAddress), "new-address");
        assert_eq!(
            stored(MailKind::SecurityNotice(SecurityNotice::AliasMovedAway)),
            "alias-moved-away"
        );
        for notice in SecurityNotice::ALL {
            let name = serde_json::Value::String(stored(MailKind::SecurityNotice(notice)));
            assert_eq!(
                serde_json::from_value::<MailKind>(name).unwrap(),
                MailKind::SecurityNotice(notice)
            );
        }
    }
}
