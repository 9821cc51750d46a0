-- A link that the server's command line printed, and no mail: the only one that registers an administrator.
ALTER TABLE invitation_tokens ADD COLUMN printed BIGINT NOT NULL DEFAULT 0 CHECK (printed IN (0, 1));

-- Under which of the portal's OPAQUE setups a password was chosen, and a sign-in begun. A record without one is of a version
-- that stretched passwords less, and opens nothing.
ALTER TABLE accounts ADD COLUMN password_setup BIGINT;
ALTER TABLE sign_ins ADD COLUMN setup BIGINT NOT NULL DEFAULT 0;

-- Devices that somebody signed in from by the password.
CREATE TABLE device_tokens (
    hash       BYTES PRIMARY KEY,   -- of the token that the device keeps
    account    BYTES NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
) STRICT;
CREATE INDEX device_tokens_by_account ON device_tokens (account);
CREATE INDEX device_tokens_by_use ON device_tokens (used_at);

-- The device that a sign-in was begun from, where the account knows it.
ALTER TABLE sign_ins ADD COLUMN device BYTES;
