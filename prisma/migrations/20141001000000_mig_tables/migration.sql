-- MIG's eight tables. Run in an empty database only; in an existing MIG database this migration is marked as applied.

CREATE TABLE public.actions (
  id numeric NOT NULL CONSTRAINT actions_pkey PRIMARY KEY,
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
  sentctr integer,
  returnedctr integer,
  donectr integer,
  cancelledctr integer,
  failedctr integer,
  timeoutctr integer,
  pgpsignatures json,
  syntaxversion integer
);

CREATE TABLE public.agents (
  id numeric NOT NULL CONSTRAINT agents_pkey PRIMARY KEY,
  name varchar(2048) NOT NULL,
  queueloc varchar(2048) NOT NULL,
  os varchar(2048) NOT NULL,
  version varchar(2048) NOT NULL,
  pid integer NOT NULL,
  starttime timestamp with time zone NOT NULL,
  destructiontime timestamp with time zone,
  heartbeattime timestamp with time zone NOT NULL,
  status varchar(256),
  environment json,
  tags json
);

CREATE TABLE public.commands (
  id numeric NOT NULL CONSTRAINT commands_pkey PRIMARY KEY,
  actionid numeric NOT NULL CONSTRAINT commands_actionid_fkey REFERENCES public.actions (id),
  agentid numeric NOT NULL CONSTRAINT commands_agentid_fkey REFERENCES public.agents (id),
  status varchar(256) NOT NULL,
  results json,
  starttime timestamp with time zone NOT NULL,
  finishtime timestamp with time zone
);

CREATE TABLE public.investigators (
  id numeric NOT NULL CONSTRAINT investigators_pkey PRIMARY KEY,
  name varchar(1024) NOT NULL,
  pgpfingerprint varchar(128) NOT NULL,
  publickey varchar(65536)
);
CREATE UNIQUE INDEX investigators_pgpfingerprint_idx ON public.investigators (pgpfingerprint);

CREATE TABLE public.signatures (
  actionid numeric NOT NULL CONSTRAINT signatures_actionid_fkey REFERENCES public.actions (id),
  investigatorid numeric NOT NULL CONSTRAINT signatures_investigatorid_fkey REFERENCES public.investigators (id),
  pgpsignature varchar(4096) NOT NULL
);
CREATE UNIQUE INDEX signatures_actionid_investigatorid_idx ON public.signatures (actionid, investigatorid);
CREATE INDEX signatures_actionid_idx ON public.signatures (actionid);
CREATE INDEX signatures_investigatorid_idx ON public.signatures (investigatorid);

CREATE TABLE public.modules (
  id numeric NOT NULL CONSTRAINT modules_pkey PRIMARY KEY,
  name varchar(256) NOT NULL
);

CREATE TABLE public.agtmodreq (
  moduleid numeric NOT NULL CONSTRAINT agtmodreq_moduleid_fkey REFERENCES public.modules (id),
  agentid numeric NOT NULL CONSTRAINT agtmodreq_agentid_fkey REFERENCES public.agents (id),
  minimumweight integer NOT NULL
);
CREATE UNIQUE INDEX agtmodreq_moduleid_agentid_idx ON public.agtmodreq (moduleid, agentid);
CREATE INDEX agtmodreq_moduleid_idx ON public.agtmodreq (moduleid);
CREATE INDEX agtmodreq_agentid_idx ON public.agtmodreq (agentid);

CREATE TABLE public.invagtmodperm (
  investigatorid numeric NOT NULL CONSTRAINT invagtmodperm_investigatorid_fkey REFERENCES public.investigators (id),
  agentid numeric NOT NULL CONSTRAINT invagtmodperm_agentid_fkey REFERENCES public.agents (id),
  moduleid numeric NOT NULL CONSTRAINT invagtmodperm_moduleid_fkey REFERENCES public.modules (id),
  weight integer NOT NULL
);
CREATE UNIQUE INDEX invagtmodperm_investigatorid_agentid_moduleid_idx
  ON public.invagtmodperm (investigatorid, agentid, moduleid);
CREATE INDEX invagtmodperm_investigatorid_idx ON public.invagtmodperm (investigatorid);
CREATE INDEX invagtmodperm_agentid_idx ON public.invagtmodperm (agentid);
CREATE INDEX invagtmodperm_moduleid_idx ON public.invagtmodperm (moduleid);
