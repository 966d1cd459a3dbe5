-- talkpress.db, version 8. Facts, decisions and results: which work is done follows from the results.

CREATE TABLE event (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    name  TEXT,
    place TEXT,
    begin TEXT, -- 2010-04-28
    "end" TEXT,
    uuid  TEXT  -- what identifies the event to players of its feeds; stays when the name changes
) STRICT;

CREATE TABLE talk (
    number   INTEGER PRIMARY KEY,
    position INTEGER NOT NULL, -- in the programme's order
    title    TEXT NOT NULL,
    section  TEXT,
    abstract TEXT,
    ref      TEXT, -- the programme's own name for it
    room     TEXT,
    start    TEXT, -- 2010-04-28T09:00:00-07:00
    language TEXT,
    url      TEXT,
    gone     INTEGER NOT NULL DEFAULT 0, -- kept, but no longer in the programme
    identity TEXT -- kept when title, number or ref change; NULL: none was chosen yet
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
    by_hand     INTEGER NOT NULL DEFAULT 0 -- the user chose its files
) STRICT;
CREATE INDEX recording_fingerprint ON recording (fingerprint);

-- The files of a recording of several, in order. The recording itself has the path of the first, the
-- sum of the sizes, the latest time, and a fingerprint made from theirs.
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

-- Random numbers of this event. They appear in no job spec and no output.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY, -- 'places': where the samples for file_proof are
    value TEXT NOT NULL     -- 64 hexadecimal digits
) STRICT, WITHOUT ROWID;

-- For each fingerprint that was ever seen, a hash of samples at secret places; of a recording of
-- several files, of their fingerprints. Kept when the recording is removed: its decisions are, too.
CREATE TABLE file_proof (
    fingerprint TEXT PRIMARY KEY,
    proof       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Decisions of users. There are no foreign keys, so that a decision is kept if its talk or recording
-- is removed for a while.
CREATE TABLE chosen_match (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL, -- 0: the whole talk
    recording TEXT,             -- fingerprint; NULL: no recording holds it
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE chosen_cut (
    talk        INTEGER NOT NULL,
    part        INTEGER NOT NULL,
    recording   TEXT NOT NULL, -- fingerprint: a cut is valid only for its recording
    begin_frame INTEGER NOT NULL,
    end_frame   INTEGER NOT NULL,
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

-- Chapters that the user typed: places in a recording, valid only for it.
CREATE TABLE chosen_chapter (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL,    -- fingerprint
    at_ms     INTEGER NOT NULL, -- from its first picture
    title     TEXT NOT NULL,
    PRIMARY KEY (talk, part, recording, at_ms)
) STRICT, WITHOUT ROWID;

-- Pictures that the user chose as posters.
CREATE TABLE chosen_poster (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL,    -- fingerprint
    frame     INTEGER NOT NULL, -- of the recording's grid
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

-- Breaks that are left out of a part: ranges of frames within its cut.
CREATE TABLE chosen_drop (
    talk        INTEGER NOT NULL,
    part        INTEGER NOT NULL,
    recording   TEXT NOT NULL, -- fingerprint
    begin_frame INTEGER NOT NULL,
    end_frame   INTEGER NOT NULL,
    PRIMARY KEY (talk, part, recording, begin_frame)
) STRICT, WITHOUT ROWID;

-- How much later than recorded the sound of a part is heard.
CREATE TABLE chosen_offset (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL,    -- fingerprint
    sound_ms  INTEGER NOT NULL, -- negative: earlier
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE chosen_language (
    talk     INTEGER PRIMARY KEY,
    language TEXT NOT NULL -- as language_short writes it
) STRICT;

-- Captions that the user corrected, in place of those of the recording.
CREATE TABLE chosen_captions (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL, -- fingerprint
    language  TEXT NOT NULL, -- '': unknown
    text      TEXT NOT NULL, -- WebVTT, on the recording's clock
    PRIMARY KEY (talk, part, recording, language)
) STRICT, WITHOUT ROWID;

-- Every decision that was made, in order, with what it replaced.
CREATE TABLE decision (
    id        INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    through   TEXT NOT NULL,    -- the command, or "review"
    kind      TEXT NOT NULL,    -- "cut", "match" ...
    talk      INTEGER NOT NULL, -- 0: about a recording
    part      INTEGER NOT NULL, -- 0: the whole talk
    recording TEXT NOT NULL,    -- fingerprint; '': none
    was       TEXT NOT NULL,    -- JSON; null: nothing was decided
    became    TEXT NOT NULL     -- the same
) STRICT;
CREATE INDEX decision_talk ON decision (talk, id);

CREATE TABLE chosen_sound (
    recording TEXT PRIMARY KEY,  -- fingerprint
    stream    INTEGER NOT NULL,  -- -1: not chosen, the one with speech
    use       TEXT               -- 'both', 'left', 'right'; NULL: not chosen
) STRICT, WITHOUT ROWID;

-- When and where a recording of several talks was made.
CREATE TABLE chosen_place (
    recording TEXT PRIMARY KEY, -- fingerprint
    start     TEXT, -- when it began: 2010-04-28T09:02:00, with an offset where one was given
    room      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE acceptance (
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL, -- fingerprint; '': none. Another recording needs another decision
    begin_frame INTEGER NOT NULL, -- and so does another cut
    end_frame INTEGER NOT NULL,
    verdict   TEXT NOT NULL, -- what was accepted
    because   TEXT NOT NULL,
    at        TEXT NOT NULL,
    drops     TEXT NOT NULL DEFAULT '', -- what was left out of the cut: '100-200,300-400'
    PRIMARY KEY (talk, part)
) STRICT, WITHOUT ROWID;

-- Results of workers, by key. There are twenty results of cells for each other one; stored separately,
-- the others fill few pages, and most commands read only these.
CREATE TABLE result (
    is_cell INTEGER NOT NULL,
    key     TEXT NOT NULL,
    stage   TEXT NOT NULL,
    value   TEXT NOT NULL, -- a JSON object, without what is stored apart
    PRIMARY KEY (is_cell, key)
) STRICT, WITHOUT ROWID;

-- The cells of a recording, most of its probe: only planning of its jobs reads them. And the changes
-- that a storyboard found.
CREATE TABLE result_cells (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL -- a JSON object with the member "cells" or "changes"
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

-- The files in out/ that talkpress put there. No others are ever replaced or removed.
CREATE TABLE published (
    name      TEXT PRIMARY KEY,
    key       TEXT NOT NULL, -- of the result that is in it
    talk      INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    recording TEXT NOT NULL DEFAULT '' -- fingerprint of its recording; '': not known
) STRICT, WITHOUT ROWID;
