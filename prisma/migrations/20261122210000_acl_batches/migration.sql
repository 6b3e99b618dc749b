-- The cells of each batch of ACL changes, as they were and as they became. The audit row of a batch names its `batch` and
-- holds the SHA-256 over all of them, so that the audit's chain covers them.
CREATE TABLE dashboard.acl_change (
  batch uuid NOT NULL,
  n integer NOT NULL,
  table_name text NOT NULL CONSTRAINT acl_change_table_name_check CHECK (table_name IN ('agtmodreq', 'invagtmodperm')),
  agentid numeric NOT NULL,
  moduleid numeric NOT NULL,
  investigatorid numeric,
  before integer,
  after integer,
  CONSTRAINT acl_change_pkey PRIMARY KEY (batch, n),
  CONSTRAINT acl_change_investigatorid_check CHECK ((investigatorid IS NULL) = (table_name = 'agtmodreq')),
  CONSTRAINT acl_change_changes_check CHECK (before IS DISTINCT FROM after)
);
CREATE INDEX acl_change_agentid_batch_idx ON dashboard.acl_change (agentid, batch);

-- The cells belong to the audit: its own second line of defence holds for them too.
CREATE TRIGGER acl_change_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON dashboard.acl_change
  FOR EACH STATEMENT EXECUTE FUNCTION dashboard.audit_refuse_change();

CREATE INDEX audit_acl_batch_idx ON dashboard.audit (id) WHERE object_type = 'acl_batch';
CREATE INDEX audit_acl_batch_reverts_idx ON dashboard.audit ((detail->>'reverts'), id)
  WHERE object_type = 'acl_batch' AND detail->>'reverts' IS NOT NULL;
