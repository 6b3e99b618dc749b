-- The last layout of MIG, of 2019: no counters, no agents.os, investigators with status and secrets, loaders, manifests, statistics.

CREATE TABLE public.actions (
  id numeric PRIMARY KEY,
  name varchar(2048) NOT NULL,
  target varchar(2048) NOT NULL,
  description json,
  threat json,
  operations json,
  validfrom timestamp with time zone NOT NULL,
  expireafter timestamp with time zone NOT NULL,
  starttime timestamp with time zone,
  finishtime timestamp with time zone,
  lastupdatetime timestamp with time zone,
  status varchar(256),
  syntaxversion integer,
  pgpsignatures varchar(4096) NOT NULL
);

CREATE TABLE public.agents (
  id numeric PRIMARY KEY,
  name varchar(2048) NOT NULL,
  queueloc varchar(2048) NOT NULL,
  mode varchar(2048) NOT NULL,
  version varchar(2048) NOT NULL,
  pid integer NOT NULL,
  starttime timestamp with time zone NOT NULL,
  destructiontime timestamp with time zone,
  heartbeattime timestamp with time zone NOT NULL,
  refreshtime timestamp with time zone NOT NULL,
  status varchar(255),
  environment json,
  tags json,
  loadername varchar(256)
);
CREATE INDEX agents_heartbeattime_idx ON public.agents (heartbeattime DESC);
CREATE INDEX agents_starttime_idx ON public.agents (starttime DESC);
CREATE INDEX agents_queueloc_pid_idx ON public.agents (queueloc, pid);
CREATE INDEX agents_status_idx ON public.agents (status);

CREATE TABLE public.agents_stats (
  timestamp timestamp with time zone NOT NULL,
  online_agents numeric,
  online_agents_by_version json,
  online_endpoints numeric,
  idle_agents numeric,
  idle_agents_by_version json,
  idle_endpoints numeric,
  new_endpoints numeric,
  multi_agents_endpoints numeric,
  disappeared_endpoints numeric,
  flapping_endpoints numeric
);

CREATE TABLE public.commands (
  id numeric PRIMARY KEY,
  actionid numeric NOT NULL REFERENCES public.actions (id),
  agentid numeric NOT NULL REFERENCES public.agents (id),
  status varchar(255) NOT NULL,
  results json,
  starttime timestamp with time zone NOT NULL,
  finishtime timestamp with time zone
);
CREATE INDEX commands_agentid ON public.commands (agentid DESC);
CREATE INDEX commands_actionid ON public.commands (actionid DESC);

-- The sequence stands alone: no column owns it.
CREATE SEQUENCE public.investigators_id_seq START 1;
CREATE TABLE public.investigators (
  id numeric PRIMARY KEY DEFAULT nextval('public.investigators_id_seq'),
  name varchar(1024) NOT NULL,
  pgpfingerprint varchar(128),
  publickey bytea,
  privatekey bytea,
  status varchar(255) NOT NULL,
  createdat timestamp with time zone NOT NULL,
  lastmodified timestamp with time zone NOT NULL,
  permissions bigint NOT NULL DEFAULT 0,
  apikey bytea,
  apisalt bytea
);
CREATE UNIQUE INDEX investigators_pgpfingerprint_idx ON public.investigators (pgpfingerprint);

CREATE SEQUENCE public.manifests_id_seq START 1;
CREATE TABLE public.manifests (
  id numeric PRIMARY KEY DEFAULT nextval('public.manifests_id_seq'),
  name varchar(256) NOT NULL,
  content text NOT NULL,
  timestamp timestamp with time zone NOT NULL,
  status varchar(255) NOT NULL,
  target varchar(2048) NOT NULL
);

CREATE TABLE public.manifestsig (
  manifestid numeric NOT NULL REFERENCES public.manifests (id),
  investigatorid numeric NOT NULL,
  pgpsignature varchar(4096) NOT NULL
);
CREATE UNIQUE INDEX manifestsig_manifestid_investigatorid_idx ON public.manifestsig (manifestid, investigatorid);

CREATE SEQUENCE public.loaders_id_seq START 1;
CREATE TABLE public.loaders (
  id numeric PRIMARY KEY DEFAULT nextval('public.loaders_id_seq'),
  loadername varchar(256) NOT NULL,
  keyprefix varchar(8) NOT NULL,
  loaderkey bytea NOT NULL,
  salt bytea NOT NULL,
  name varchar(2048),
  env json,
  tags json,
  lastseen timestamp with time zone NOT NULL,
  enabled boolean NOT NULL DEFAULT false,
  expectenv varchar(2048),
  queueloc varchar(2048)
);
CREATE UNIQUE INDEX loaders_loadername_idx ON public.loaders (loadername);
CREATE UNIQUE INDEX loaders_keyprefix_idx ON public.loaders (keyprefix);

CREATE TABLE public.modules (
  id numeric PRIMARY KEY,
  name varchar(256) NOT NULL
);

CREATE TABLE public.signatures (
  actionid numeric NOT NULL REFERENCES public.actions (id),
  investigatorid numeric NOT NULL REFERENCES public.investigators (id),
  pgpsignature varchar(4096) NOT NULL
);
CREATE UNIQUE INDEX signatures_actionid_investigatorid_idx ON public.signatures (actionid, investigatorid);
CREATE INDEX signatures_actionid_idx ON public.signatures (actionid);
CREATE INDEX signatures_investigatorid_idx ON public.signatures (investigatorid);

CREATE TABLE public.agtmodreq (
  moduleid numeric NOT NULL REFERENCES public.modules (id),
  agentid numeric NOT NULL,
  minimumweight integer NOT NULL
);
CREATE UNIQUE INDEX agtmodreq_moduleid_agentid_idx ON public.agtmodreq (moduleid, agentid);
CREATE INDEX agtmodreq_agentid_idx ON public.agtmodreq (agentid);
CREATE INDEX agtmodreq_moduleid_idx ON public.agtmodreq (moduleid);

CREATE TABLE public.invagtmodperm (
  investigatorid numeric NOT NULL REFERENCES public.investigators (id),
  agentid numeric NOT NULL REFERENCES public.agents (id),
  moduleid numeric NOT NULL REFERENCES public.modules (id),
  weight integer NOT NULL
);
CREATE UNIQUE INDEX invagtmodperm_investigatorid_agentid_moduleid_idx
  ON public.invagtmodperm (investigatorid, agentid, moduleid);
CREATE INDEX invagtmodperm_agentid_idx ON public.invagtmodperm (agentid);
CREATE INDEX invagtmodperm_investigatorid_idx ON public.invagtmodperm (investigatorid);
CREATE INDEX invagtmodperm_moduleid_idx ON public.invagtmodperm (moduleid);
