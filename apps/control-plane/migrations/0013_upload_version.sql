-- The number that an upload's version shall have: repositories number their versions themselves. Null takes the next.
alter table uploads add column version integer check (version > 0);
