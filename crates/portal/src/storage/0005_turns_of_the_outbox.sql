-- Whoever causes mails by the thousand delays nobody else's.

-- Who caused a mail, and whether somebody waits for it before a screen: the outbox takes turns between the one, and has
-- the other first. A row of before has no sender, and its turn when nobody else has.
ALTER TABLE outbox ADD COLUMN sender BYTES REFERENCES accounts (id);
ALTER TABLE outbox ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;
-- Whether it waits because its reader has had enough of the kind: those that do go out as one.
ALTER TABLE outbox ADD COLUMN put_off BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_turns ON outbox (urgent, sender, next_at, id) WHERE next_at IS NOT NULL;
-- What a reader gets of a kind, and what they got.
CREATE INDEX outbox_by_reader ON outbox (account, kind, next_at, sent_at);

-- How many recipients an account's messages had in the hour that began then.
CREATE TABLE sendings (
    account    BYTES PRIMARY KEY REFERENCES accounts (id),
    hour       BIGINT NOT NULL,
    recipients BIGINT NOT NULL
) STRICT;

-- One *This wasn't me* spends all links that went to its address.
CREATE INDEX alarms_by_account ON alarms (account);
