-- When a vault was written, and by what.
ALTER TABLE vaults ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE vaults ADD COLUMN program TEXT;
ALTER TABLE vaults ADD COLUMN in_person BIGINT NOT NULL DEFAULT 1;

-- Vaults that were replaced: `keys/history.rs` says which of them stay.
CREATE TABLE past_vaults (
    account    BYTES NOT NULL REFERENCES accounts (id),
    version    BIGINT NOT NULL,
    sealed     BYTES NOT NULL,
    written_at BIGINT NOT NULL,
    program    TEXT,
    in_person  BIGINT NOT NULL,
    PRIMARY KEY (account, version)
) STRICT;

-- How often programs wrote an account's vault on a day.
CREATE TABLE program_vault_writes (
    account BYTES NOT NULL REFERENCES accounts (id),
    day     BIGINT NOT NULL,
    writes  BIGINT NOT NULL,
    PRIMARY KEY (account, day)
) STRICT;

-- What a parcel comes of: a claim, or the address of an invited account. Its giver's signature says the same.
ALTER TABLE parcels ADD COLUMN claim BYTES;
ALTER TABLE parcels ADD COLUMN invited BYTES REFERENCES accounts (id);
ALTER TABLE parcels ADD COLUMN invited_address TEXT;
-- When a person said that it stands in the stored vault. From then on nobody sees it.
ALTER TABLE parcels ADD COLUMN acknowledged_at BIGINT;
-- No client takes in a keyring that names no claim; keys of invited accounts were their own accounts' until here.
DELETE FROM parcels WHERE absorbed IS NOT NULL;
UPDATE parcels SET invited = account, invited_address = (
    SELECT a.typed FROM addresses a WHERE a.account = parcels.account AND a.master = 1);
CREATE INDEX parcels_by_acknowledgement ON parcels (acknowledged_at);
