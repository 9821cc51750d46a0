-- Client programs that are authorised for an account without its password.

CREATE TABLE activations (
    id                BYTES PRIMARY KEY,
    account           BYTES NOT NULL REFERENCES accounts (id),
    address           TEXT NOT NULL,        -- the Master of the time, as typed
    program           TEXT NOT NULL,
    version           TEXT NOT NULL,        -- that used it last
    device            TEXT NOT NULL,
    token             BYTES NOT NULL,       -- hashed
    slot              BYTES,                -- the vault key, wrapped; none once it is outlived
    blocked_by_owner  BIGINT NOT NULL DEFAULT 0 CHECK (blocked_by_owner IN (0, 1)),
    blocked_by_portal BIGINT NOT NULL DEFAULT 0 CHECK (blocked_by_portal IN (0, 1)),
    outlived_at       BIGINT,               -- when another address became the Master: it works no more, whatever comes
    created_at        BIGINT NOT NULL,
    last_used_at      BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX activations_by_token ON activations (token);
CREATE INDEX activations_by_account ON activations (account);
CREATE INDEX activations_by_program ON activations (program, version);

-- A session that an activated program began, or that it handed over to a browser, ends with the activation.
ALTER TABLE sessions ADD COLUMN activation BYTES REFERENCES activations (id);
ALTER TABLE sessions ADD COLUMN handed_over BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_activation ON sessions (activation) WHERE activation IS NOT NULL;

-- A way from one client to the next. Good while the session stands that prepared it.
CREATE TABLE hand_overs (
    token      BYTES PRIMARY KEY,           -- hashed
    session    BYTES NOT NULL,              -- its hash
    account    BYTES NOT NULL REFERENCES accounts (id),
    wrapped    BYTES NOT NULL,              -- the vault key, under what stands in the link alone
    expires_at BIGINT NOT NULL
) STRICT;
CREATE INDEX hand_overs_by_session ON hand_overs (session);
CREATE INDEX hand_overs_by_expiry ON hand_overs (expires_at);

-- What an administrator decided of a program. One that is not here may be used in any version.
CREATE TABLE programs (
    program       TEXT PRIMARY KEY,
    least_version TEXT NOT NULL
) STRICT;
