-- Beside an answer of dashboard.acl_answer: the endpoints that lack weight in it, as groups with the same rules, so that
-- they are paged through without another pass over the fleet.
CREATE TABLE dashboard.acl_lack_group (
  -- The digest of acl_answer.question, sixteen bytes instead of a hundred.
  list uuid NOT NULL,
  endpoints bigint NOT NULL,
  -- The least of the endpoints' agent rows.
  sample numeric NOT NULL,
  -- What is missing by module, and who could bring it: "2,0" and "0:17:3,1:17:1".
  missing text NOT NULL,
  who text NOT NULL,
  CONSTRAINT acl_lack_group_pkey PRIMARY KEY (list, endpoints, sample)
);
