-- What was last found out about the ACL of the whole fleet, one row a question (its digest), shared by all instances.
CREATE TABLE dashboard.acl_answer (
  question text NOT NULL CONSTRAINT acl_answer_pkey PRIMARY KEY,
  -- The "now" of the answer: MIG_NOW, or the database's clock.
  at timestamp with time zone NOT NULL,
  made_at timestamp with time zone NOT NULL,
  took_ms integer NOT NULL,
  answer jsonb NOT NULL
);
CREATE INDEX acl_answer_made_at_idx ON dashboard.acl_answer (made_at);
