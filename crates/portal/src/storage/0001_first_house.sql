-- Ids are 16 bytes (UUIDv7), times UTC milliseconds, yes and no 1 and 0, names of enums as on the wire.
-- Nothing in any table lets its reader open a message: what is sealed or hashed says so.

CREATE TABLE accounts (
    id            BYTES PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('professional', 'guest')),
    administrator BIGINT NOT NULL DEFAULT 0 CHECK (administrator IN (0, 1)),
    state         TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    name          TEXT,
    password      BYTES,            -- OPAQUE registration record; worth nothing without the portal's OPAQUE key
    fingerprint   TEXT NOT NULL,    -- of the current certificate
    change_seq    BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    CHECK (state <> 'active' OR (name IS NOT NULL AND password IS NOT NULL))
) STRICT;

-- Every certificate that an account ever had: old messages are verified against the one of their time.
CREATE TABLE certificates (
    fingerprint TEXT PRIMARY KEY,
    account     BYTES NOT NULL REFERENCES accounts (id),
    certificate BYTES NOT NULL,
    created_at  BIGINT NOT NULL
) STRICT;

-- Confirmed addresses only.
CREATE TABLE addresses (
    canonical    TEXT PRIMARY KEY,
    typed        TEXT NOT NULL,
    account      BYTES NOT NULL REFERENCES accounts (id),
    master       BIGINT NOT NULL CHECK (master IN (0, 1)),
    confirmed_at BIGINT NOT NULL
) STRICT;
CREATE INDEX addresses_by_account ON addresses (account);
CREATE UNIQUE INDEX addresses_one_master ON addresses (account) WHERE master = 1;

