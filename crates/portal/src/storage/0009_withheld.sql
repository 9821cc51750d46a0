-- An account that joins another: its addresses are the other's, and the rest follows unless its password separates the two.
-- While it is 1, the state is 'disabled', so that to whoever knows no better nobody can use it.
ALTER TABLE accounts ADD COLUMN joining BIGINT NOT NULL DEFAULT 0 CHECK (joining IN (0, 1));

-- What a claim that was confirmed without a session of its claimant's took over: what came with it is withheld for a while.
CREATE TABLE withheld (
    claim    BYTES PRIMARY KEY,
    claimant BYTES NOT NULL REFERENCES accounts (id),
    account  BYTES NOT NULL REFERENCES accounts (id),   -- whose password separates the two
    parcel   BYTES,                                     -- its keyring, sealed to the claimant; null where one address moved
    until    BIGINT NOT NULL
) STRICT;
CREATE INDEX withheld_by_claimant ON withheld (claimant);
CREATE INDEX withheld_by_account ON withheld (account);
CREATE INDEX withheld_by_time ON withheld (until);

-- The addresses that moved, as they were, and what their former key says of the new one.
CREATE TABLE withheld_addresses (
    canonical    TEXT PRIMARY KEY,
    typed        TEXT NOT NULL,
    claim        BYTES NOT NULL REFERENCES withheld (claim),
    master       BIGINT NOT NULL CHECK (master IN (0, 1)),
    confirmed_at BIGINT NOT NULL,
    statement    BYTES NOT NULL
) STRICT;
CREATE INDEX withheld_addresses_by_claim ON withheld_addresses (claim);

-- Whether a sign-in was begun to separate two accounts, and begins no session.
ALTER TABLE sign_ins ADD COLUMN separates BIGINT NOT NULL DEFAULT 0 CHECK (separates IN (0, 1));
