-- Each entry holds the hash of the one before it and its own. Entries of before this migration are given theirs by the
-- program, in batches, before it does anything else: until then both are null.
alter table audit_entries add column previous_hash text, add column hash text;

-- Numbers are given with the hashes, under the lock on the installation: an identity column leaves some out when a
-- change is rolled back, and a number that is missing shall mean an entry that was deleted.
alter table audit_entries alter column id drop identity;

-- The head of the chain: the last entry and how many there are, so that a tail that was cut off shows.
alter table installation
  add column audit_id bigint not null default 0,
  add column audit_hash text not null default repeat('0', 64),
  add column audit_count bigint not null default 0,
  -- Entries up to this one are still to be chained; null when that is done. Nothing above it is ever chained later:
  -- a row that somebody has added to the table by hand must not be taken for an entry.
  add column audit_unchained_to bigint;
update installation set audit_unchained_to = (select max(id) from audit_entries);