-- Addresses that mail waits for, until somebody registers.
CREATE TABLE invitations (
    canonical  TEXT PRIMARY KEY,
    typed      TEXT NOT NULL,
    account    BYTES NOT NULL UNIQUE REFERENCES accounts (id),
    invited_by BYTES REFERENCES accounts (id),
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX invitations_by_inviter ON invitations (invited_by, created_at);

-- A link's secret, hashed. Outlives the invitation to tell a used link from an unknown one.
CREATE TABLE invitation_tokens (
    hash       BYTES PRIMARY KEY,
    account    BYTES NOT NULL REFERENCES accounts (id),
    expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX invitation_tokens_by_account ON invitation_tokens (account);

-- The secret halves of invited accounts' keys, sealed to custody.
CREATE TABLE waiting_keys (
    account    BYTES PRIMARY KEY REFERENCES accounts (id),
    sealed     BYTES NOT NULL
) STRICT;

CREATE TABLE vaults (
    account BYTES PRIMARY KEY REFERENCES accounts (id),
    version BIGINT NOT NULL,
    sealed  BYTES NOT NULL
) STRICT;

CREATE TABLE unlock_slots (
    id      BYTES PRIMARY KEY,
    account BYTES NOT NULL REFERENCES accounts (id),
    kind    TEXT NOT NULL,
    wrapped BYTES NOT NULL
) STRICT;
CREATE INDEX unlock_slots_by_account ON unlock_slots (account);

CREATE TABLE parcels (
    id         BYTES PRIMARY KEY,
    account    BYTES NOT NULL REFERENCES accounts (id),
    sealed     BYTES NOT NULL,
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX parcels_by_account ON parcels (account);

CREATE TABLE sessions (
    hash       BYTES PRIMARY KEY,   -- of the secret that the client carries
    account    BYTES NOT NULL REFERENCES accounts (id),
    reload_key BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The portal's half of an OPAQUE sign-in between its two requests.
CREATE TABLE sign_ins (
    id         BYTES PRIMARY KEY,
    account    BYTES REFERENCES accounts (id),
    bucket     BYTES NOT NULL,      -- which attempts a success forgives: the address's,
    network    BYTES NOT NULL,      -- and the network's
    state      BYTES NOT NULL,
    expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

-- How often somebody tried: per address and per network, both as keyed hashes.
CREATE TABLE attempts (
    bucket        BYTES PRIMARY KEY,
    tries         BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    last_at       BIGINT NOT NULL
) STRICT;

CREATE TABLE mailboxes (
    id         BYTES PRIMARY KEY,
    account    BYTES NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX mailboxes_by_account ON mailboxes (account);

CREATE TABLE messages (
    id                 BYTES PRIMARY KEY,
    sender             BYTES NOT NULL REFERENCES accounts (id),
    sender_address     TEXT NOT NULL,
    sender_name        TEXT NOT NULL,
    sender_fingerprint TEXT NOT NULL REFERENCES certificates (fingerprint),
    sent_at            BIGINT NOT NULL,
    to_addresses       TEXT NOT NULL,   -- JSON list, as addressed
    in_reply_to        BYTES REFERENCES messages (id),
    cover              BYTES NOT NULL,  -- sealed
    files              BIGINT NOT NULL,
    size               BIGINT NOT NULL
) STRICT;

-- Apart from the messages, so that a list reads covers and nothing else.
CREATE TABLE bodies (
    message BYTES PRIMARY KEY REFERENCES messages (id),
    body    BYTES NOT NULL          -- sealed
) STRICT;

CREATE TABLE deliveries (
    id          BYTES PRIMARY KEY,
    mailbox     BYTES NOT NULL REFERENCES mailboxes (id),
    message     BYTES NOT NULL REFERENCES messages (id),
    folder      TEXT NOT NULL CHECK (folder IN ('inbox', 'sent')),
    key_packet  BYTES NOT NULL,
    read_at     BIGINT,
    UNIQUE (mailbox, message, folder)
) STRICT;
CREATE UNIQUE INDEX deliveries_by_folder ON deliveries (mailbox, folder, id);
CREATE INDEX deliveries_by_message ON deliveries (message);

-- Who was addressed and how; never changes.
CREATE TABLE participants (
    message  BYTES NOT NULL REFERENCES messages (id),
    position BIGINT NOT NULL,
    role     TEXT NOT NULL CHECK (role IN ('to', 'cc', 'bcc')),
    address  TEXT NOT NULL,
    account  BYTES NOT NULL REFERENCES accounts (id),
    delivery BYTES NOT NULL REFERENCES deliveries (id),
    PRIMARY KEY (message, position)
) STRICT;

CREATE TABLE correspondents (
    account BYTES NOT NULL REFERENCES accounts (id),
    other   BYTES NOT NULL REFERENCES accounts (id),
    last_at BIGINT NOT NULL,
    PRIMARY KEY (account, other)
) STRICT;
CREATE INDEX correspondents_by_time ON correspondents (account, last_at);

CREATE TABLE blobs (
    sha256     BYTES PRIMARY KEY,
    size       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) STRICT;
CREATE INDEX blobs_by_time ON blobs (created_at);

-- Who put a blob here, and so may name it in a message.
CREATE TABLE uploads (
    account     BYTES NOT NULL REFERENCES accounts (id),
    sha256      BYTES NOT NULL REFERENCES blobs (sha256),
    uploaded_at BIGINT NOT NULL,
    PRIMARY KEY (account, sha256)
) STRICT;
CREATE INDEX uploads_by_blob ON uploads (sha256);

CREATE TABLE message_files (
    message  BYTES NOT NULL REFERENCES messages (id),
    position BIGINT NOT NULL,
    sha256   BYTES NOT NULL REFERENCES blobs (sha256),
    PRIMARY KEY (message, position)
) STRICT;
CREATE INDEX message_files_by_blob ON message_files (sha256);

-- The answer that a request with this key got, to be given again.
CREATE TABLE idempotency_keys (
    account    BYTES NOT NULL REFERENCES accounts (id),
    key        TEXT NOT NULL,
    request    BYTES NOT NULL,      -- SHA-256 of the request's body
    response   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

CREATE TABLE changes (
    account BYTES NOT NULL REFERENCES accounts (id),
    seq     BIGINT NOT NULL,
    change  TEXT NOT NULL,          -- JSON
    PRIMARY KEY (account, seq)
) STRICT;

-- Basic mails that must go out. Links' secrets are made when a mail is made, and stand nowhere here.
CREATE TABLE outbox (
    id          BYTES PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('notification', 'invitation')),
    address     TEXT NOT NULL,      -- the destination, copied in
    account     BYTES NOT NULL REFERENCES accounts (id),
    sender_name TEXT,
    delivery    BYTES REFERENCES deliveries (id),
    created_at  BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    next_at     BIGINT,             -- null once it has ended
    sent_at     BIGINT,
    failed_at   BIGINT,
    refused     BIGINT NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_delivery ON outbox (delivery);
-- For the bound on links that are asked for: without it each such request would read every mail ever sent.
CREATE INDEX outbox_invitations ON outbox (account, created_at) WHERE kind = 'invitation';

-- What happened to an account, for its owner.
CREATE TABLE activity (
    id      BYTES PRIMARY KEY,
    account BYTES NOT NULL REFERENCES accounts (id),
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL
) STRICT;
CREATE INDEX activity_by_account ON activity (account, id);
