-- A route that an operator has unloaded: gateways release its versions and answer that they are unloaded, until it is
-- loaded again. Its policy stays as it is, and goes on following new versions.
alter table routes add column unloaded boolean not null default false;
