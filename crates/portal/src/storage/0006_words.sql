-- The words that the code uses.
ALTER TABLE address_turns RENAME TO address_locks;
ALTER TABLE tellings RENAME TO announcements;
ALTER TABLE activations RENAME COLUMN outlived_at TO superseded_at;
