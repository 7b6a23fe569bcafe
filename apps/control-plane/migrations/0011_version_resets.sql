-- How often an operator has had a version loaded anew. Gateways see it in the snapshot, and forget what became of the
-- version before.
alter table model_versions add column resets integer not null default 0 check (resets >= 0);
