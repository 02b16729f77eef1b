BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE answer (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	application_id INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	source TEXT NOT NULL, 
	confidence FLOAT NOT NULL, 
	ledger_id INTEGER, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	superseded_at DATETIME, 
	CONSTRAINT fk_answer_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE CASCADE, 
	CONSTRAINT fk_answer_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id) ON DELETE SET NULL
);
INSERT INTO "answer" VALUES(1,1,'name','Nerys Example','body line 3',0.9,1,'2026-11-23 09:00:00.000000','worker','2026-11-23 09:00:00.000000');
INSERT INTO "answer" VALUES(2,1,'motivation','I like to listen.','body line 3',0.9,1,'2026-11-23 09:00:00.000000','worker','2026-11-23 09:00:00.000000');
INSERT INTO "answer" VALUES(3,1,'motivation','I like to listen, and I have time.','body line 9',0.9,2,'2026-11-23 09:00:00.000000','worker',NULL);
INSERT INTO "answer" VALUES(4,1,'name','Nerys Sample','correction',1.0,NULL,'2026-11-23 09:00:00.000000','ada',NULL);
CREATE TABLE application (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	prefix TEXT NOT NULL, 
	scheme TEXT NOT NULL, 
	state TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	sender_key BLOB NOT NULL, 
	mailbox TEXT NOT NULL, 
	received_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	duplicate_of INTEGER, 
	delivery_problem TEXT, 
	restricted BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT fk_application_duplicate_of FOREIGN KEY(duplicate_of) REFERENCES application (id) ON DELETE SET NULL
);
INSERT INTO "application" VALUES(1,'ALY','allies','invited','Nerys.Example@example.org',X'174E3ACCB33A4B8D894CAA2DF7E26C612EB81C204BAA7A96A1EFF34D25C5854B','team','2026-11-23 08:59:00.000000','2026-11-23 09:00:00.000000',NULL,NULL,0);
CREATE TABLE application_event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	application_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	what TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	CONSTRAINT fk_application_event_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE CASCADE
);
INSERT INTO "application_event" VALUES(1,1,'2026-11-23 09:00:00.000000','created','name motivation','worker');
INSERT INTO "application_event" VALUES(2,1,'2026-11-23 09:00:00.000000','updated','motivation','worker');
INSERT INTO "application_event" VALUES(3,1,'2026-11-23 09:00:00.000000','corrected','name','ada');
INSERT INTO "application_event" VALUES(4,1,'2026-11-23 09:00:00.000000','state','invited','ada');
INSERT INTO "application_event" VALUES(5,1,'2026-11-23 09:00:00.000000','sent','acknowledgement','worker');
CREATE TABLE application_flag (
	application_id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_application_flag PRIMARY KEY (application_id, code, detail), 
	CONSTRAINT fk_application_flag_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE CASCADE
);
INSERT INTO "application_flag" VALUES(1,'QUESTION','','2026-11-23 09:00:00.000000');
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	who TEXT NOT NULL, 
	what TEXT NOT NULL, 
	thing TEXT NOT NULL
);
INSERT INTO "audit" VALUES(1,'2026-11-23 09:00:00.000000','ada','corrected name','ALY-0001');
INSERT INTO "audit" VALUES(2,'2026-11-23 09:00:00.000000','ada','state invited','ALY-0001');
CREATE TABLE digest (
	name TEXT NOT NULL, 
	until DATETIME NOT NULL, 
	since DATETIME NOT NULL, 
	queued_at DATETIME NOT NULL, 
	CONSTRAINT pk_digest PRIMARY KEY (name, until)
);
INSERT INTO "digest" VALUES('allies','2026-11-23 09:00:00.000000','2026-11-16 09:00:00.000000','2026-11-23 09:00:00.000000');
CREATE TABLE fuse (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	tripped_at DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	reset_at DATETIME, 
	reset_by TEXT
);
INSERT INTO "fuse" VALUES(1,'replies','2026-11-23 09:00:00.000000','BREAK',NULL,NULL);
CREATE TABLE held (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	ledger_id INTEGER NOT NULL, 
	sender_name TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	sender_key BLOB NOT NULL, 
	subject TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	accepted_at DATETIME, 
	accepted_by TEXT, 
	resolved_at DATETIME, 
	resolved_by TEXT, 
	how TEXT, 
	alerts INTEGER DEFAULT '0' NOT NULL, 
	last_alert_at DATETIME, 
	next_alert_at DATETIME, 
	CONSTRAINT fk_held_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id) ON DELETE CASCADE, 
	CONSTRAINT uq_held_ledger_id UNIQUE (ledger_id)
);
INSERT INTO "held" VALUES(1,3,'Bryn','bryn@example.net',X'4FC2176B60766297BD99D4B73156F146328A4614550A65EBAED5EED591F38A40','Help','2026-11-23 09:00:00.000000',NULL,NULL,NULL,NULL,NULL,0,NULL,NULL);
CREATE TABLE job (
	name TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	code TEXT, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_job PRIMARY KEY (name)
);
INSERT INTO "job" VALUES('poll team','2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000','ok',0);
CREATE TABLE lease (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	taken_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (name)
);
CREATE TABLE ledger (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	mailbox TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	uidvalidity INTEGER NOT NULL, 
	uid INTEGER NOT NULL, 
	message_key BLOB, 
	fingerprint BLOB, 
	received_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	outcome TEXT NOT NULL, 
	code TEXT NOT NULL, 
	intent TEXT NOT NULL, 
	tier TEXT NOT NULL, 
	scheme TEXT, 
	application_id INTEGER, 
	mark TEXT, 
	marked_at DATETIME, 
	CONSTRAINT fk_ledger_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE SET NULL, 
	CONSTRAINT uq_ledger_mailbox_folder_uidvalidity_uid UNIQUE (mailbox, folder, uidvalidity, uid)
);
INSERT INTO "ledger" VALUES(1,'team','INBOX',7,1,X'9623529F862158021C142E38B76CA23FDD63C135680E50E246A2C2DE068EC3DC',X'0FE75885D4D27DD7814DC32F92BC02D3BC6AA0130252BB1D59A55ED3DA65AF50','2026-11-23 08:59:00.000000','2026-11-23 09:00:00.000000','reply','CLEAR','application','none','allies',1,NULL,NULL);
INSERT INTO "ledger" VALUES(2,'team','INBOX',7,2,X'F3C25147574FC468FBBE5E18AF863E7E6BC6BFF03A308E02011D7F547722FD09',X'EEEB1D4ED4C01B84DEA474B77359CB1FF30D4922992394EAE1E9EF15B1C2D7EC','2026-11-23 08:59:00.000000','2026-11-23 09:00:00.000000','reply','CLEAR','application','none','allies',1,NULL,NULL);
INSERT INTO "ledger" VALUES(3,'team','INBOX',7,3,X'949DDE265684C33C0DE7DF34CBCADDB988B49E1EE6CDED67BB2948E7B9D5C7AE',X'479F529E46C2D21AF47856FF8D58677872503EE6D54C144BE7AF932DAEBAAD23','2026-11-23 08:59:00.000000','2026-11-23 09:00:00.000000','hold','DISTR','application','B','allies',NULL,NULL,NULL);
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	template TEXT NOT NULL, 
	template_version TEXT NOT NULL, 
	mailbox TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	recipient_key BLOB, 
	scheme TEXT, 
	application_id INTEGER, 
	ledger_id INTEGER, 
	content BLOB, 
	sha256 BLOB NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	queued_at DATETIME NOT NULL, 
	next_try_at DATETIME NOT NULL, 
	claimed_by TEXT, 
	claimed_at DATETIME, 
	handed_at DATETIME, 
	sent_at DATETIME, 
	code INTEGER, 
	status TEXT, 
	purged BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT fk_outbox_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE SET NULL, 
	CONSTRAINT fk_outbox_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id) ON DELETE SET NULL, 
	CONSTRAINT uq_outbox_message_id UNIQUE (message_id)
);
INSERT INTO "outbox" VALUES(1,'<ours-1@example.org>','reply','acknowledgement','1','team','Nerys.Example@example.org',X'174E3ACCB33A4B8D894CAA2DF7E26C612EB81C204BAA7A96A1EFF34D25C5854B','allies',1,1,X'5375626A6563743A206D65737361676520310D0A0D0A5468616E6B20796F752E0D0A',X'C6A00364564A9B22B5E1F5F6287E472D53A8F0EEA950656109127C1F97972F51','sent',0,'2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000','worker','2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000',250,NULL,0);
INSERT INTO "outbox" VALUES(2,'<ours-2@example.org>','summary','acknowledgement','1','team','team@example.org',X'8793DEA05F323177913FA528C76084E43D562F4CDEB729ECF47DD2CC4A1B251E','allies',1,NULL,X'5375626A6563743A206D65737361676520320D0A0D0A5468616E6B20796F752E0D0A',X'09EA1FFCE889B3C818DAAC2D6C131F174A9E41E1B0F4A4128B8E08768A9A4614','queued',0,'2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000',NULL,NULL,NULL,NULL,NULL,NULL,0);
CREATE TABLE point (
	mailbox TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	uidvalidity INTEGER NOT NULL, 
	next_uid INTEGER NOT NULL, 
	first_uid INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	complete_at DATETIME, 
	counted_at DATETIME, 
	server_uidnext INTEGER, 
	server_exists INTEGER, 
	missing INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_point PRIMARY KEY (mailbox, folder)
);
INSERT INTO "point" VALUES('team','INBOX',7,4,4,'2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000',NULL,NULL,NULL,0);
CREATE TABLE sealing_key (
	id TEXT NOT NULL, 
	proof BLOB NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_sealing_key PRIMARY KEY (id)
);
CREATE TABLE thread (
	message_key BLOB NOT NULL, 
	ours BOOLEAN NOT NULL, 
	application_id INTEGER, 
	answered_at DATETIME, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_thread PRIMARY KEY (message_key), 
	CONSTRAINT fk_thread_application_id FOREIGN KEY(application_id) REFERENCES application (id) ON DELETE CASCADE
);
INSERT INTO "thread" VALUES(X'9623529F862158021C142E38B76CA23FDD63C135680E50E246A2C2DE068EC3DC',0,1,NULL,'2026-11-23 09:00:00.000000');
INSERT INTO "thread" VALUES(X'F3C25147574FC468FBBE5E18AF863E7E6BC6BFF03A308E02011D7F547722FD09',0,1,NULL,'2026-11-23 09:00:00.000000');
INSERT INTO "thread" VALUES(X'F56CE5DB636FB3BEFBED13856E31609DD4CFAFFE0C23F61264A0F7D6745AF321',1,1,NULL,'2026-11-23 09:00:00.000000');
INSERT INTO "thread" VALUES(X'83A3185D5F47A68B995BF71C1FB8E2A0E62252343B565DF276BAE498ABE127B7',1,1,NULL,'2026-11-23 09:00:00.000000');
CREATE TABLE tombstone (
	"key" BLOB NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_tombstone PRIMARY KEY ("key")
);
INSERT INTO "tombstone" VALUES(X'6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B','2026-11-23 09:00:00.000000');
CREATE TABLE trouble (
	mailbox TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	uidvalidity INTEGER NOT NULL, 
	uid INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_trouble PRIMARY KEY (mailbox, folder, uidvalidity, uid)
);
INSERT INTO "trouble" VALUES('team','INBOX',7,9,'fetch',1,'2026-11-23 09:00:00.000000','2026-11-23 09:00:00.000000');
CREATE INDEX ix_application_duplicate_of ON application (duplicate_of);
CREATE INDEX ix_application_received_at ON application (received_at);
CREATE INDEX ix_application_sender_key ON application (sender_key);
CREATE INDEX ix_application_state_updated_at ON application (state, updated_at);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_thing ON audit (thing);
CREATE UNIQUE INDEX ux_fuse_tripped ON fuse (name) WHERE reset_at IS NULL;
CREATE INDEX ix_application_event_application_id ON application_event (application_id);
CREATE INDEX ix_application_event_at ON application_event (at);
CREATE INDEX ix_ledger_application_id ON ledger (application_id);
CREATE INDEX ix_ledger_fingerprint ON ledger (fingerprint);
CREATE INDEX ix_ledger_message_key ON ledger (message_key);
CREATE INDEX ix_ledger_seen_at ON ledger (seen_at);
CREATE INDEX ix_thread_application_id ON thread (application_id);
CREATE INDEX ix_answer_application_id ON answer (application_id);
CREATE INDEX ix_answer_ledger_id ON answer (ledger_id);
CREATE UNIQUE INDEX ux_answer_current ON answer (application_id, field) WHERE superseded_at IS NULL;
CREATE INDEX ix_held_next_alert_at ON held (next_alert_at);
CREATE INDEX ix_held_resolved_at ON held (resolved_at);
CREATE INDEX ix_held_sender_key ON held (sender_key);
CREATE INDEX ix_outbox_application_id ON outbox (application_id);
CREATE INDEX ix_outbox_kind_queued_at ON outbox (kind, queued_at);
CREATE INDEX ix_outbox_ledger_id ON outbox (ledger_id);
CREATE INDEX ix_outbox_recipient_key_queued_at ON outbox (recipient_key, queued_at);
CREATE INDEX ix_outbox_kind_handed_at ON outbox (kind, handed_at);
CREATE INDEX ix_outbox_state_next_try_at ON outbox (state, next_try_at);
CREATE UNIQUE INDEX ux_outbox_one_reply ON outbox (ledger_id) WHERE kind = 'reply' AND state != 'cancelled';
CREATE TRIGGER audit_refuses_update BEFORE update ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_refuses_delete BEFORE delete ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX ix_application_state_received_at ON application (state, received_at);
CREATE INDEX ix_application_scheme_received_at ON application (scheme, received_at);
CREATE INDEX ix_application_scheme_state_received_at ON application (scheme, state, received_at);
CREATE INDEX ix_ledger_unmarked ON ledger (mailbox, folder, id) WHERE mark IS NOT NULL AND marked_at IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ledger',3);
INSERT INTO "sqlite_sequence" VALUES('application',1);
INSERT INTO "sqlite_sequence" VALUES('answer',4);
INSERT INTO "sqlite_sequence" VALUES('application_event',5);
INSERT INTO "sqlite_sequence" VALUES('audit',2);
INSERT INTO "sqlite_sequence" VALUES('held',1);
INSERT INTO "sqlite_sequence" VALUES('outbox',2);
INSERT INTO "sqlite_sequence" VALUES('fuse',1);
COMMIT;
