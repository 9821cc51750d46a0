-- Uploads: what they take from an account's allowance, and blobs that are on their way out.

-- How many bytes an account has uploaded, by the hour.
CREATE TABLE uploaded_bytes (
    account BYTES NOT NULL REFERENCES accounts (id),
    hour    BIGINT NOT NULL,                -- since 1970
    bytes   BIGINT NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (account, hour)
) STRICT;
CREATE INDEX uploaded_bytes_by_hour ON uploaded_bytes (hour);

-- Blobs without a row whose objects are still to be deleted.
CREATE TABLE swept_blobs (
    sha256       BYTES PRIMARY KEY,
    leased_until BIGINT NOT NULL            -- by the process that deletes it now
) STRICT;
