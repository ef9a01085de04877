/** The tables of the SQLite ledger; README.md of this folder explains each column. */

export const SCHEMA_VERSION = 1

/** Marks the file as a carbon ledger for `file(1)` and for a look before opening: "MCLG". */
export const APPLICATION_ID = 0x4d434c47

/**
 * Facts are found by kind and by the time they reach, hence the order of columns in `facts_by_time`; a line is filtered
 * inside the index. The triggers keep hands off: a fact that turned out wrong is corrected by another fact.
 */
export const SCHEMA = `
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

PRAGMA user_version = ${SCHEMA_VERSION};
PRAGMA application_id = ${APPLICATION_ID};
`
