-- The statements of mig-data.rst, in its order.

CREATE TABLE IF NOT EXISTS actions (
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

CREATE TABLE IF NOT EXISTS agents (
	id numeric PRIMARY KEY,
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

CREATE TABLE IF NOT EXISTS commands (
	id numeric PRIMARY KEY NOT NULL,
	actionid numeric references actions(id) NOT NULL,
	agentid numeric references agents(id) NOT NULL,
	status varchar(256) NOT NULL,
	results json,
	starttime timestamp with time zone NOT NULL,
	finishtime timestamp with time zone
);

CREATE TABLE IF NOT EXISTS investigators (
	id numeric PRIMARY KEY NOT NULL,
	name varchar(1024) NOT NULL,
	pgpfingerprint varchar(128) NOT NULL,
	publickey varchar(65536)
);
CREATE UNIQUE INDEX ON investigators (pgpfingerprint);

CREATE TABLE IF NOT EXISTS signatures (
	actionid numeric references actions(id) NOT NULL,
	investigatorid numeric references investigators(id) NOT NULL,
	pgpsignature varchar(4096) NOT NULL
);
CREATE UNIQUE INDEX ON signatures (actionid, investigatorid);
CREATE INDEX ON signatures (actionid);
CREATE INDEX ON signatures (investigatorid);

CREATE TABLE IF NOT EXISTS modules (
	id numeric PRIMARY KEY NOT NULL,
	name varchar(256) NOT NULL
);

CREATE TABLE IF NOT EXISTS agtmodreq (
	moduleid numeric references modules(id) NOT NULL,
	agentid numeric references agents(id) NOT NULL,
	minimumweight integer NOT NULL
);
CREATE UNIQUE INDEX ON agtmodreq (moduleid, agentid);
CREATE INDEX ON agtmodreq (moduleid);
CREATE INDEX ON agtmodreq (agentid);

CREATE TABLE IF NOT EXISTS invagtmodperm (
	investigatorid numeric references investigators(id) NOT NULL,
	agentid numeric references agents(id) NOT NULL,
	moduleid numeric references modules(id) NOT NULL,
	weight integer NOT NULL
);
CREATE UNIQUE INDEX ON invagtmodperm (investigatorid, agentid, moduleid);
CREATE INDEX ON invagtmodperm (investigatorid);
CREATE INDEX ON invagtmodperm (agentid);
CREATE INDEX ON invagtmodperm (moduleid);

