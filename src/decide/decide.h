/*
 * The user's decisions: which recording holds a talk, where it is cut, what is accepted, which
 * sound, poster and chapters it has. Commands and the review call these functions; both only turn
 * what the user wrote into a wish. A wish has numbers and fingerprints, no texts to be read.
 *
 * Every decide_…() is called between plan_begin() and plan_end(), which makes all of it one
 * transaction. It checks the wish against the plan as it is then, and refuses with a sentence for
 * the user: ERR_INVALID or ERR_NOT_FOUND for what cannot be decided, ERR_USAGE for a wish that
 * makes no sense. It opens no media, and writes nothing but the store.
 *
 * *out (zero-initialised; decided_finish) says what was decided. part 0 means all parts of a
 * talk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "part_clock.h"
#include "store.h"
#include "str.h"
#include "why.h"

struct chapters;
struct plan;
struct source;

struct decided_part {
    int talk, part;
};

struct decided {
    struct decided_part *parts; /* owned; those that were decided on, without repetition */
    size_t nb_parts;
    struct str said; /* owned; for the user: a line for each thing worth saying */
    /* Filled by decide_end(). */
    struct again again; /* what would be made of these parts now */
    int64_t decision;   /* the last row of the journal that was written (store.h); 0: none */
};
void decided_finish(struct decided *decided);
#define AUTO_DECIDED ATTR_CLEANUP(decided_finish) struct decided

/* In place of plan_end(), for callers that show what follows from a decision. try: takes everything
 * back, after it found what would be made. ret: the result of the decide_…() in between. Returns
 * it, or its own error. If nothing was decided, the plan is then as it was before. */
ATTR_NODISCARD int decide_end(struct decided *decided, struct plan *plan, int ret, bool try,
                              struct err *err);

/* --- cut -------------------------------------------------------------------------------------- */

enum cut_how {
    CUT_SET,  /* from begin to end, and so on */
    CUT_TAKE, /* as proposed */
    CUT_AUTO, /* remove all that was set */
};

/* Which breaks are left out. */
enum cut_drops {
    CUT_DROPS_STAY, /* as they are */
    CUT_DROPS_ADD,  /* these too */
    CUT_DROPS_KEEP, /* no longer what is in these */
    CUT_DROPS_SET,  /* these alone */
};

struct cut_wish {
    int talk, part;
    enum cut_how how;
    int64_t begin, end;   /* CUT_SET: frames begin to end - 1 of the recording; -1: as it is now */
    enum cut_drops which; /* CUT_SET */
    const struct part_drop *drops; /* of the recording */
    size_t nb_drops;
    bool sets_offset;    /* CUT_SET */
    int sound_offset_ms; /* 0: none */
};
/* If only the clock matched the talk to its recording, the match is set, too. A wish about breaks
 * or the offset alone leaves begin and end as they are: set, or not. */
ATTR_NODISCARD int decide_cut(struct decided *out, const struct plan *plan,
                              const struct cut_wish *wish, struct err *err);
/* The offset of the sound of all parts in a recording (its index in the plan). */
ATTR_NODISCARD int decide_sound_offset(struct decided *out, const struct plan *plan, int recording,
                                       int sound_offset_ms, struct err *err);
/* Takes all that is proposed in a recording of several talks. recording: its index in the plan. */
ATTR_NODISCARD int decide_cut_all(struct decided *out, const struct plan *plan, int recording,
                                  struct err *err);

/* --- match ------------------------------------------------------------------------------------ */

enum match_how {
    MATCH_SET,  /* to a recording */
    MATCH_NO,   /* no recording holds it */
    MATCH_AUTO, /* remove all such decisions on the talk and its parts */
};

struct match_wish {
    int talk, part;
    enum match_how how;
    const char *recording; /* MATCH_SET: fingerprint of a recording of the event */
};
ATTR_NODISCARD int decide_match(struct decided *out, const struct plan *plan,
                                const struct match_wish *wish, struct err *err);

struct exchange_wish {
    struct decided_part a, b; /* part 0: the talk */
};
/* Gives each the other's recording, sure or not. If one recording holds all parts of a talk, all of
 * them get the other one. Cuts, chapters and posters stay with their recordings: they come back
 * with a second exchange. */
ATTR_NODISCARD int decide_exchange(struct decided *out, const struct plan *plan,
                                   const struct exchange_wish *wish, struct err *err);

/* --- verdict ---------------------------------------------------------------------------------- */

struct accept_wish {
    int talk, part;
    const char *because; /* not empty; NULL: remove the acceptance */
};
/* A part whose verdict is ok is passed over, and said to be. */
ATTR_NODISCARD int decide_accept(struct decided *out, const struct plan *plan,
                                 const struct accept_wish *wish, struct err *err);

/* --- sound ------------------------------------------------------------------------------------ */

struct sound_wish {
    int talk, part;
    bool automatic;  /* remove what was set */
    int stream;      /* -1: as it is */
    const char *use; /* sound_use_format's text; NULL: as it is */
};
/* Of all recordings of the talk, or of the part. */
ATTR_NODISCARD int decide_sound(struct decided *out, const struct plan *plan,
                                const struct sound_wish *wish, struct err *err);
/* Those recordings, if they are probed: a new list. ERR_NOT_FOUND if there are none. */
ATTR_NODISCARD int decide_sound_of(const struct source ***out, size_t *out_nb,
                                   const struct plan *plan, int talk, int part, struct err *err);

/* --- poster ----------------------------------------------------------------------------------- */

struct poster_wish {
    int talk, part;
    bool clear;      /* talkpress chooses it */
    int64_t frame;   /* of the recording; -1: the one at talk_ms */
    int64_t talk_ms; /* from the part's first picture */
};
ATTR_NODISCARD int decide_poster(struct decided *out, const struct plan *plan,
                                 const struct poster_wish *wish, struct err *err);

/* --- chapters --------------------------------------------------------------------------------- */

enum chapter_how {
    CHAPTER_ADD,            /* title at talk_ms */
    CHAPTER_REMOVE,         /* the one at talk_ms */
    CHAPTER_REMOVE_ALL,     /* those waiting, too */
    CHAPTER_REMOVE_WAITING, /* those typed for another recording */
    CHAPTER_ADOPT,          /* use those waiting with the present recording */
    CHAPTER_TAKE,           /* all that are proposed at changes of slides */
    CHAPTER_SET,            /* list, in place of all that were typed for this recording */
};

struct chapter_wish {
    int talk, part;
    enum chapter_how how;
    int64_t talk_ms;             /* from the part's first picture; negative: before the cut */
    const char *title;           /* CHAPTER_ADD */
    const struct chapters *list; /* CHAPTER_SET; times from the recording's first picture */
};
ATTR_NODISCARD int decide_chapters(struct decided *out, const struct plan *plan,
                                   const struct chapter_wish *wish, struct err *err);

/* --- language, captions ----------------------------------------------------------------------- */

struct language_wish {
    int talk;
    const char
        *language; /* a code of ISO 639, of two or three letters; NULL: remove what was set */
};
ATTR_NODISCARD int decide_language(struct decided *out, const struct plan *plan,
                                   const struct language_wish *wish, struct err *err);

struct captions_wish {
    int talk, part;
    const char *language; /* as language_short writes it; "": unknown */
    const char *text;     /* of captions_check(); NULL: remove what was set */
};
ATTR_NODISCARD int decide_captions(struct decided *out, const struct plan *plan,
                                   const struct captions_wish *wish, struct err *err);
