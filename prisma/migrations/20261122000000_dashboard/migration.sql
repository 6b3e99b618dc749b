-- The program's own tables. Nothing here touches schema public.

CREATE TABLE dashboard.audit (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pkey PRIMARY KEY,
  at timestamp with time zone NOT NULL DEFAULT now(),
  viewer_id numeric,
  viewer_name text NOT NULL,
  viewer_role text NOT NULL,
  viewer_fingerprint text,
  via text NOT NULL CONSTRAINT audit_via_check CHECK (via IN ('web', 'token', 'operator', 'launcher')),
  address text,
  kind text NOT NULL,
  object_type text NOT NULL,
  object_id text NOT NULL,
  before jsonb,
  after jsonb,
  detail jsonb,
  previous_hash bytea,
  hash bytea
);
CREATE INDEX audit_object_type_object_id_id_idx ON dashboard.audit (object_type, object_id, id);
CREATE INDEX audit_at_id_idx ON dashboard.audit (at, id);

-- The second line of defence behind the grants: it holds for the owner and a superuser too.
CREATE FUNCTION dashboard.audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only: % is refused', lower(TG_OP)
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER audit_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON dashboard.audit
  FOR EACH STATEMENT EXECUTE FUNCTION dashboard.audit_refuse_change();

CREATE TABLE dashboard.demo (
  seed text NOT NULL CONSTRAINT demo_pkey PRIMARY KEY,
  filled_at timestamp with time zone NOT NULL,
  spool text NOT NULL
);
CREATE UNIQUE INDEX demo_one_row ON dashboard.demo ((true));

CREATE TABLE dashboard.investigator_id (
  single boolean NOT NULL DEFAULT true CONSTRAINT investigator_id_pkey PRIMARY KEY,
  last numeric NOT NULL,
  CONSTRAINT investigator_id_one_row CHECK (single)
);
INSERT INTO dashboard.investigator_id (last) VALUES (0);
