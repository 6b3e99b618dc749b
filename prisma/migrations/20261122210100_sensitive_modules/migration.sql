-- Modules that one person alone should not be able to run, marked by an admin.
CREATE TABLE dashboard.sensitive_module (
  moduleid numeric NOT NULL CONSTRAINT sensitive_module_pkey PRIMARY KEY,
  marked_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);

-- modules.id has no generator in MIG: the greatest id ever given here, so that none is given twice.
CREATE TABLE dashboard.module_id (
  single boolean NOT NULL DEFAULT true CONSTRAINT module_id_pkey PRIMARY KEY,
  last numeric NOT NULL,
  CONSTRAINT module_id_one_row CHECK (single)
);
INSERT INTO dashboard.module_id (last) VALUES (0);
