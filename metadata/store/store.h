/*
 * The store: talkpress.db, one SQLite file with the programme, the recordings, the decisions of
 * users and the results of workers. Only the coordinator opens it; a handle belongs to one thread.
 * Every function that writes is one transaction, or part of the one that store_begin() opened.
 */
#pragma once

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct programme;
struct store;

/* Creates the file (ERR_INVALID if it or its backup exists) or opens it. A store that was not
 * closed is checked first. A store of an earlier version is migrated in one transaction, and a copy
 * of it is kept ("talkpress.db.version-1"); a store of a later version is refused and left
 * unchanged. */
ATTR_NODISCARD int store_create(const char *path, struct err *err);
ATTR_NODISCARD int store_open(struct store **out, const char *path, struct err *err);
/* Opens a store to read it, for the shell's completion: writes nothing, creates no files, and never
 * waits. Others that write are not kept from it. ERR_BUSY if it cannot be read now; ERR_INVALID if
 * it is of another version. */
ATTR_NODISCARD int store_open_at_once(struct store **out, const char *path, struct err *err);
void store_close_p(struct store **store);
/* Copies the store at path, as it was last committed, to a file that is complete or not there. */
ATTR_NODISCARD int store_copy(const char *path, const char *to, struct err *err);
/* A writer waits for another writer for up to 10 s, and gives up when *stop is not 0 (NULL: it is
 * never stopped). */
void store_set_stop(struct store *store, const volatile sig_atomic_t *stop);
#define AUTO_STORE ATTR_CLEANUP(store_close_p) struct store

/* --- damage and backup --- */

/* ERR_INVALID if a decision is damaged. A look-up might miss it in silence. The journal, on which
 * no work depends, is checked when it is read. */
ATTR_NODISCARD int store_check_decisions(struct store *store, struct err *err);
/* Whether facts or decisions were changed by this handle, and committed. */
bool store_has_changed(const struct store *store);
bool store_has_backup(const struct store *store);
/* Copies facts and decisions, not results, to a file beside the store, which is complete or not
 * there. The one before is kept once an hour. A damaged store is not copied. */
ATTR_NODISCARD int store_backup(struct store *store, struct err *err);
#define STORE_BACKUP        ".backup"
#define STORE_BACKUP_BEFORE ".backup-before"

/* --- transactions --- */

ATTR_NODISCARD int store_begin(struct store *store, struct err *err);
ATTR_NODISCARD int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
/* Whether it is between store_begin() and the end of that transaction. */
bool store_is_writing(const struct store *store);
/* Between the two, all reads see one state of the store, which SQLite then looks up only once.
 * Nothing may be written between them. Within a transaction they do nothing. */
ATTR_NODISCARD int store_begin_reading(struct store *store, struct err *err);
void store_end_reading(struct store *store);

/* Changes when another handle commits something; what this one writes does not change it. */
ATTR_NODISCARD int store_version(int64_t *out, struct store *store, struct err *err);

/* --- programme --- */

/* All talks, including those that are gone. out is empty before, and the caller's. */
ATTR_NODISCARD int store_programme(struct programme *out, struct store *store, struct err *err);
/* The same without abstracts, which are most of the text. */
ATTR_NODISCARD int store_programme_brief(struct programme *out, struct store *store,
                                         struct err *err);
/* Replaces the store's programme. Talks that are not in the new one are marked gone. */
ATTR_NODISCARD int store_set_programme(struct store *store, const struct programme *programme,
                                       struct err *err);

/* --- recordings --- */

struct recording_file {
    char *path; /* absolute */
    int64_t size, mtime_ns;
    char fingerprint[33];
};

struct recording {
    int64_t id;
    char *path;             /* absolute; the first file's if there are several */
    int64_t size, mtime_ns; /* of several files the sum, and the latest */
    char fingerprint[33];
    bool by_hand;                 /* the user chose its files */
    struct recording_file *files; /* in order; at least one if the store returned it */
    size_t nb_files;              /* 0 or 1: one file */
};

/* In order of path. Free with recordings_free. */
ATTR_NODISCARD int store_recordings(struct recording **out, size_t *out_nb, struct store *store,
                                    struct err *err);
void recordings_free(struct recording *recordings, size_t nb);
/* The recording that has a file with this fingerprint, or at this path; of several the first in
 * order of path. *found says whether there is one; free it with recording_finish. */
