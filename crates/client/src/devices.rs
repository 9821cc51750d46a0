//! What lets a device that nobody signed in from before sign in while strangers try the address.

use reqwest::Method;
use wire::{
    Address,
    sessions::{AskDeviceLink, Carrier, DeviceKnown, RedeemDeviceLink},
};

use crate::{Client, Error, http::Ask, links::secret};

impl Client {
    /// Asks for a link to be mailed to an address, where that is a confirmed one of an account. Nothing tells whether it is.
    ///
    /// # Errors
    /// `too-many-requests`, of the network.
    pub async fn ask_device_link(&self, address: &Address) -> Result<(), Error> {
        let request = AskDeviceLink {
            address: address.clone(),
        };
        self.http
            .tell_once(Ask::new(Method::POST, "/device-links").json(&request)?)
            .await
    }

    /// Makes this device known, by the link from the mail: the whole one, or what stands behind its `#`. What is answered is
    /// to be kept, and given to the [client of the next sign-in](Client::device_token).
    ///
    /// # Errors
    /// [`Error::Link`], or `link-unknown`, `link-expired`, `link-replaced`.
    pub async fn redeem_device_link(&self, link: &str) -> Result<DeviceKnown, Error> {
        let request = RedeemDeviceLink {
            token: secret(link)?,
            carrier: Carrier::Bearer,
        };
        // Not repeated: it works once.
        self.http
            .once(Ask::new(Method::POST, "/device-links/redeem").json(&request)?)
            .await
    }
}
