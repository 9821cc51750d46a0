-- A link that the server's command line printed, and no mail: the only one that registers an administrator.
ALTER TABLE invitation_tokens ADD COLUMN printed BIGINT NOT NULL DEFAULT 0 CHECK (printed IN (0, 1));