ATTR_NODISCARD int store_recording_by_fingerprint(struct recording *out, bool *found,
                                                  struct store *store, const char *fingerprint,
                                                  struct err *err);
ATTR_NODISCARD int store_recording_by_path(struct recording *out, bool *found, struct store *store,
                                           const char *path, struct err *err);
/* Frees what the recording holds. */
void recording_finish(struct recording *recording);
/* Adds the recording, or replaces the one with this path. */
ATTR_NODISCARD int store_set_recording(struct store *store, const struct recording *recording,
                                       struct err *err);
ATTR_NODISCARD int store_remove_recording(struct store *store, const char *path, struct err *err);

/* 64 hexadecimal digits that only this event knows; made when first asked for. */
ATTR_NODISCARD int store_secret(char out[65], struct store *store, struct err *err);
/* What was kept for a fingerprint (identity.h): at most 64 characters; "": nothing. The first that
 * is kept stays. */
ATTR_NODISCARD int store_proof(char out[65], struct store *store, const char *fingerprint,
                               struct err *err);
ATTR_NODISCARD int store_keep_proof(struct store *store, const char *fingerprint, const char *proof,
                                    struct err *err);

/* --- decisions --- */

struct chosen_match {
    int talk, part;
    char recording[33]; /* "": none */
};
ATTR_NODISCARD int store_chosen_matches(struct chosen_match **out, size_t *out_nb,
                                        struct store *store, struct err *err);
/* recording is a fingerprint, or NULL: no recording holds it. */
ATTR_NODISCARD int store_choose_match(struct store *store, int talk, int part,
                                      const char *recording, struct err *err);
/* The same, as one of the two halves of an exchange (see struct decision). */
ATTR_NODISCARD int store_exchange_match(struct store *store, int talk, int part,
                                        const char *recording, struct err *err);
/* Removes the decisions on a talk and all its parts. */
ATTR_NODISCARD int store_clear_match(struct store *store, int talk, struct err *err);

struct chosen_cut {
    char recording[33];
    int64_t begin, end;
};
/* *found says whether there is one. */
ATTR_NODISCARD int store_chosen_cut(struct chosen_cut *out, bool *found, struct store *store,
                                    int talk, int part, struct err *err);
/* cut NULL clears it. */
ATTR_NODISCARD int store_choose_cut(struct store *store, int talk, int part,
                                    const struct chosen_cut *cut, struct err *err);

/* A chapter that the user typed. */
struct chosen_chapter {
    char recording[33];
    int64_t at_ms; /* from the recording's first picture */
    char *title;
};
/* Of a part, for all recordings, in order of recording and time. Free with chosen_chapters_free. */
ATTR_NODISCARD int store_chosen_chapters(struct chosen_chapter **out, size_t *out_nb,
                                         struct store *store, int talk, int part, struct err *err);
void chosen_chapters_free(struct chosen_chapter *chapters, size_t nb);
/* Adds it, or replaces the one at that time. */
ATTR_NODISCARD int store_choose_chapter(struct store *store, int talk, int part,
                                        const struct chosen_chapter *chapter, struct err *err);
/* The title is not read. */
ATTR_NODISCARD int store_drop_chapter(struct store *store, int talk, int part,
                                      const struct chosen_chapter *chapter, struct err *err);

/* The picture that the user chose as a part's poster. */
struct chosen_poster {
    char recording[33];
    int64_t frame; /* of the recording's frame grid */
};
ATTR_NODISCARD int store_chosen_poster(struct chosen_poster *out, bool *found, struct store *store,
                                       int talk, int part, struct err *err);
/* poster NULL: removes the choice. */
ATTR_NODISCARD int store_choose_poster(struct store *store, int talk, int part,
                                       const struct chosen_poster *poster, struct err *err);

/* A break that is left out of a part. */
struct chosen_drop {
    char recording[33];
    int64_t begin, end; /* frames begin to end - 1 of the recording */
};
/* Of a part, for all recordings, in order of recording and begin; they may overlap. *out is the
 * caller's, for free(). */
ATTR_NODISCARD int store_chosen_drops(struct chosen_drop **out, size_t *out_nb, struct store *store,
                                      int talk, int part, struct err *err);
/* Replaces those of a part for a recording by these, which have no two equal begins. NULL: for all
 * recordings, by none. */
