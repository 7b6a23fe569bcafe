-- A session that is older than this has ended, wherever it is kept.
alter table users add column sessions_valid_from timestamptz not null default '-infinity';
alter table users alter column sessions_valid_from drop default;

-- Browsers in which somebody has signed in before: wrong passwords of others do not lock them out.
create table known_browsers (
  sha256 text primary key,
  user_id uuid not null references users (id) on delete cascade,
  last_sign_in_at timestamptz not null
);
create index known_browsers_user_id on known_browsers (user_id);
