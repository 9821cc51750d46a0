-- Addresses move between accounts, and accounts join. An account that was absorbed stays as a row that points at the
-- one that holds everything now: never at another that points further.

ALTER TABLE accounts ADD COLUMN absorbed_into BYTES REFERENCES accounts (id);
CREATE INDEX accounts_by_absorber ON accounts (absorbed_into) WHERE absorbed_into IS NOT NULL;
CREATE INDEX accounts_administrators ON accounts (id) WHERE administrator = 1;

ALTER TABLE sessions ADD COLUMN password_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX sign_ins_by_account ON sign_ins (account);

ALTER TABLE activity ADD COLUMN address TEXT;
ALTER TABLE activity ADD COLUMN by_administrator BIGINT NOT NULL DEFAULT 0;

-- Whose keyring a parcel holds: their own vault stays until the parcel is taken in.
ALTER TABLE parcels ADD COLUMN absorbed BYTES REFERENCES accounts (id);

-- The address that the other was last dealt with under, as typed, and the other one before that.
ALTER TABLE correspondents ADD COLUMN known_as TEXT;
ALTER TABLE correspondents ADD COLUMN known_before TEXT;
-- Until here everybody had one address, and was dealt with under that.
UPDATE correspondents SET known_as = (
    SELECT a.typed FROM addresses a WHERE a.account = correspondents.other
    UNION ALL SELECT i.typed FROM invitations i WHERE i.account = correspondents.other);

-- Every User ID that an account's certificate ever had, as a certificate with it alone. Old messages are verified
-- against the one they were sent under, and a look-up by one address tells of no other.
CREATE TABLE user_ids (
    fingerprint TEXT NOT NULL REFERENCES certificates (fingerprint),
    canonical   TEXT NOT NULL,
    certificate BYTES NOT NULL,
    PRIMARY KEY (fingerprint, canonical)
) STRICT;
-- Until here an account had one address, and each of its certificates that one User ID.
INSERT INTO user_ids (fingerprint, canonical, certificate)
    SELECT c.fingerprint, a.canonical, c.certificate FROM certificates c JOIN addresses a ON a.account = c.account
    UNION ALL
    SELECT c.fingerprint, i.canonical, c.certificate FROM certificates c JOIN invitations i ON i.account = c.account;

-- Whoever decides what an address is holds its row until the unit ends: the tables that say what an address is are two.
CREATE TABLE address_turns (
    canonical TEXT PRIMARY KEY
) STRICT;

-- What the key that an address had says of the one that it got.
CREATE TABLE successions (
    before_fingerprint TEXT NOT NULL REFERENCES certificates (fingerprint),
    canonical          TEXT NOT NULL,
    after_fingerprint  TEXT NOT NULL REFERENCES certificates (fingerprint),
    statement          BYTES NOT NULL,      -- signed by the former
    PRIMARY KEY (before_fingerprint, canonical)
) STRICT;
CREATE INDEX successions_by_after ON successions (after_fingerprint, canonical);

CREATE TABLE claims (
    id               BYTES PRIMARY KEY,
    account          BYTES NOT NULL REFERENCES accounts (id),
    canonical        TEXT NOT NULL,
    typed            TEXT NOT NULL,
    number           TEXT NOT NULL,
    wrong_numbers    BIGINT NOT NULL DEFAULT 0,
    by_administrator BIGINT NOT NULL CHECK (by_administrator IN (0, 1)),
    token            BYTES,             -- the newest link's secret, hashed; null until its mail is made
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    ended            TEXT CHECK (ended IN ('confirmed', 'cancelled', 'refused', 'guessed')),
    ended_at         BIGINT,
    proof            BYTES,             -- of the other account's password, hashed
    proof_account    BYTES REFERENCES accounts (id),
    proof_until      BIGINT
) STRICT;
CREATE UNIQUE INDEX claims_pending ON claims (account, canonical) WHERE ended IS NULL;
CREATE INDEX claims_by_account ON claims (account, created_at);
CREATE INDEX claims_by_address ON claims (canonical);
CREATE INDEX claims_ended ON claims (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX claims_proved ON claims (proof_account) WHERE proof_account IS NOT NULL;
CREATE INDEX claims_by_expiry ON claims (expires_at) WHERE ended IS NULL;

-- Every link's secret of a claim, hashed, so that one that a newer mail replaced is told so.
CREATE TABLE claim_tokens (
    hash  BYTES PRIMARY KEY,
    claim BYTES NOT NULL REFERENCES claims (id)
) STRICT;
CREATE INDEX claim_tokens_by_claim ON claim_tokens (claim);

-- The secrets of "This wasn't me" in security notices, hashed.
CREATE TABLE alarms (
    hash       BYTES PRIMARY KEY,
    account    BYTES NOT NULL REFERENCES accounts (id),
    address    TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    raised_at  BIGINT               -- from then on the link does nothing more
) STRICT;
CREATE INDEX alarms_by_expiry ON alarms (expires_at);

-- Who is to be told an account's new Master, worked through by and by.
CREATE TABLE tellings (
    account    BYTES PRIMARY KEY REFERENCES accounts (id),
    address    TEXT NOT NULL,
    told       BYTES NOT NULL,          -- the last correspondent who was
    created_at BIGINT NOT NULL
) STRICT;

-- Basic mails that must go out, of more kinds than before. Links' secrets are made when a mail is made.
CREATE TABLE outbox_of_all_kinds (
    id          BYTES PRIMARY KEY,
    kind        TEXT NOT NULL,
    address     TEXT NOT NULL,      -- the destination, copied in
    account     BYTES NOT NULL REFERENCES accounts (id),
    sender_name TEXT,
    delivery    BYTES REFERENCES deliveries (id),
    claim       BYTES REFERENCES claims (id),
    about       TEXT,               -- the address that it tells of
    created_at  BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    next_at     BIGINT,             -- null once it has ended
    sent_at     BIGINT,
    failed_at   BIGINT,
    refused     BIGINT NOT NULL DEFAULT 0
) STRICT;
INSERT INTO outbox_of_all_kinds (id, kind, address, account, sender_name, delivery, created_at, attempts, next_at,
        sent_at, failed_at, refused)
    SELECT id, kind, address, account, sender_name, delivery, created_at, attempts, next_at, sent_at, failed_at, refused
    FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_of_all_kinds RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_delivery ON outbox (delivery);
CREATE INDEX outbox_by_claim ON outbox (claim) WHERE claim IS NOT NULL;
CREATE INDEX outbox_invitations ON outbox (account, created_at) WHERE kind = 'invitation';