ATTR_NODISCARD int store_choose_drops(struct store *store, int talk, int part,
                                      const char *recording, const struct chosen_drop *drops,
                                      size_t nb, struct err *err);

/* How much later than recorded the sound of a part is heard. */
enum { STORE_MAX_OFFSET_MS = 60 * 1000 };
struct chosen_offset {
    char recording[33];
    int sound_ms; /* negative: earlier; at most STORE_MAX_OFFSET_MS either way */
};
ATTR_NODISCARD int store_chosen_offset(struct chosen_offset *out, bool *found, struct store *store,
                                       int talk, int part, struct err *err);
/* offset NULL: removes the choice. */
ATTR_NODISCARD int store_choose_offset(struct store *store, int talk, int part,
                                       const struct chosen_offset *offset, struct err *err);

/* Which sound of a recording is published. */
struct chosen_sound {
    int stream;  /* -1: not chosen */
    char use[8]; /* "both", "left", "right"; "": not chosen */
};
ATTR_NODISCARD int store_chosen_sound(struct chosen_sound *out, struct store *store,
                                      const char *recording, struct err *err);
/* Removes the choice if nothing is chosen in it. */
ATTR_NODISCARD int store_choose_sound(struct store *store, const char *recording,
                                      const struct chosen_sound *sound, struct err *err);

/* When a recording began, and in which room. */
struct chosen_place {
    char *start; /* in the form of datetime_format(); NULL: not chosen */
    char *room;  /* in the programme's spelling; NULL: not chosen */
};
/* Free with chosen_place_finish. */
ATTR_NODISCARD int store_chosen_place(struct chosen_place *out, struct store *store,
                                      const char *recording, struct err *err);
void chosen_place_finish(struct chosen_place *place);
/* Removes the choice if nothing is chosen in it. */
ATTR_NODISCARD int store_choose_place(struct store *store, const char *recording,
                                      const struct chosen_place *place, struct err *err);

/* The language of a talk, as the user set it. */
struct chosen_language {
    int talk;
    char language[4]; /* as language_short writes it */
};
/* In order of the talks' numbers; a new list. */
ATTR_NODISCARD int store_chosen_languages(struct chosen_language **out, size_t *out_nb,
                                          struct store *store, struct err *err);
/* language NULL clears it. */
ATTR_NODISCARD int store_choose_language(struct store *store, int talk, const char *language,
                                         struct err *err);

/* Captions that the user corrected. */
struct chosen_captions {
    char recording[33];
    char language[4]; /* as language_short writes it; "": unknown */
    char *text;       /* WebVTT; 0 is the recording's first picture */
};
/* Of a part, for all recordings, in order of recording and language. Free with
 * chosen_captions_free. */
ATTR_NODISCARD int store_chosen_captions(struct chosen_captions **out, size_t *out_nb,
                                         struct store *store, int talk, int part, struct err *err);
void chosen_captions_free(struct chosen_captions *captions, size_t nb);
/* Adds it, or replaces the one of the same recording and language; text NULL removes that one. */
ATTR_NODISCARD int store_choose_captions(struct store *store, int talk, int part,
                                         const struct chosen_captions *captions, struct err *err);

struct acceptance {
    char recording[33]; /* fingerprint; "": there is no recording, and that was accepted */
    int64_t begin, end; /* the cut, in frames */
    char *drops;        /* what was left out of it: "100-200,300-400"; NULL or "": nothing */
    char *verdict, *because, *at; /* free with acceptance_finish */
};
ATTR_NODISCARD int store_acceptance(struct acceptance *out, bool *found, struct store *store,
                                    int talk, int part, struct err *err);
/* Stores the decision with the current time. */
ATTR_NODISCARD int store_accept(struct store *store, int talk, int part,
                                const struct acceptance *acceptance, struct err *err);
ATTR_NODISCARD int store_clear_acceptance(struct store *store, int talk, int part, struct err *err);
void acceptance_finish(struct acceptance *acceptance);

/* Removes all decisions about a part, but not those about its recording; part 0: about the talk as
 * a whole. */
ATTR_NODISCARD int store_clear_part(struct store *store, int talk, int part, struct err *err);

/* --- the journal of decisions --- */

/* Every function above that changes a decision also writes a row of the journal, in the same
 * transaction. What one transaction changes several times is one row. */
