//! What changed, and when to look.

use std::collections::VecDeque;

use futures_util::{Stream, StreamExt as _, stream};
use reqwest::Method;
use wire::mailbox::{Change, Changes};

use crate::{Error, Session};

/// The longest line of an event stream that is taken, in bytes.
const MAX_LINE: usize = 64 << 10;

impl Session {
    /// What changed after the change of that number; 0 for all.
    ///
    /// What concerns the session itself is taken up before it is answered: a vault that another client stored, the
    /// account's addresses, and keys that were handed to it. Where that fails, ask for the same changes again. An answer
    /// whose `latest` is below `since` says that the portal's database is that of an earlier day: look at everything.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn changes(&self, since: i64) -> Result<Changes, Error> {
        let changes: Changes = self
            .get(self.ask(Method::GET, &format!("/changes?since={since}")))
            .await?;
        self.take_up(&changes.changes).await?;
        if changes.latest < since {
            self.refresh().await?;
            self.take_parcels_in().await?;
        }
        Ok(changes)
    }

    async fn take_up(&self, changes: &[Change]) -> Result<(), Error> {
        let stored = changes.iter().filter_map(|change| match change {
            Change::Vault { version } => Some(*version),
            _ => None,
        });
        if let Some(version) = stored.max() {
            self.take_up_vault(version).await?;
        }
        // Mailboxes come with the keys that open what lies in them.
        let account = |change: &Change| matches!(change, Change::Account | Change::Mailboxes);
        if changes.iter().any(account) {
            self.refresh().await?;
            self.take_parcels_in().await?;
        }
        Ok(())
    }

    /// Numbers of last changes, each a hint to ask for [changes](Session::changes); the first comes at once. Ends where
    /// the connection does: ask again, and what was missed is in the changes.
    ///
    /// # Errors
    /// Where the stream cannot be had.
    pub async fn events(&self) -> Result<impl Stream<Item = Result<i64, Error>> + Send + use<>, Error> {
        let http = &self.0.client.http;
        let response = http
            .respond(http.request(Method::GET, "/events", Some(&self.in_session())))
            .await?;
        let state = (response.bytes_stream().boxed(), Events::default());
        Ok(stream::try_unfold(state, |(mut bytes, mut events)| async move {
            loop {
                if let Some(latest) = events.found.pop_front() {
                    return Ok(Some((latest, (bytes, events))));
                }
                match bytes.next().await {
                    Some(piece) => events.take(&piece?)?,
                    None => return Ok(None),
                }
            }
        }))
    }
}

/// Reads an event stream (WHATWG HTML, "server-sent events") for the numbers in its `change` events.
#[derive(Default)]
struct Events {
    line: Vec<u8>,
    changed: bool,
    latest: Option<i64>,
    found: VecDeque<i64>,
}

impl Events {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for &byte in bytes {
            match byte {
                b'\n' => self.end_line(),
                b'\r' => {}
                _ if self.line.len() == MAX_LINE => return Err(Error::Answer("an event without an end")),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            if let (true, Some(latest)) = (self.changed, self.latest) {
                self.found.push_back(latest);
            }
            (self.changed, self.latest) = (false, None);
            return;
        }
        let text = String::from_utf8_lossy(&line);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.changed = value == "change",
            "data" => self.latest = value.parse().ok(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_however_the_stream_is_cut() {
        let text = b": hello\n\nevent: change\ndata: 7\n\n:\n\nevent: other\ndata: 8\n\ndata:9\r\nevent:change\r\n\r\nevent: change\ndata: x\n\n";
        for size in 1..text.len() {
            let mut events = Events::default();
            for piece in text.chunks(size) {
                events.take(piece).unwrap();
            }
            assert_eq!(events.found, [7, 9]);
        }
    }

    #[test]
    fn a_line_has_a_bound() {
        assert!(Events::default().take(&vec![b'x'; MAX_LINE + 1]).is_err());
    }
}
