-- Turns the demo's tables into the last layout of MIG: lib/testing/mig-schemas/2019.sql with what the demo has stored.
ALTER TABLE public.actions DROP COLUMN sentctr, DROP COLUMN returnedctr, DROP COLUMN donectr, DROP COLUMN cancelledctr,
  DROP COLUMN failedctr, DROP COLUMN timeoutctr;
ALTER TABLE public.actions ALTER COLUMN pgpsignatures TYPE varchar USING coalesce(pgpsignatures::text, '');
ALTER TABLE public.actions ALTER COLUMN pgpsignatures SET NOT NULL;
UPDATE public.commands SET status = 'success' WHERE status IN ('done', 'succeeded');

UPDATE public.agents SET environment = (coalesce(environment::text, '{}')::jsonb || jsonb_build_object('os', os))::json
  WHERE environment IS NULL OR json_typeof(environment) = 'object';
ALTER TABLE public.agents DROP COLUMN os, ADD COLUMN mode varchar(2048) NOT NULL DEFAULT 'daemon',
  ADD COLUMN refreshtime timestamp with time zone NOT NULL DEFAULT '2019-01-01 00:00:00+00', ADD COLUMN loadername varchar(256);
ALTER TABLE public.agents ALTER COLUMN mode DROP DEFAULT, ALTER COLUMN refreshtime DROP DEFAULT;

ALTER TABLE public.investigators ALTER COLUMN publickey TYPE bytea USING convert_to(publickey, 'UTF8');
ALTER TABLE public.investigators ADD COLUMN privatekey bytea, ADD COLUMN status varchar(255) NOT NULL DEFAULT 'active',
  ADD COLUMN createdat timestamp with time zone NOT NULL DEFAULT '2019-01-01 00:00:00+00',
  ADD COLUMN lastmodified timestamp with time zone NOT NULL DEFAULT '2019-01-01 00:00:00+00',
  ADD COLUMN permissions bigint NOT NULL DEFAULT 0, ADD COLUMN apikey bytea, ADD COLUMN apisalt bytea;
ALTER TABLE public.investigators ALTER COLUMN status DROP DEFAULT, ALTER COLUMN createdat DROP DEFAULT,
  ALTER COLUMN lastmodified DROP DEFAULT;
