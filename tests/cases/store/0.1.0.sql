-- A store as version 0.1.0 made it.
BEGIN TRANSACTION;
CREATE TABLE audit (
	seq INTEGER NOT NULL,
	project VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	who VARCHAR NOT NULL,
	what VARCHAR NOT NULL,
	subject VARCHAR NOT NULL,
	data TEXT NOT NULL,
	"before" VARCHAR NOT NULL,
	hash VARCHAR NOT NULL,
	PRIMARY KEY (seq)
);
CREATE TABLE cursor (
	project VARCHAR NOT NULL,
	flow VARCHAR NOT NULL,
	position TEXT,
	moved_at BIGINT,
	read_at BIGINT,
	PRIMARY KEY (project, flow)
);
INSERT INTO "cursor" VALUES('acme','orders','{"page":7}',NULL,NULL);
CREATE TABLE delivery (
	id INTEGER NOT NULL,
	project VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	action VARCHAR NOT NULL,
	document VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	attempt INTEGER DEFAULT '1' NOT NULL,
	first_at BIGINT,
	sent_at BIGINT,
	done_at BIGINT,
	reference VARCHAR,
	sent TEXT,
	receipt TEXT,
	trouble TEXT,
	PRIMARY KEY (id),
	CONSTRAINT delivery_once UNIQUE (project, connection, kind, "key", action)
);
CREATE TABLE document (
	id INTEGER NOT NULL,
	project VARCHAR NOT NULL,
	flow VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	edition INTEGER NOT NULL,
	version VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	lane VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	code VARCHAR,
	reason VARCHAR,
	waits VARCHAR,
	"of" VARCHAR,
	number VARCHAR,
	day VARCHAR,
	closed_until VARCHAR,
	mapping VARCHAR,
	seen_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	done_at BIGINT,
	record TEXT NOT NULL,
	document TEXT,
	details TEXT,
	PRIMARY KEY (id),
	CONSTRAINT document_once UNIQUE (project, flow, "key", edition)
);
CREATE TABLE gate (
	project VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	tat BIGINT DEFAULT '0' NOT NULL,
	stopped VARCHAR,
	trouble VARCHAR,
	PRIMARY KEY (project, connection)
);
CREATE TABLE lane (
	project VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	owner VARCHAR,
	until BIGINT DEFAULT '0' NOT NULL,
	due BIGINT,
	tries INTEGER DEFAULT '0' NOT NULL,
	trouble VARCHAR,
	PRIMARY KEY (project, "key")
);
CREATE TABLE link (
	project VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	"key" VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	version VARCHAR NOT NULL,
	edition INTEGER DEFAULT '0' NOT NULL,
	found TEXT NOT NULL,
	keeps TEXT DEFAULT '{}' NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (project, connection, kind, "key")
);
CREATE TABLE pointer (
	id INTEGER NOT NULL,
	project VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	record VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE token (
	project VARCHAR NOT NULL,
	connection VARCHAR NOT NULL,
	sealed BLOB NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (project, connection)
);
CREATE TABLE version (
	number INTEGER NOT NULL
);
INSERT INTO "version" VALUES(1);
CREATE INDEX document_by_waits ON document (project, waits);
CREATE INDEX document_by_of ON document (project, "of");
CREATE INDEX document_by_number ON document (project, connection, number);
CREATE INDEX document_by_lane ON document (project, lane, state);
CREATE INDEX document_by_key ON document (project, "key");
CREATE INDEX document_by_state ON document (project, state);
CREATE INDEX delivery_by_document ON delivery (project, document, state);
CREATE INDEX link_by_id ON link (project, connection, id);
CREATE INDEX lane_by_due ON lane (project, due);
CREATE INDEX pointer_by_kind ON pointer (project, connection, kind);
CREATE INDEX audit_by_subject ON audit (project, subject);
COMMIT;
