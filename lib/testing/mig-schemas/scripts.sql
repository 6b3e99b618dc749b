-- The layout that createdb.sh of September 2014 leaves behind: investigators.id bigserial, publickey bytea, fingerprint nullable,
-- three foreign keys less than the document. Its indexes on commands came four days later.

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
  id numeric PRIMARY KEY,
  name varchar(2048) NOT NULL,
  queueloc varchar(2048) NOT NULL,
  os varchar(2048) NOT NULL,
  version varchar(2048) NOT NULL,
  pid integer NOT NULL,
  starttime timestamp with time zone NOT NULL,
  destructiontime timestamp with time zone,
  heartbeattime timestamp with time zone NOT NULL,
  status varchar(255),
  environment json,
  tags json
);
CREATE INDEX agents_heartbeattime_idx ON public.agents (heartbeattime DESC);
CREATE INDEX agents_queueloc_pid_idx ON public.agents (queueloc, pid);

CREATE TABLE public.commands (
  id numeric PRIMARY KEY,
  actionid numeric NOT NULL REFERENCES public.actions (id),
  agentid numeric NOT NULL REFERENCES public.agents (id),
  status varchar(255) NOT NULL,
  results json,
  starttime timestamp with time zone NOT NULL,
  finishtime timestamp with time zone
);

CREATE TABLE public.investigators (
  id bigserial PRIMARY KEY,
  name varchar(1024) NOT NULL,
  pgpfingerprint varchar(128),
  publickey bytea
);
CREATE UNIQUE INDEX investigators_pgpfingerprint_idx ON public.investigators (pgpfingerprint);

CREATE TABLE public.modules (
  id numeric PRIMARY KEY,
  name varchar(256) NOT NULL
);

CREATE TABLE public.signatures (
  actionid numeric NOT NULL REFERENCES public.actions (id),
  investigatorid numeric NOT NULL,
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
  investigatorid numeric NOT NULL,
  agentid numeric NOT NULL REFERENCES public.agents (id),
  moduleid numeric NOT NULL REFERENCES public.modules (id),
  weight integer NOT NULL
);
CREATE UNIQUE INDEX invagtmodperm_investigatorid_agentid_moduleid_idx
  ON public.invagtmodperm (investigatorid, agentid, moduleid);
CREATE INDEX invagtmodperm_agentid_idx ON public.invagtmodperm (agentid);
CREATE INDEX invagtmodperm_investigatorid_idx ON public.invagtmodperm (investigatorid);
CREATE INDEX invagtmodperm_moduleid_idx ON public.invagtmodperm (moduleid);