struct decision {
    int64_t id;
    /* When, in UTC: "2010-04-28T09:02:00.250Z"; the same for all of one transaction, which no other
     * one has. Through which command it was made. Its kind: "match", "exchange" (two matches that
     * belong together), "cut", "drops", "offset", "chapters", "poster", "language", "captions",
     * "sound", "place", "accept". */
    const char *at, *through, *kind;
    int talk, part;           /* talk 0: about a recording; part 0: the whole talk */
    const char *recording;    /* fingerprint; "": the kind is not about one */
    const char *was, *became; /* JSON; "null": nothing was decided */
};
/* The command that makes decisions now. The text must stay. */
void store_set_through(struct store *store, const char *through);
/* The id of the last decision that the open transaction, or the last one that was committed, wrote
 * to the journal; 0: none. */
int64_t store_last_decision(const struct store *store);
/* Calls each with every decision, the newest first, until it returns non-zero. The strings are
 * valid only during the call. */
ATTR_NODISCARD int store_each_decision(struct store *store,
                                       int (*each)(void *opaque, const struct decision *decision),
                                       void *opaque, struct err *err);
/* The id of the newest decision about the part or about the whole talk; part 0: about any part. 0:
 * there is none. */
ATTR_NODISCARD int store_newest_decision(int64_t *out, struct store *store, int talk, int part,
                                         struct err *err);
/* Whether what it decided is decided now. */
ATTR_NODISCARD int store_decision_unchanged(bool *out, struct store *store,
                                            const struct decision *decision, struct err *err);
/* Decides again what was decided before it; that is a decision, too. */
ATTR_NODISCARD int store_undo_decision(struct store *store, const struct decision *decision,
                                       struct err *err);

/* --- results --- */

/* *out (the caller's) is NULL if there is none under the key, or if what is stored there is not a
 * JSON object or is too large. */
ATTR_NODISCARD int store_result(json_t **out, struct store *store, const char *key,
                                struct err *err);
/* The same without what is most of some results and is stored separately: the member "cells" of a
 * probe, "changes" of a storyboard. */
ATTR_NODISCARD int store_result_brief(json_t **out, struct store *store, const char *key,
                                      struct err *err);
/* Only the members "error", "duration_ms", "creation_time" and "hash" of a probe, and "width" and
 * "height" of its picture and "channels" of its sound, if it has them. */
ATTR_NODISCARD int store_probe_summary(json_t **out, struct store *store, const char *key,
                                       struct err *err);
/* Whether there is a result under the key; cheaper than reading it. */
ATTR_NODISCARD int store_has_result(bool *out, struct store *store, const char *key,
                                    struct err *err);
/* Also removes the failure of that key. */
ATTR_NODISCARD int store_set_result(struct store *store, const char *key, const char *stage,
                                    const json_t *value, struct err *err);
ATTR_NODISCARD int store_drop_result(struct store *store, const char *key, struct err *err);
/* Calls each for every key, until it returns non-zero. */
ATTR_NODISCARD int store_each_result(struct store *store,
                                     int (*each)(void *opaque, const char *key, const char *stage),
                                     void *opaque, struct err *err);

struct failure {
    const char *key, *stage, *code, *message, *log, *at;
    int talk, part;
};
ATTR_NODISCARD int store_set_failure(struct store *store, const struct failure *failure,
                                     struct err *err);
ATTR_NODISCARD int store_clear_failure(struct store *store, const char *key, struct err *err);
ATTR_NODISCARD int store_clear_failures(struct store *store, struct err *err);
/* Calls each with every failure, until it returns non-zero. The strings are valid only during the
 * call. */
ATTR_NODISCARD int store_each_failure(struct store *store,
                                      int (*each)(void *opaque, const struct failure *failure),
                                      void *opaque, struct err *err);

/* --- what is in out/ --- */

struct published {
    const char *name, *key; /* of the file; of the result that is in it */
    int talk, part;         /* talk 0: its number was given to another talk */
    const char *recording;  /* fingerprint of the recording it was made from; "": not known */
};
/* Calls each with every file, until it returns non-zero. The strings are valid only during the
 * call. */
ATTR_NODISCARD int store_each_published(struct store *store,
                                        int (*each)(void *opaque, const struct published *file),
                                        void *opaque, struct err *err);
ATTR_NODISCARD int store_set_published(struct store *store, const struct published *file,
                                       struct err *err);
ATTR_NODISCARD int store_clear_published(struct store *store, const char *name, struct err *err);
