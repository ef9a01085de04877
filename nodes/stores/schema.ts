/**
 * The tables of the SQLite ledger, as the steps that led to them; README.md of this folder explains each column. A new
 * file takes all steps, an older one those that it lacks. A step that was released is never changed: add another.
 */

/** Marks the file as a carbon ledger for `file(1)` and for a look before opening: "MCLG". */
export const APPLICATION_ID = 0x4d434c47

/**
 * Facts are found by kind and by the time they reach, hence the order of columns in `facts_by_time`; a line is filtered
 * inside the index. The triggers keep hands off: a fact that turned out wrong is corrected by another fact.
 */
const VERSION_1 = `
CREATE TABLE facts (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  line TEXT NOT NULL,
  "from" INTEGER NOT NULL,
  "to" INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (kind, id, revision)
);
CREATE INDEX facts_by_time ON facts (kind, "to", line);
CREATE TRIGGER facts_are_not_changed BEFORE UPDATE ON facts
  BEGIN SELECT RAISE(ABORT, 'facts are append-only: write a correcting fact'); END;
CREATE TRIGGER facts_are_not_deleted BEFORE DELETE ON facts
  BEGIN SELECT RAISE(ABORT, 'facts are append-only: write a correcting fact'); END;

CREATE TABLE records (
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  view TEXT NOT NULL,
  line TEXT NOT NULL,
  "from" INTEGER NOT NULL,
  "to" INTEGER NOT NULL,
  status TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id, revision)
) WITHOUT ROWID;
CREATE INDEX records_by_time ON records (view, "from");

CREATE TABLE alerts (
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  line TEXT NOT NULL,
  "from" INTEGER NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id, revision)
) WITHOUT ROWID;
CREATE INDEX alerts_by_time ON alerts ("from");

CREATE VIEW newest_records AS
  SELECT id, revision, view, line,
         json_extract(body, '$.order') AS "order",
         json_extract(body, '$.sku') AS sku,
         json_extract(body, '$.shift') AS shift,
         strftime('%Y-%m-%dT%H:%M:%fZ', "from" / 1000.0, 'unixepoch') AS from_utc,
         strftime('%Y-%m-%dT%H:%M:%fZ', "to" / 1000.0, 'unixepoch') AS to_utc,
         status,
         json_extract(body, '$.kWh') AS kWh,
         json_extract(body, '$.kgCO2e.total') AS kgCO2e,
         json_extract(body, '$.units.good') AS good,
         json_extract(body, '$.perUnit.kgCO2ePerGood') AS kgCO2e_per_good
  FROM records AS r
  WHERE revision = (SELECT max(revision) FROM records WHERE id = r.id);

PRAGMA application_id = ${APPLICATION_ID};
`

/**
 * Periods that are closed. A record says which of them covers it: one that came late belongs to the next. Postings lie
 * in the order that reports ask in, so that the table needs no index beside it.
 */
