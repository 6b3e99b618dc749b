-- Files of agents' ACLs that left the site or were compared here: when, and by whom. Nothing of a file is kept but its digest.
CREATE TABLE dashboard.acl_file (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT acl_file_pkey PRIMARY KEY,
  at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL CONSTRAINT acl_file_kind_check CHECK (kind IN ('export', 'upload')),
  by_id numeric,
  by_name text NOT NULL
);

-- What the tables say of each endpoint, as the last pass found it, and what its last file said. Equal digests are equal ACLs.
CREATE TABLE dashboard.acl_endpoint (
  queueloc text NOT NULL CONSTRAINT acl_endpoint_pkey PRIMARY KEY,
  agent_id numeric NOT NULL,
  digest text NOT NULL,
  file_id bigint,
  file_digest text,
  CONSTRAINT acl_endpoint_file_check CHECK ((file_id IS NULL) = (file_digest IS NULL))
) WITH (fillfactor = 85);
CREATE INDEX acl_endpoint_digest_idx ON dashboard.acl_endpoint (digest, queueloc);

-- The last pass over all endpoints' rules. One row.
CREATE TABLE dashboard.acl_pass (
  one boolean NOT NULL DEFAULT true CONSTRAINT acl_pass_pkey PRIMARY KEY,
  -- The "now" of the pass: MIG_NOW, or the database's clock.
  at timestamp with time zone NOT NULL,
  made_at timestamp with time zone NOT NULL,
  took_ms integer NOT NULL,
  endpoints integer NOT NULL,
  acls integer NOT NULL,
  CONSTRAINT acl_pass_one_check CHECK (one)
);
