/** What an auditor reads first; every step can be done with any tool. */

export const README = `Evidence of carbon records
==========================

What lies here
--------------
records.csv     one line per record, for a spreadsheet; units are in the header
records.jsonl   the same records as they lie in the ledger: canonical JSON (RFC 8785), one per line, newest revision
factors.jsonl   every emission factor row that these records use, with source, version, licence and boundary
plant-*.json    the plant model, the settings and the version of the calculation rules that the records were made under
                (a record names its version: "plant")
facts.jsonl     what came from outside: meter intervals, factor rows, orders, states and counts. Orders, states and
                counts are given from 31 days before to 31 days after, as they stand, and bound what was made
seals.json      the closed periods of the ledger, if any
manifest.json   the period, the head of the ledger, and the SHA-256 of every file here

Times are epoch milliseconds UTC (ISO 8601 in records.csv), intervals are half-open [from, to), energy is kWh,
emissions are kg CO2e, factors are kg CO2e per kWh. null is "not known", never 0.

1. The files are those of the manifest
--------------------------------------
    sha256sum *            and compare with manifest.json

2. No fact was changed
----------------------
Each line of facts.jsonl is {"seq": n, "previous": h(n-1), "hash": h(n), "fact": F} with

    h(n) = SHA-256( h(n-1) + F )      h as 64 lower-case hex digits, F exactly the text that stands there

    python3 - <<'END'
    import hashlib
    for line in open('facts.jsonl', encoding='utf-8'):
        head, fact = line.rstrip('\\n').split(',"fact":', 1)
        previous, hash = head.split('"')[5], head.split('"')[9]
        assert hashlib.sha256((previous + fact[:-1]).encode()).hexdigest() == hash, head
    print('every fact is what its hash says')
    END

The hash of each fact goes into the next one up to the head in manifest.json. The whole chain is in the ledger file:

    mes-carbon verify <ledger file>

3. A figure follows from the facts
----------------------------------
Take a record and the energy facts ("kind":"energy") of its line that touch its time. Of facts with the same id the
highest revision counts; those that another one names in "replaces" do not. Energy flows evenly within a meter interval:

    kWh(piece)   = kWh(interval) x time(piece) / time(interval)
    kg CO2e      = kWh(piece) x factor(carrier, zone, time)
    units(piece) = units(count interval) x time(piece) / productive time(count interval)
    kg CO2e per good unit = sum of kg CO2e / sum of good units

and a piece lies between two changes of factor, order, SKU, shift or state. The pieces of one record are listed by

    mes-carbon explain <ledger file> "<record id>"

4. All of them
--------------
    mes-carbon replay <ledger file>

reckons every record anew from the facts and compares it byte for byte. "differing" in manifest.json says how many of
this period did not agree when this folder was made, "ofOtherRules" how many more were made under calculation rules that
have changed since, "archived" of how many the facts had gone to an archive before: of
those not all facts lie here, and

    mes-carbon replay <ledger file> --archive <folder of the archives>

reckons them, too.
`
