-- Addresses of lists that a person named, for themselves or for everybody.
CREATE TABLE dashboard.saved_view (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT saved_view_pkey PRIMARY KEY,
  list text NOT NULL,
  name text NOT NULL,
  query text NOT NULL,
  owner_id numeric NOT NULL,
  owner_name text NOT NULL,
  shared boolean NOT NULL,
  made_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX saved_view_owner_idx ON dashboard.saved_view (owner_id, list, name);
CREATE INDEX saved_view_list_idx ON dashboard.saved_view (list, shared);

-- The view with which a list opens for a person.
CREATE TABLE dashboard.default_view (
  person_id numeric NOT NULL,
  list text NOT NULL,
  view_id bigint NOT NULL,
  CONSTRAINT default_view_pkey PRIMARY KEY (person_id, list)
);