const VERSION_2 = `
ALTER TABLE records ADD COLUMN plant TEXT;
ALTER TABLE records ADD COLUMN adjusts TEXT;
ALTER TABLE records ADD COLUMN seal INTEGER;
UPDATE records SET plant = json_extract(body, '$.plant'), adjusts = json_extract(body, '$.adjusts.id');
CREATE INDEX facts_by_length ON facts (kind, "to" - "from");
CREATE INDEX records_adjusting ON records (adjusts, "from") WHERE adjusts IS NOT NULL;
CREATE INDEX records_unsealed ON records ("to") WHERE seal IS NULL;
CREATE INDEX records_by_seal ON records (seal) WHERE seal IS NOT NULL;

CREATE TABLE seals (
  n INTEGER PRIMARY KEY,
  until INTEGER NOT NULL,
  sealedAt INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  facts INTEGER NOT NULL,
  records INTEGER NOT NULL,
  recordsHash TEXT NOT NULL,
  seal TEXT NOT NULL
);
CREATE TRIGGER seals_are_not_changed BEFORE UPDATE ON seals
  BEGIN SELECT RAISE(ABORT, 'seals are append-only: a closed period stays closed'); END;
CREATE TRIGGER seals_are_not_deleted BEFORE DELETE ON seals
  BEGIN SELECT RAISE(ABORT, 'seals are append-only: a closed period stays closed'); END;

CREATE TABLE anchors (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  carriedFrom INTEGER NOT NULL,
  carriedTo INTEGER NOT NULL,
  seal INTEGER NOT NULL,
  records INTEGER NOT NULL,
  recordsHash TEXT NOT NULL,
  archive TEXT NOT NULL,
  manifest TEXT NOT NULL,
  anchor TEXT NOT NULL
);
CREATE TRIGGER anchors_are_not_changed BEFORE UPDATE ON anchors
  BEGIN SELECT RAISE(ABORT, 'anchors are append-only: they say where the chain begins'); END;
CREATE TRIGGER anchors_are_not_deleted BEFORE DELETE ON anchors
  BEGIN SELECT RAISE(ABORT, 'anchors are append-only: they say where the chain begins'); END;

CREATE TABLE postings (
  record TEXT NOT NULL,
  revision INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  line TEXT NOT NULL,
  "from" INTEGER NOT NULL,
  "to" INTEGER NOT NULL,
  view TEXT NOT NULL,
  state TEXT NOT NULL,
  meter TEXT NOT NULL,
  machine TEXT,
  carrier TEXT NOT NULL,
  kWh REAL NOT NULL,
  kgCO2e REAL,
  hours REAL,
  PRIMARY KEY (view, "from", record, revision, bucket)
) WITHOUT ROWID;
INSERT INTO postings
  SELECT r.id, r.revision, b.key, r.line, r."from", r."to", r.view,
         b.value ->> 'state', b.value ->> 'meter', b.value ->> 'machine', b.value ->> 'carrier',
         b.value ->> 'kWh', b.value ->> 'kgCO2e', b.value ->> 'hours'
  FROM records AS r, json_each(r.body, '$.buckets') AS b
  WHERE r.status <> 'provisional';
CREATE TRIGGER postings_are_not_changed BEFORE UPDATE ON postings
  BEGIN SELECT RAISE(ABORT, 'postings are append-only: a restated record has postings of its own'); END;
CREATE TRIGGER postings_are_not_deleted BEFORE DELETE ON postings
  BEGIN SELECT RAISE(ABORT, 'postings are append-only: a restated record has postings of its own'); END;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  created INTEGER NOT NULL,
  filename TEXT NOT NULL,
  document TEXT NOT NULL,
  about TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  delivered_at INTEGER
);
CREATE INDEX outbox_waiting ON outbox (target, created) WHERE delivered_at IS NULL;

CREATE VIEW newest_postings AS
  SELECT record, revision, view, line,
         strftime('%Y-%m-%dT%H:%M:%fZ', "from" / 1000.0, 'unixepoch') AS from_utc,
         strftime('%Y-%m-%dT%H:%M:%fZ', "to" / 1000.0, 'unixepoch') AS to_utc,
         "from", "to", state, meter, machine, carrier, kWh, kgCO2e, hours
  FROM postings AS p
  WHERE revision = (SELECT max(revision) FROM records WHERE id = p.record AND status <> 'provisional');
`

/** What was saved, in order; and one row for where the ledger stands, written with every transaction. */
const VERSION_3 = `
CREATE TABLE journal (
  n INTEGER PRIMARY KEY,
  what TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only: it says what was saved'); END;
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only: it says what was saved'); END;

CREATE TABLE head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  commits INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  fact TEXT NOT NULL,
  n INTEGER NOT NULL,
  entry TEXT NOT NULL,
  head TEXT NOT NULL
);
`

/** The n-th step leads to version n. */
const STEPS = [VERSION_1, VERSION_2, VERSION_3]

export const SCHEMA_VERSION = STEPS.length

/** What brings a file of this version (0: an empty one) to the newest, in one transaction. */
export const stepsFrom = (version: number): string =>
  `${STEPS.slice(version).join('\n')} PRAGMA user_version = ${SCHEMA_VERSION};`
