-- One row an action: its commands counted by the job "action summaries", which alone writes here.
-- NULL in counted_at: known, not counted yet. NULL in due_at: counted, and not counted again before the action's row changes.
CREATE TABLE dashboard.action_summary (
  action_id numeric NOT NULL CONSTRAINT action_summary_pkey PRIMARY KEY,
  -- A hash of the columns of the action's row that change with its commands.
  seen bigint NOT NULL,
  landed boolean NOT NULL,
  modules text[] NOT NULL,
  -- How many commands the next count is likely to read.
  expected bigint NOT NULL,
  due_at timestamp with time zone,
  counted_at timestamp with time zone,
  commands bigint,
  done bigint,
  failed bigint,
  timed_out bigint,
  cancelled bigint,
  still_out bigint,
  other bigint,
  found bigint,
  refused bigint,
  with_errors bigint,
  last_change timestamp with time zone,
  CONSTRAINT action_summary_counted_check CHECK (
    counted_at IS NULL OR commands = done + failed + timed_out + cancelled + still_out + other
  )
);
CREATE INDEX action_summary_expected_action_id_idx ON dashboard.action_summary (expected, action_id) WHERE due_at IS NOT NULL;
CREATE INDEX action_summary_modules_idx ON dashboard.action_summary USING gin (modules);
