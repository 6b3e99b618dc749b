-- What came and fell silent in the last days is counted with every pass, out of all endpoints.
CREATE INDEX endpoint_first_seen_idx ON dashboard.endpoint (first_seen);
CREATE INDEX endpoint_last_seen_idx ON dashboard.endpoint (last_seen);
