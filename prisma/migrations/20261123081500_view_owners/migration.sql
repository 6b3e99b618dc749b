-- A view belongs to an id and its key, as all else of a person: an id may be given again by hand. Who saved or chose what is
-- there already, the audit knows.
ALTER TABLE dashboard.saved_view ADD COLUMN owner_fingerprint text;
ALTER TABLE dashboard.default_view ADD COLUMN person_fingerprint text;
UPDATE dashboard.saved_view v SET owner_fingerprint = a.viewer_fingerprint
  FROM dashboard.audit a WHERE a.kind = 'view.save' AND a.object_type = 'view' AND a.object_id = v.id::text;
UPDATE dashboard.default_view d SET person_fingerprint = (
  SELECT a.viewer_fingerprint FROM dashboard.audit a
  WHERE a.kind = 'view.default' AND a.object_type = 'view' AND a.object_id = d.view_id::text AND a.viewer_id = d.person_id
  ORDER BY a.id DESC LIMIT 1);
DROP INDEX dashboard.saved_view_owner_idx;
CREATE UNIQUE INDEX saved_view_owner_idx ON dashboard.saved_view (owner_id, owner_fingerprint, list, name);
