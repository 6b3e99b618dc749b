-- When the action's row was last found changed: a count that is older is not shown as the present state.
ALTER TABLE dashboard.action_summary ADD COLUMN noticed_at timestamp with time zone NOT NULL DEFAULT clock_timestamp();
