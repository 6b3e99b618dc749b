-- Background jobs of the web processes: who runs one now, and how the last run went. All moments are the database's clock.
CREATE TABLE dashboard.job (
  name text NOT NULL CONSTRAINT job_pkey PRIMARY KEY,
  period_ms integer NOT NULL,
  due_at timestamp with time zone,
  holder uuid,
  lease_until timestamp with time zone,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  succeeded_at timestamp with time zone,
  duration_ms integer,
  report text,
  error text,
  state jsonb,
  CONSTRAINT job_holder_check CHECK ((holder IS NULL) = (lease_until IS NULL))
);
