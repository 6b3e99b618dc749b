-- People: roles, sessions, one-use sign-in texts, tokens, and the counts that limits go by. Ids are made by the program.

-- A row counts only while public.investigators holds this id with this primary fingerprint.
CREATE TABLE dashboard.person (
  investigator_id numeric NOT NULL,
  fingerprint text NOT NULL CONSTRAINT person_fingerprint_check CHECK (fingerprint ~ '^[0-9A-F]{40,64}$'),
  role text CONSTRAINT person_role_check CHECK (role IN ('admin', 'investigator', 'none')),
  disabled_at timestamp with time zone,
  changed_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT person_pkey PRIMARY KEY (investigator_id, fingerprint)
);

CREATE TABLE dashboard.session (
  id uuid NOT NULL CONSTRAINT session_pkey PRIMARY KEY,
  token_hash bytea NOT NULL,
  investigator_id numeric NOT NULL,
  fingerprint text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  last_used_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamp with time zone NOT NULL,
  address text,
  browser text,
  ended_at timestamp with time zone,
  ended_why text
);
CREATE UNIQUE INDEX session_token_hash_key ON dashboard.session (token_hash);
CREATE INDEX session_investigator_id_created_at_idx ON dashboard.session (investigator_id, created_at);

CREATE TABLE dashboard.challenge (
  id uuid NOT NULL CONSTRAINT challenge_pkey PRIMARY KEY,
  text text NOT NULL,
  browser_hash bytea NOT NULL,
  address text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone
);
CREATE INDEX challenge_expires_at_idx ON dashboard.challenge (expires_at);

CREATE TABLE dashboard.token (
  id uuid NOT NULL CONSTRAINT token_pkey PRIMARY KEY,
  token_hash bytea NOT NULL,
  kind text NOT NULL CONSTRAINT token_kind_check CHECK (kind IN ('person', 'metrics')),
  investigator_id numeric,
  fingerprint text,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  CONSTRAINT token_person_check CHECK ((kind = 'person') = (investigator_id IS NOT NULL AND fingerprint IS NOT NULL))
);
CREATE UNIQUE INDEX token_token_hash_key ON dashboard.token (token_hash);
CREATE INDEX token_investigator_id_idx ON dashboard.token (investigator_id);

CREATE TABLE dashboard.attempt (
  address text NOT NULL,
  kind text NOT NULL,
  minute timestamp with time zone NOT NULL,
  count integer NOT NULL,
  CONSTRAINT attempt_pkey PRIMARY KEY (address, kind, minute)
);
CREATE INDEX attempt_minute_idx ON dashboard.attempt (minute);
