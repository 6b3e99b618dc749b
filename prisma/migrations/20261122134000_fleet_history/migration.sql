-- What was last counted over the whole fleet, one row a question (moment and thresholds), shared by all instances.
CREATE TABLE dashboard.fleet (
  question text NOT NULL CONSTRAINT fleet_pkey PRIMARY KEY,
  -- The "now" of the count: MIG_NOW, or the database's clock.
  at timestamp with time zone NOT NULL,
  made_at timestamp with time zone NOT NULL,
  took_ms integer NOT NULL,
  figures jsonb NOT NULL
);

-- Since when there is a history, and its last pass. One row.
CREATE TABLE dashboard.fleet_history (
  one boolean NOT NULL DEFAULT true CONSTRAINT fleet_history_pkey PRIMARY KEY,
  begins_at timestamp with time zone NOT NULL,
  passed_at timestamp with time zone NOT NULL,
  CONSTRAINT fleet_history_one_check CHECK (one)
);

-- Samples: per minute, hour and day the last one within it. What is missing was not sampled.
CREATE TABLE dashboard.fleet_sample (
  grain text NOT NULL,
  bucket timestamp with time zone NOT NULL,
  at timestamp with time zone NOT NULL,
  endpoints integer NOT NULL,
  online integer NOT NULL,
  late integer NOT NULL,
  unreachable integer NOT NULL,
  gone integer NOT NULL,
  destroyed integer NOT NULL,
  ahead integer NOT NULL,
  unknown integer NOT NULL,
  processes integer NOT NULL,
  offline_names integer NOT NULL,
  offline_endpoints integer NOT NULL,
  doubles integer NOT NULL,
  doubles_alive integer NOT NULL,
  newest timestamp with time zone,
  by_version jsonb NOT NULL,
  by_os jsonb NOT NULL,
  CONSTRAINT fleet_sample_pkey PRIMARY KEY (grain, bucket),
  CONSTRAINT fleet_sample_grain_check CHECK (grain IN ('minute', 'hour', 'day')),
  CONSTRAINT fleet_sample_endpoints_check
    CHECK (endpoints = online + late + unreachable + gone + destroyed + ahead + unknown)
);

-- Endpoints that came and that fell silent, by day (UTC); rebuilt: from the rows of MIG, before there was a history.
CREATE TABLE dashboard.fleet_day (
  day date NOT NULL CONSTRAINT fleet_day_pkey PRIMARY KEY,
  came integer NOT NULL,
  lost integer NOT NULL,
  rebuilt boolean NOT NULL
);

-- The present span of every endpoint. kind heard: its state follows from last_seen, which is NULL while it beats.
CREATE TABLE dashboard.endpoint (
  queueloc text NOT NULL CONSTRAINT endpoint_pkey PRIMARY KEY,
  agent_id numeric NOT NULL,
  name text NOT NULL,
  os text NOT NULL,
  version text NOT NULL,
  first_seen timestamp with time zone NOT NULL,
  kind text NOT NULL,
  since timestamp with time zone NOT NULL,
  last_seen timestamp with time zone,
  CONSTRAINT endpoint_kind_check CHECK (kind IN ('heard', 'ahead', 'destroyed', 'unknown'))
) WITH (fillfactor = 85);

-- Spans that are over, kept 400 days. last_seen NULL in one of kind heard: it beat until the end.
CREATE TABLE dashboard.endpoint_span (
  queueloc text NOT NULL,
  since timestamp with time zone NOT NULL,
  until timestamp with time zone NOT NULL,
  agent_id numeric NOT NULL,
  name text NOT NULL,
  os text NOT NULL,
  version text NOT NULL,
  first_seen timestamp with time zone NOT NULL,
  kind text NOT NULL,
  last_seen timestamp with time zone,
  CONSTRAINT endpoint_span_pkey PRIMARY KEY (queueloc, since),
  CONSTRAINT endpoint_span_until_check CHECK (until > since)
);
CREATE INDEX endpoint_span_range_idx ON dashboard.endpoint_span USING gist (tstzrange(since, until));
