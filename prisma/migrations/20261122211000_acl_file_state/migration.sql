-- How the tables stand to the endpoint's last file, as a column of its own: PostgreSQL knows how common each state is, and
-- finds a few endpoints that differ in a large fleet.
ALTER TABLE dashboard.acl_endpoint ADD COLUMN file_state text NOT NULL GENERATED ALWAYS AS (
  CASE WHEN file_digest IS NULL THEN 'none' WHEN file_digest = digest THEN 'same' ELSE 'differs' END) STORED;
CREATE INDEX acl_endpoint_file_state_idx ON dashboard.acl_endpoint (file_state, queueloc) WHERE file_state <> 'none';
