-- talkpress.db, version 6. Facts and decisions only: what is done follows from which results exist.

CREATE TABLE event (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    name  TEXT,
    place TEXT,
    begin TEXT, -- 2010-04-28
    "end" TEXT
) STRICT;

CREATE TABLE talk (
    number   INTEGER PRIMARY KEY,
    position INTEGER NOT NULL, -- in the programme's order
    title    TEXT NOT NULL,
    section  TEXT,
    abstract TEXT,
    ref      TEXT, -- what the programme itself calls it
    room     TEXT,
    start    TEXT, -- 2010-04-28T09:00:00-07:00
    language TEXT,
    url      TEXT,
    gone     INTEGER NOT NULL DEFAULT 0 -- no longer in the programme; kept
) STRICT;

CREATE TABLE speaker (
    talk     INTEGER NOT NULL REFERENCES talk (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (talk, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE part (
    talk     INTEGER NOT NULL REFERENCES talk (number) ON DELETE CASCADE,
    part     INTEGER NOT NULL,
    listed_s INTEGER NOT NULL, -- 0: the programme states none
    slot_s   INTEGER NOT NULL DEFAULT 0, -- planned length in a timetable; 0: none
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE recording (
    id          INTEGER PRIMARY KEY,
    path        TEXT NOT NULL UNIQUE,
    size        INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, -- of size and sampled content
    by_hand     INTEGER NOT NULL DEFAULT 0 -- a person said which files it is
) STRICT;
CREATE INDEX recording_fingerprint ON recording (fingerprint);

-- Of a recording of several files: all of them, in order. The recording has the first one's path,
-- the size of all together, the latest time, and a fingerprint made of theirs.
CREATE TABLE recording_file (
    recording   INTEGER NOT NULL REFERENCES recording (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    path        TEXT NOT NULL,
    size        INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (recording, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX recording_file_fingerprint ON recording_file (fingerprint);
CREATE INDEX recording_file_path ON recording_file (path);

-- What a person decided. Programme and recordings can come and go: no foreign keys here, so that
-- no decision is lost with them.
CREATE TABLE chosen_match (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL, -- 0: the whole talk
    recording TEXT,             -- fingerprint; NULL: none holds it
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE chosen_cut (
    talk        INTEGER NOT NULL,
    part        INTEGER NOT NULL,
    recording   TEXT NOT NULL, -- fingerprint: a cut holds for the recording it was made on
    begin_frame INTEGER NOT NULL,
    end_frame   INTEGER NOT NULL,
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE chosen_sound (
    recording TEXT PRIMARY KEY,  -- fingerprint
    stream    INTEGER NOT NULL,  -- -1: the one with speech is found
    use       TEXT               -- 'both', 'left', 'right'; NULL: found
) STRICT, WITHOUT ROWID;

-- Of a recording that holds several talks.
CREATE TABLE chosen_place (
    recording TEXT PRIMARY KEY, -- fingerprint
    start     TEXT, -- when it began: 2010-04-28T09:02:00, with an offset where one was given
    room      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE acceptance (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL, -- fingerprint: another recording needs another decision; '': none
    begin_frame INTEGER NOT NULL, -- so does another cut
    end_frame INTEGER NOT NULL,
    verdict   TEXT NOT NULL, -- what was accepted
    because   TEXT NOT NULL,
    at        TEXT NOT NULL,
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

-- What workers found and made, by the key of the question. There are twenty results of cells for each
-- other one: kept apart from them, the others fill few pages, which most commands read.
CREATE TABLE result (
    is_cell INTEGER NOT NULL,
    key     TEXT NOT NULL,
    stage   TEXT NOT NULL,
    value   TEXT NOT NULL, -- a JSON object, without its member "cells"
    PRIMARY KEY (is_cell, key)
) STRICT, WITHOUT ROWID;

-- The cells of a recording, most of its probe: only planning of its jobs reads them.
CREATE TABLE result_cells (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL -- a JSON object with the member "cells"
) STRICT, WITHOUT ROWID;

CREATE TABLE failure (
    key     TEXT PRIMARY KEY, -- of the job
    stage   TEXT NOT NULL,
    talk    INTEGER,
    part    INTEGER,
    code    TEXT NOT NULL,
    message TEXT NOT NULL,
    log     TEXT NOT NULL, -- the last lines
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The files in out/ that are ours: only these are ever replaced or removed there.
CREATE TABLE published (
    name      TEXT PRIMARY KEY,
    key       TEXT NOT NULL, -- of the result that it is
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL DEFAULT '' -- fingerprint of what it was made of; '': not known
) STRICT, WITHOUT ROWID;
