-- Devices that a link from a mail made known, and that nobody signed in from yet.
ALTER TABLE device_tokens ADD COLUMN signed_in BIGINT NOT NULL DEFAULT 1 CHECK (signed_in IN (0, 1));

-- Somebody asked for a link that makes a device known. A row for each address that was asked for, whatever the address is.
CREATE TABLE device_link_requests (
    bucket      BYTES PRIMARY KEY,  -- keyed hash of the address
    address     TEXT,               -- as asked for, until the mailer has looked whose it is
    due_at      BIGINT,             -- when the mailer looks; none where it has
    spent_until BIGINT NOT NULL     -- until when the address's share of mails is used up
) STRICT;
CREATE INDEX device_link_requests_due ON device_link_requests (due_at) WHERE due_at IS NOT NULL;

-- The links that were mailed. A used one is deleted.
CREATE TABLE device_links (
    hash       BYTES PRIMARY KEY,   -- of the link's secret
    account    BYTES NOT NULL REFERENCES accounts (id),
    canonical  TEXT NOT NULL,
    typed      TEXT NOT NULL,       -- the confirmed address that it went to
    expires_at BIGINT NOT NULL,
    replaced   BIGINT NOT NULL DEFAULT 0 CHECK (replaced IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX device_links_newest ON device_links (canonical) WHERE replaced = 0;
CREATE INDEX device_links_by_account ON device_links (account);
CREATE INDEX device_links_by_end ON device_links (expires_at);
